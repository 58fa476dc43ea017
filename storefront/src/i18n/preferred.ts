// Which language a visitor wants: what was chosen here before, else the browser's.
export type Language = "zh" | "en";

const KEY = "mxshop-language";

export function preferred(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === "zh" || kept === "en") return kept;
  } catch {
    // Storage is switched off.
  }
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keepPreferred(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // As above.
  }
}

/** The language of an answer, as the API is asked for it. */
export function accepted(language: Language): string {
  return language === "en" ? "en" : "zh-hans";
}
