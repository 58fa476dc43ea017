// To a provider and back: the browser leaves the shop, and comes to /index/ with a token or a message.
import { ref } from "vue";
import type { Router } from "vue-router";

import { cameFromCookie } from "@/api/token";

const KEY = "mxshop-next";

/** What a sign-in was refused for, until the log-in page is left. */
export const socialRefusal = ref("");

/** Keeps where the buyer wanted to go. */
export function noteNext(next: unknown): void {
  try {
    if (typeof next === "string") sessionStorage.setItem(KEY, next);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the way back ends at home.
  }
}

function takeNext(): string | null {
  try {
    const next = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return next;
  } catch {
    return null;
  }
}

/** Goes on where the buyer wanted to, or back to the log-in page, which says why. Called once, at the start. */
export async function socialReturn(router: Router): Promise<void> {
  const refused = new URLSearchParams(window.location.search).get("message");
  if (!refused && !cameFromCookie) return;
  await router.isReady();
  const next = takeNext();
  // The message is said once: not again after a reload.
  if (refused) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.hash);
  if (refused) {
    socialRefusal.value = refused;
    await router.replace({ name: "login", query: next ? { next } : {} });
  } else if (next?.startsWith("/")) {
    await router.replace(next);
  }
}
