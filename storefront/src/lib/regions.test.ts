import { expect, it } from "vitest";

import { cities, codeOfRegion, districts, provinces } from "./regions";

it("knows what lies in what", () => {
  expect(provinces()).toContain("江苏省");
  expect(cities("江苏省")).toContain("苏州市");
  expect(districts("江苏省", "苏州市")).toContain("姑苏区");
  expect([cities("X"), districts("江苏省", "X"), districts("浙江省", "苏州市")]).toEqual([[], [], []]);
});

it.each([
  [{ province: "江苏省", city: "苏州市", district: "姑苏区" }, "320508"],
  [{ province: "江苏省", city: "苏州市", district: "X" }, "320500"],
  [{ province: "江苏省", city: "", district: "" }, "320000"],
  [{ province: "", city: "", district: "" }, ""],
])("finds the code of %j", (region, code) => {
  expect(codeOfRegion(region)).toBe(code);
});
