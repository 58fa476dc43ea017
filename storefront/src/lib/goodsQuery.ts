// The list's filters as they stand in its address, so that "back" and a shared link keep them.
import type { LocationQuery } from "vue-router";

import type { paths } from "@/api/schema";

export type GoodsQuery = NonNullable<paths["/goods/"]["get"]["parameters"]["query"]>;
export const ORDERINGS = ["", "-sold_num", "shop_price", "-shop_price", "-add_time"] as const;
export type Ordering = (typeof ORDERINGS)[number];

function one(value: LocationQuery[string] | undefined): string {
  return String((Array.isArray(value) ? value[0] : value) ?? "");
}

function price(value: LocationQuery[string] | undefined): number | undefined {
  const text = one(value);
  return /^\d{1,8}(\.\d{1,2})?$/.test(text) ? Number(text) : undefined;
}

/** Returns what to ask the API; what makes no sense in an address is left out. */
export function goodsQuery(query: LocationQuery): GoodsQuery {
  const ordering = one(query.ordering) as Ordering;
  const asked: GoodsQuery = {};
  if (one(query.search)) asked.search = one(query.search);
  if (/^\d+$/.test(one(query.top_category))) asked.top_category = one(query.top_category);
  const low = price(query.pricemin);
  const high = price(query.pricemax);
  if (low !== undefined) asked.pricemin = low;
  if (high !== undefined) asked.pricemax = high;
  if (one(query.is_hot) === "true") asked.is_hot = true;
  if (one(query.is_new) === "true") asked.is_new = true;
  if (ordering && ORDERINGS.includes(ordering)) asked.ordering = ordering;
  return asked;
}

/** Names the list that an address shows: its filters and their order are changed within it. */
export function listOf(query: LocationQuery): string {
  return JSON.stringify(["list", one(query.search), one(query.top_category)]);
}
