import { describe, expect, it } from "vitest";

import { failureOf, offline } from "./failure";

function refused(status: number, body: unknown, headers: Record<string, string> = {}) {
  return failureOf(new Response(null, { status, headers }), body);
}

describe("a failure", () => {
  it.each([
    [400, "refused"], [401, "unauthorized"], [403, "refused"], [404, "missing"], [409, "refused"],
    [429, "busy"], [500, "broken"], [502, "busy"], [503, "busy"], [504, "busy"],
  ])("of status %i is %s", (status, kind) => {
    expect(refused(status, {}).kind).toBe(kind);
  });

  it("keeps the API's texts by field, the first of each", () => {
    const failure = refused(400, { mobile: ["手机号码非法", "二"], code: "验证码错误" });
    expect(failure.fields).toEqual({ mobile: "手机号码非法", code: "验证码错误" });
    expect(failure.message).toBe("手机号码非法");
  });

  it("takes what belongs to no field as its message", () => {
    const failure = refused(400, { non_field_errors: ["已收藏"], goods: ["x"] });
    expect(failure.message).toBe("已收藏");
    expect(failure.fields).toEqual({ goods: "x" });
    expect(refused(404, { detail: "未找到。" }).message).toBe("未找到。");
  });

  it("knows what ran out from texts about the field goods", () => {
    const shortage = { goods: 3, name: "脐橙", wanted: 5, available: 2 };
    const failure = refused(400, { goods: [shortage], non_field_errors: ["库存不足"] });
    expect(failure.shortages).toEqual([shortage]);
    expect(failure.fields).toEqual({});
    expect(failure.message).toBe("库存不足");
  });

  it("looks for texts in nested lists", () => {
    expect(refused(400, { pictures: [[], ["不是图片"]] }).fields).toEqual({ pictures: "不是图片" });
  });

  it.each([[{ "Retry-After": "7" }, 7], [{ "Retry-After": "soon" }, null], [{}, null]])("reads Retry-After %j", (headers, seconds) => {
    expect(refused(503, {}, headers).retryAfter).toBe(seconds);
  });

  it.each([["<html>"], [null], [[]], [undefined]])("accepts a body that is not an object: %j", (body) => {
    const failure = refused(502, body);
    expect([failure.message, failure.fields, failure.shortages]).toEqual(["", {}, []]);
  });

  it("is offline when there was no answer, and keeps why", () => {
    const cause = new TypeError("Failed to fetch");
    expect(offline(cause)).toMatchObject({ kind: "offline", status: 0, cause });
  });
});
