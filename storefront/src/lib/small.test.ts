import { mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, effectScope, nextTick, ref } from "vue";

import { failureOf } from "@/api/failure";
import NumberStepper from "@/components/NumberStepper.vue";
import { i18n } from "@/i18n";

import { makeKey, useOnceKey } from "./onceKey";
import { paidOrder } from "./payment";
import { useQuestion } from "./question";
import { forgetSearches, noteSearch, searches } from "./searchHistory";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

describe("a key for one request", () => {
  it("is a version 4 UUID, another each time", () => {
    const keys = new Set(Array.from({ length: 50 }, makeKey));
    expect(keys.size).toBe(50);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("stays for the same body, and changes with it", () => {
    const note = ref("");
    const key = effectScope().run(() => useOnceKey([note]))!;
    const first = key();
    expect(key()).toBe(first);
    note.value = "放门口";
    expect(key()).not.toBe(first);
  });
});

describe("searches", () => {
  it("are kept newest first, once each, ten at most", () => {
    forgetSearches();
    for (const word of ["一", "二", "一", ..."三四五六七八九十甲乙"]) noteSearch(word);
    expect(searches.value).toEqual([..."乙甲十九八七六五四三"]);
    forgetSearches();
    expect([searches.value, localStorage.getItem("mxshop-searches")]).toEqual([[], "[]"]);
  });
});

it("knows once which order was being paid", () => {
  sessionStorage.setItem("mxshop-paying", "12");
  expect([paidOrder(), paidOrder()]).toEqual([12, null]);
});

describe("a question", () => {
  function ask<T>(question: () => Promise<T>, sources: Parameters<typeof useQuestion>[1] = []) {
    let made!: ReturnType<typeof useQuestion<T>>;
    const app = createApp({ setup() { made = useQuestion(question, sources); return () => null; } });
    app.mount(document.createElement("div"));
    return { ...made, end: () => app.unmount() };
  }

  it("drops an answer that comes after a newer question", async () => {
    const answers: ((text: string) => void)[] = [];
    const which = ref(1);
    const { data, end } = ask(() => new Promise<string>((done) => answers.push(done)), [which]);
    which.value = 2;
    await nextTick();
    answers[1]!("second");
    await nextTick();
    answers[0]!("first");
    await nextTick();
    expect(data.value).toBe("second");
    end();
  });

  it("keeps a failure until it is asked again, and what was shown meanwhile", async () => {
    const question = vi.fn()
      .mockResolvedValueOnce("shown")
      .mockRejectedValueOnce(failureOf(new Response(null, { status: 503 }), null))
      .mockResolvedValueOnce("new");
    const { data, failure, reload } = ask<string>(question);
    await vi.waitFor(() => expect(data.value).toBe("shown"));
    await reload();
    expect([data.value, failure.value?.kind]).toEqual(["shown", "busy"]);
    await reload();
    expect([data.value, failure.value]).toEqual(["new", null]);
  });
});

describe("the stepper", () => {
  const make = (props: object) => mount(NumberStepper, { props: { modelValue: 2, label: "数量", ...props }, global: { plugins: [i18n] } });

  it("asks for one more or less, within its bounds", async () => {
    const stepper = make({ max: 3 });
    const [less, more] = stepper.findAll("button");
    await more!.trigger("click");
    await less!.trigger("click");
    expect(stepper.emitted("update:modelValue")).toEqual([[3], [1]]);
    await stepper.setProps({ modelValue: 3 });
    expect(more!.attributes("aria-disabled")).toBe("true");
  });

  it.each([["50", [[3]], "2"], ["0", [[1]], "2"], ["x", undefined, "2"], ["2", undefined, "2"]])("%s typed shows what it is given until that changes", async (text, asked, shown) => {
    const stepper = make({ max: 3 });
    const input = stepper.find("input");
    await input.setValue(text);
    await input.trigger("change");
    expect([stepper.emitted("update:modelValue"), input.element.value]).toEqual([asked, shown]);
  });
});
