import { expect, it } from "vitest";

import { fen, sum, yuan } from "./money";

it.each([[0, "0.00"], [12.3, "12.30"], [0.29, "0.29"], [1234567.89, "1234567.89"], [19.99, "19.99"]])("%d is written %s", (amount, text) => {
  expect(yuan(amount)).toBe(text);
});

it("adds in whole fen", () => {
  expect(0.1 + 0.2).not.toBe(0.3);
  expect(sum([0.1, 0.2])).toBe(0.3);
  expect(sum([])).toBe(0);
  expect(fen(1.15)).toBe(115);
});
