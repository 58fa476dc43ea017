import { describe, expect, it } from "vitest";

import en from "./en";
import zh from "./zh";

type Texts = { [name: string]: string | Texts };

function flat(texts: Texts, before = ""): Record<string, string> {
  return Object.assign({}, ...Object.entries(texts).map(([name, value]) =>
    (typeof value === "string" ? { [before + name]: value } : flat(value, `${before}${name}.`)))) as Record<string, string>;
}

const both = { zh: flat(zh), en: flat(en) };
const sources = import.meta.glob<string>("../**/*.{ts,vue}", { query: "?raw", import: "default", eager: true });
const written = Object.entries(sources).filter(([path]) => !/\.test\.ts$|i18n\/(zh|en)\.ts$|schema\.d\.ts$/.test(path)).map(([, text]) => text).join("\n");

describe("the two languages", () => {
  it("have the same texts, none of them empty", () => {
    expect(Object.keys(both.en).sort()).toEqual(Object.keys(both.zh).sort());
    expect(Object.entries({ ...both.zh, ...both.en }).filter(([, text]) => !text.trim())).toEqual([]);
  });

  it("name the same things in the same text", () => {
    const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(both.zh)) expect([key, names(both.en[key]!)]).toEqual([key, names(both.zh[key]!)]);
  });

  it("are each written in their own script", () => {
    expect(Object.entries(both.en).filter(([, text]) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
  });

  it("have no text that no page shows, and every text that one does", () => {
    // t("a.b"), t(`a.${b}`) and what stands in tables: text: "a.b"
    const plain = new Set([...written.matchAll(/["'`]([a-z]\w*(?:\.\w+)+)["'`]/gi)].map(([, key]) => key!));
    const made = [...written.matchAll(/`([a-z]\w*(?:\.\w+)*)\.\$\{/gi)].map(([, start]) => `${start}.`);
    const unused = Object.keys(both.zh).filter((key) => !plain.has(key) && !made.some((start) => key.startsWith(start)));
    expect(unused).toEqual([]);
    const called = [...written.matchAll(/\bt\("([\w.]+)"/g)].map(([, key]) => key!);
    expect(called.filter((key) => !(key in both.zh))).toEqual([]);
  });
});
