import { beforeAll, describe, expect, it, vi } from "vitest";

import { failureOf } from "@/api/failure";
import { i18n, ready } from "@/i18n";

import { useForm } from "./form";
import { wordsOf } from "./failures";

function refusal(body: unknown, status = 400, headers = {}) {
  return failureOf(new Response(null, { status, headers }), body);
}

describe("a form", () => {
  it("puts a text at its field", async () => {
    const form = useForm(["code"]);
    expect(await form.send(() => Promise.reject(refusal({ code: ["验证码错误"] })))).toBe(false);
    expect([form.errors.value, form.message.value]).toEqual([{ code: "验证码错误" }, ""]);
  });

  it("shows as its message what belongs to no field that it has", async () => {
    const form = useForm(["code"]);
    await form.send(() => Promise.reject(refusal({ username: ["用户已存在"], code: ["验证码错误"] })));
    expect([form.errors.value, form.message.value]).toEqual([{ code: "验证码错误" }, "用户已存在"]);
    await form.send(() => Promise.reject(refusal({ detail: "请求过于频繁" }, 429)));
    expect([form.errors.value, form.message.value]).toEqual([{}, "请求过于频繁"]);
  });

  it("forgets the last refusal, and sends once at a time", async () => {
    const form = useForm(["code"]);
    await form.send(() => Promise.reject(refusal({ code: ["验证码错误"] })));
    let answer!: () => void;
    const act = vi.fn(() => new Promise<void>((done) => { answer = done; }));
    const first = form.send(act);
    expect([form.isBusy.value, form.errors.value]).toEqual([true, {}]);
    expect(await form.send(act)).toBe(false);
    answer();
    expect(await first).toBe(true);
    expect([act.mock.calls.length, form.isBusy.value]).toEqual([1, false]);
  });

  it("does not swallow a fault of the page", async () => {
    const form = useForm([]);
    await expect(form.send(() => Promise.reject(new TypeError("fault")))).rejects.toThrow("fault");
    expect(form.isBusy.value).toBe(false);
  });
});

describe("the words of a failure", () => {
  beforeAll(async () => {
    await ready;
    i18n.global.locale.value = "zh";
  });

  it.each([
    [refusal({ detail: "未找到。" }, 404), "未找到。"],
    [refusal(null, 500), "服务器出了点问题，请稍后重试。"],
    [refusal({ detail: "数据库正忙。" }, 503, { "Retry-After": "2" }), "数据库正忙。 请在 2 秒后重试。"],
    [refusal(null, 503, { "Retry-After": "2" }), "服务器正忙，请稍后重试。 请在 2 秒后重试。"],
    [new TypeError("fault"), "服务器出了点问题，请稍后重试。"],
  ])("are the API's own where it gave some (%#)", (failure, words) => {
    expect(wordsOf(failure)).toBe(words);
  });
});
