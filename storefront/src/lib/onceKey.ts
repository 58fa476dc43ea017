// Idempotency-Key: a second press, or a try after a lost answer, does the same thing no second time.
import { watch, type WatchSource } from "vue";

/** Returns a version 4 UUID. `crypto.randomUUID` is there over https only; a phone tries the shop over http. */
export function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * Returns the header's value for what a page is about to send. It stays the same until one of
 * `sources` changes: the server takes a key with one body only. After a refusal it may be sent again.
 */
export function useOnceKey(sources: WatchSource[]): () => string {
  let key = makeKey();
  watch(sources, () => { key = makeKey(); }, { flush: "sync", deep: true });
  return () => key;
}
