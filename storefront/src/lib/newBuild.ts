// A page that was opened before the shop was built anew asks for files that may be gone by now.

const KEY = "mxshop-reloaded";
const PAUSE = 60_000; // milliseconds: where a reload did not help, another one would not

/** Whether the page that the server has now names other scripts than this one runs. */
async function isNewer(): Promise<boolean> {
  const page = await fetch(window.location.pathname, { cache: "no-store" });
  const own = document.querySelector<HTMLScriptElement>('script[type="module"][src]:not([async])')?.getAttribute("src");
  return page.ok && !!own && !(await page.text()).includes(own);
}

/** Loads the shop anew, at `path`, when there is a newer build; else says by `fail` that there is no connection. */
export async function chunkMissing(path: string, fail: () => void): Promise<void> {
  try {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last > PAUSE && (await isNewer())) {
      sessionStorage.setItem(KEY, String(Date.now()));
      window.history.replaceState(null, "", `#${path}`);
      window.location.reload();
      return;
    }
  } catch {
    // No connection, or no storage.
  }
  fail();
}
