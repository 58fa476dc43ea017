// Where to go after logging in: back to the page that asked for it.
import type { LocationQuery, Router } from "vue-router";

export function goOn(router: Router, query: LocationQuery): void {
  const next = String(query.next ?? "");
  void router.replace(next.startsWith("/") && !next.startsWith("/login") ? next : "/me");
}
