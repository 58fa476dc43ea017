import { describe, expect, it } from "vitest";

import { wanted } from "./checkoutQuery";
import { goodsQuery, listOf } from "./goodsQuery";

describe("the list's address", () => {
  it("becomes a question to the API", () => {
    const query = { search: "橙", top_category: "12", pricemin: "9.5", pricemax: "60", is_hot: "true", is_new: "true", ordering: "-shop_price" };
    expect(goodsQuery(query)).toEqual({ search: "橙", top_category: "12", pricemin: 9.5, pricemax: 60, is_hot: true, is_new: true, ordering: "-shop_price" });
  });

  it.each([
    [{ pricemin: "-1" }], [{ pricemin: "1.234" }], [{ pricemax: "cheap" }], [{ ordering: "password" }], [{ is_hot: "1" }],
    [{ top_category: "1 or 1" }], [{ search: "" }], [{ utm_source: "x" }], [{ search: null }],
  ])("leaves out what makes no sense: %j", (query) => {
    expect(goodsQuery(query)).toEqual({});
  });

  it("takes the first of several values", () => {
    expect(goodsQuery({ search: ["梨", "桃"] })).toEqual({ search: "梨" });
  });

  it("names the same list whatever its filters", () => {
    expect(listOf({ search: "梨", ordering: "shop_price", pricemin: "3" })).toBe(listOf({ search: "梨" }));
    expect(listOf({ search: "梨" })).not.toBe(listOf({ search: "桃" }));
    expect(listOf({ top_category: "1" })).not.toBe(listOf({ search: "1" }));
  });
});

describe("the checkout's address", () => {
  it.each([
    [{ goods: "3,10" }, { goods: [3, 10] }],
    [{ buy: "3", nums: "2" }, { buy_now: { goods: 3, nums: 2 } }],
    [{ buy: "3" }, { buy_now: { goods: 3, nums: 1 } }],
    [{ buy: "3", goods: "7" }, { buy_now: { goods: 3, nums: 1 } }],
    [{ goods: "3,x,-1,2" }, { goods: [3, 2] }],
    [{ goods: "x" }, {}],
    [{}, {}],
  ])("%j asks for %j", (query, body) => {
    expect(wanted(query)).toEqual(body);
  });
});
