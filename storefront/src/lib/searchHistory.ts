// What was searched on this device, newest first.
import { ref } from "vue";

const KEY = "mxshop-searches";
const KEPT = 10;

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((word) => typeof word === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export const searches = ref(read());

function write(words: string[]): void {
  searches.value = words;
  try {
    localStorage.setItem(KEY, JSON.stringify(words));
  } catch {
    // Storage is switched off: the words last as long as the page.
  }
}

export function noteSearch(words: string): void {
  write([words, ...searches.value.filter((word) => word !== words)].slice(0, KEPT));
}

export function forgetSearches(): void {
  write([]);
}
