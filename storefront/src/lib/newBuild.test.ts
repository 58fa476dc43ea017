import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { chunkMissing } from "./newBuild";

const reload = vi.fn();

beforeEach(() => {
  sessionStorage.clear();
  reload.mockReset();
  document.head.innerHTML = "";
  const script = document.createElement("template");
  script.innerHTML = '<script type="module" src="/static/shop/assets/early.js" async></script><script type="module" src="/static/shop/assets/index-OLD.js"></script>';
  document.head.append(script.content);
  vi.spyOn(window.location, "reload").mockImplementation(reload);
});
afterEach(() => vi.restoreAllMocks());

function pageNames(script: string | null) {
  vi.stubGlobal("fetch", async () => {
    if (script === null) throw new TypeError("Failed to fetch");
    return new Response(`<script type="module" src="/static/shop/assets/early.js" async></script><script type="module" src="/static/shop/assets/${script}"></script>`);
  });
}

it.each<[string, string | null, boolean]>([
  ["loads a newer build", "index-NEW.js", true],
  ["stays with the same build", "index-OLD.js", false],
  ["stays without a connection", null, false],
])("%s", async (_name, script, isReloaded) => {
  pageNames(script);
  const fail = vi.fn();
  await chunkMissing("/categories", fail);
  expect([reload.mock.calls.length, fail.mock.calls.length]).toEqual(isReloaded ? [1, 0] : [0, 1]);
  expect(window.location.hash === "#/categories").toBe(isReloaded);
  window.history.replaceState(null, "", "#/");
});

it("does not load it over and over", async () => {
  pageNames("index-NEW.js");
  const fail = vi.fn();
  await chunkMissing("/cart", fail);
  await chunkMissing("/cart", fail);
  expect([reload.mock.calls.length, fail.mock.calls.length]).toEqual([1, 1]);
});
