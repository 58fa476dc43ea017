// A failure as the words a page shows.
import { ApiFailure } from "@/api/failure";
import { i18n } from "@/i18n";

const MINUTE = 60; // seconds

/** Returns how long to wait, in words. */
function waitOf(seconds: number): string {
  const { t } = i18n.global;
  return seconds < 2 * MINUTE ? t("failure.busyFor", { seconds }) : t("failure.busyForMinutes", { minutes: Math.ceil(seconds / MINUTE) });
}

/** Returns the API's own words where it gave some, else the shop's for that kind of failure. */
export function wordsOf(failure: unknown): string {
  const { t } = i18n.global;
  if (!(failure instanceof ApiFailure)) return t("failure.broken");
  // Most of the API's refusals of this kind name the time themselves.
  if (failure.kind === "busy" && failure.retryAfter && !/\d/.test(failure.message)) return `${failure.message || t("failure.busy")} ${waitOf(failure.retryAfter)}`;
  if (failure.message) return failure.message;
  return t(`failure.${failure.kind}`);
}
