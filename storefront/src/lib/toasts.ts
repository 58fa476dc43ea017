// A few words over the page. The toast is loaded after the page, and before it has to say that the
// network is gone.
import { wordsOf } from "./failures";

async function toast() {
  const [module] = await Promise.all([import("vant/es/toast"), import("vant/es/toast/style")]);
  return module;
}

/** Loads the toast as soon as the browser has nothing else to do. */
export function toastPrepare(): void {
  const load = (): void => { toast().catch(() => undefined); }; // it is tried again when it is shown
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 4000 });
  else setTimeout(load, 2000);
}

function show(say: (module: Awaited<ReturnType<typeof toast>>) => void): void {
  toast().then(say, () => undefined);
}

/** What went well. */
export function doneToast(message: string): void {
  show(({ showSuccessToast }) => showSuccessToast(message));
}

/** A text of the server that belongs to no place on the page. */
export function textToast(message: string): void {
  show(({ showToast }) => showToast({ message, duration: 3500, wordBreak: "break-word" }));
}

/** A refusal that belongs to no field of a form. */
export function refusalToast(failure: unknown): void {
  textToast(wordsOf(failure));
}
