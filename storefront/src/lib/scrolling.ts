// Back to the place where one was, on a page that is loaded again: as soon as it is tall enough.

const PATIENCE = 5000; // milliseconds
const BY_HAND = ["wheel", "touchstart", "keydown", "pointerdown"] as const;

/** Resolves when the document reaches down to `bottom`, when the buyer moves it first, or in the end. */
export function tallEnough(bottom: number): Promise<boolean> {
  return new Promise((resolve) => {
    const page = document.documentElement;
    const look = new ResizeObserver(() => { if (page.scrollHeight >= bottom) end(true); });
    const byHand = (): void => end(false);
    const timer = window.setTimeout(() => end(false), PATIENCE);

    function end(is: boolean): void {
      look.disconnect();
      window.clearTimeout(timer);
      for (const name of BY_HAND) window.removeEventListener(name, byHand);
      resolve(is);
    }

    for (const name of BY_HAND) window.addEventListener(name, byHand, { passive: true });
    look.observe(document.body);
  });
}
