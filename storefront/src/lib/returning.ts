// Back at the shop: from the cashier, from another app or tab. What is shown may be old by then.
import { onActivated, onDeactivated, onMounted, onUnmounted } from "vue";

/** Calls `act` when the page is looked at again, while it is the one that is shown. */
export function onReturn(act: () => void): void {
  let isShown = false;
  const look = (): void => {
    if (isShown && document.visibilityState === "visible") act();
  };
  // The browser shows a page that it kept as it was: it was not hidden in between.
  const kept = (event: PageTransitionEvent): void => { if (event.persisted) look(); };
  const show = (): void => { isShown = true; };
  const hide = (): void => { isShown = false; };
  onMounted(() => {
    show();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pageshow", kept);
  });
  onActivated(show);
  onDeactivated(hide);
  onUnmounted(() => {
    hide();
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("pageshow", kept);
  });
}
