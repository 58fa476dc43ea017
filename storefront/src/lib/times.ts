// Times as the reader's language writes them, in the shop's zone.
import { locale } from "@/i18n";

const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" };

/** `text` is ISO 8601 with an offset. */
export function moment(text: string): string {
  return new Intl.DateTimeFormat(locale.value === "zh" ? "zh-CN" : "en-GB", options).format(new Date(text));
}
