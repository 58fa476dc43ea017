// Where the caller's token is kept. Social sign-in leaves it in a cookie of /index/ (24 hours);
// everything else keeps it in localStorage.
import { ref } from "vue";

const KEY = "mxshop-token";

function fromCookie(): string | null {
  const found = /(?:^|;\s*)token=([^;]+)/.exec(document.cookie);
  if (!found?.[1]) return null;
  document.cookie = "token=; path=/index; max-age=0";
  return decodeURIComponent(found[1]);
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the token lives as long as the page
  }
}

const brought = fromCookie();
/** A social sign-in has just led here. */
export const cameFromCookie = brought !== null;
export const token = ref<string | null>(brought ?? stored());

export function keepToken(value: string | null): void {
  token.value = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

if (token.value) keepToken(token.value);
