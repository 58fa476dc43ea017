import { describe, expect, it } from "vitest";

import { ApiFailure } from "@/api/failure";

import { usePages } from "./pages";

const row = (id: number) => ({ id });
const busy = new ApiFailure("busy", 503, {}, [], "忙", null);

/** A list whose answers the test gives: `answers[0]` is that of the first question. */
function list(size = 2) {
  const asked: [number, number][] = [];
  const answers: { give: (ids: number[], next?: string | null) => void; refuse: () => void }[] = [];
  const pages = usePages((page, amount) => new Promise<{ results: { id: number }[]; count: number; next: string | null }>((resolve, reject) => {
    asked.push([page, amount]);
    answers.push({ give: (ids, next = null) => resolve({ results: ids.map(row), count: 9, next }), refuse: () => reject(busy) });
  }), size);
  const ids = () => pages.items.value?.map((item) => item.id);
  return { pages, asked, answers, ids };
}

describe("an endless list", () => {
  it("adds page to page, and no row twice", async () => {
    const { pages, asked, answers, ids } = list();
    const first = pages.start();
    answers[0]!.give([5, 4], "next");
    await first;
    const second = pages.more();
    answers[1]!.give([4, 3]);
    await second;
    expect([ids(), pages.count.value, pages.isOver.value]).toEqual([[5, 4, 3], 9, true]);
    expect(asked).toEqual([[1, 2], [2, 2]]);
  });

  it("drops an answer that comes after a newer question", async () => {
    const { pages, answers, ids } = list();
    const old = pages.start();
    const now = pages.start();
    answers[1]!.give([8]);
    answers[0]!.give([1]);
    await Promise.all([old, now]);
    expect(ids()).toEqual([8]);
  });

  it("reads again what is shown, in one question, and goes on after it", async () => {
    const { pages, asked, answers, ids } = list();
    for (const [index, found] of [[5, 4], [3, 2]].entries()) {
      const one = pages.more();
      answers[index]!.give(found, "next");
      await one;
    }
    const again = pages.refresh();
    expect(ids()).toEqual([5, 4, 3, 2]); // until the answer is there
    answers[2]!.give([6, 5, 4, 3], "next");
    await again;
    void pages.more();
    expect([ids(), asked.slice(2)]).toEqual([[6, 5, 4, 3], [[1, 4], [3, 2]]]);
  });

  it("keeps its rows through a failure, and asks for the same page again", async () => {
    const { pages, asked, answers, ids } = list();
    const first = pages.start();
    answers[0]!.give([5, 4], "next");
    await first;
    const second = pages.more();
    answers[1]!.refuse();
    await second;
    expect([ids(), pages.failure.value?.status, pages.isLoading.value]).toEqual([[5, 4], 503, false]);
    void pages.more();
    expect([asked.at(-1), pages.failure.value]).toEqual([[2, 2], null]);
  });
});
