// Chinese and English. Chinese is in the first bundle; English is loaded when it is wanted.
import { computed } from "vue";
import { createI18n } from "vue-i18n";

import { keepPreferred, preferred, type Language } from "./preferred";
import zh from "./zh";

export type Messages = typeof zh;
export type { Language };

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: "zh",
  fallbackLocale: "zh",
  messages: { zh } as Record<Language, Messages>,
});

export const locale = computed(() => i18n.global.locale.value as Language);

export async function useLanguage(language: Language): Promise<void> {
  // All at once: a first page waits for them.
  const [own, { Locale }, words] = await Promise.all([
    language === "en" ? import("./en") : null,
    import("vant/es/locale"),
    language === "zh" ? import("vant/es/locale/lang/zh-CN") : import("vant/es/locale/lang/en-US"),
  ]);
  if (own) i18n.global.setLocaleMessage("en", own.default);
  i18n.global.locale.value = language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  Locale.use(language === "zh" ? "zh-CN" : "en-US", words.default);
  keepPreferred(language);
}

export const ready = preferred() === "zh" ? Promise.resolve() : useLanguage("en");
