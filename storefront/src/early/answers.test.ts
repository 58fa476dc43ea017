import { beforeEach, expect, it } from "vitest";

import { answerTake } from "./answers";

const URL_OF_BANNERS = "http://localhost/banners/";
const answer = Promise.resolve(new Response("[]"));

beforeEach(() => { window.mxshopEarly = { language: "zh-hans", answers: new Map([[URL_OF_BANNERS, answer]]) }; });

function request(url = URL_OF_BANNERS, language = "zh-hans", method = "GET"): Request {
  return new Request(url, { method, headers: { "Accept-Language": language } });
}

it("gives an answer once", () => {
  expect(answerTake(request())).toBe(answer);
  expect(answerTake(request())).toBeUndefined();
});

it.each([
  ["another address", request("http://localhost/goods/")],
  ["another language", request(URL_OF_BANNERS, "en")],
  ["a request that changes something", request(URL_OF_BANNERS, "zh-hans", "POST")],
])("gives none to %s", (_name, other) => {
  expect(answerTake(other)).toBeUndefined();
  expect(answerTake(request())).toBe(answer);
});

it("gives none where nothing was asked early", () => {
  delete window.mxshopEarly;
  expect(answerTake(request())).toBeUndefined();
});
