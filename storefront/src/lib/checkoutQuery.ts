// What is to be ordered, as it stands in the address of the checkout.
import type { LocationQuery } from "vue-router";

export type Wanted = { goods: number[] } | { buy_now: { goods: number; nums: number } } | Record<string, never>;

function number(value: unknown): number | null {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** Returns chosen lines of the cart, goods to buy at once, or neither: the whole cart. */
export function wanted(query: LocationQuery): Wanted {
  const goods = number(query.buy);
  if (goods !== null) return { buy_now: { goods, nums: number(query.nums) ?? 1 } };
  const ids = String(query.goods ?? "").split(",").map(number).filter((id): id is number => id !== null);
  return ids.length ? { goods: ids } : {};
}
