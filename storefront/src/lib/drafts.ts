// What a buyer has written and not sent: it is still there after logging in again, or after choosing
// an address, or after a look into the cart. Whoever leaves the page for another reason gives it up.
import type { Ref } from "vue";
import { onBeforeRouteLeave } from "vue-router";

const COMES_BACK = new Set(["login", "register", "reset", "addresses", "address-new", "cart"]);
const drafts = new Map<string, unknown>();

/** Gives `written` what was kept under `name`, if anything, and keeps it while its page is left for a while. */
export function useDraft<T>(name: string, written: Ref<T>): { wasKept: boolean } {
  const wasKept = drafts.has(name);
  if (wasKept) written.value = drafts.get(name) as T;
  drafts.delete(name);
  onBeforeRouteLeave((to) => {
    if (COMES_BACK.has(String(to.name))) drafts.set(name, written.value);
  });
  return { wasKept };
}

/** Who logs out leaves nothing behind. */
export function forgetDrafts(): void {
  drafts.clear();
}
