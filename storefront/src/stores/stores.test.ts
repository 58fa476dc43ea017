import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

import { keepToken } from "@/api/token";

import { useAccount } from "./account";
import { useCart } from "./cart";
import { useCategories } from "./categories";
import { useFavourites } from "./favourites";

type Answer = { status?: number; body?: unknown } | Error;

/** The server of a test: what it was asked, and what it answers by "METHOD /path/". */
function serve(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const headers: Headers[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const name = `${request.method} ${new URL(request.url).pathname}`;
    asked.push(name);
    headers.push(request.headers);
    const answer = answers[name];
    if (answer instanceof Error) throw answer;
    const status = answer?.status ?? 200;
    return new Response(status === 204 ? null : JSON.stringify(answer?.body ?? {}), { status, headers: { "Content-Type": "application/json" } });
  });
  return { asked, headers, answers };
}

const line = (id: number, nums = 1) => ({ id, nums, goods: { id, shop_price: 1 }, is_on_sale: true });

beforeEach(() => {
  keepToken(null);
  setActivePinia(createPinia());
});

describe("favourites", () => {
  it("draws a heart at once, and keeps it", async () => {
    const { asked } = serve({ "POST /userfavs/": { status: 201, body: { id: 1, goods: 3 } } });
    const favourites = useFavourites();
    const done = favourites.toggle(3);
    expect(favourites.hearts.get(3)).toBe(true);
    await done;
    expect([favourites.hearts.get(3), asked]).toEqual([true, ["POST /userfavs/"]]);
  });

  it.each<[string, Answer, boolean]>([
    ["takes a heart back when the server fails", { status: 503, body: { detail: "忙" } }, false],
    ["takes a heart back when nobody answers", new TypeError("offline"), false],
    ["keeps a heart that was there already", { status: 400, body: { non_field_errors: ["已收藏"] } }, true],
  ])("%s", async (_name, answer, is) => {
    serve({ "POST /userfavs/": answer });
    const favourites = useFavourites();
    await favourites.toggle(3).catch(() => undefined);
    expect(favourites.hearts.get(3)).toBe(is);
  });

  it("takes a heart away that is gone on the server already", async () => {
    serve({ "GET /userfavs/3/": { body: { id: 1 } }, "DELETE /userfavs/3/": { status: 404, body: { detail: "未找到。" } } });
    const favourites = useFavourites();
    await favourites.look(3);
    expect(favourites.hearts.get(3)).toBe(true);
    await favourites.toggle(3);
    expect(favourites.hearts.get(3)).toBe(false);
  });
});

describe("the cart", () => {
  it("asks nothing for a visitor, and is read when somebody logs in", async () => {
    const { asked, headers } = serve({ "GET /shopcarts/": { body: [line(3), line(4)] } });
    const cart = useCart();
    await nextTick();
    expect([asked, cart.kinds]).toEqual([[], 0]);
    keepToken("abc");
    await vi.waitFor(() => expect(cart.kinds).toBe(2));
    expect(headers[0]!.get("Authorization")).toBe("JWT abc");
    keepToken(null);
    await vi.waitFor(() => expect(cart.kinds).toBe(0));
  });

  it("shows what the server has after a change, and after a refusal what it had", async () => {
    const server = serve({ "GET /shopcarts/": { body: [line(3, 2)] }, "PATCH /shopcarts/3/": { body: line(3, 2) } });
    keepToken("abc");
    const cart = useCart();
    await cart.change(3, 2);
    expect(cart.lines[0]!.nums).toBe(2);
    server.answers["PATCH /shopcarts/3/"] = { status: 400, body: { nums: ["库存不足"] } };
    await expect(cart.change(3, 99)).rejects.toMatchObject({ fields: { nums: "库存不足" } });
    expect(cart.lines[0]!.nums).toBe(2);
  });

  it("takes a line out only when the server did", async () => {
    const server = serve({ "GET /shopcarts/": { body: [line(3), line(4)] }, "DELETE /shopcarts/3/": { status: 503 } });
    keepToken("abc");
    const cart = useCart();
    await cart.load();
    await expect(cart.remove(3)).rejects.toMatchObject({ kind: "busy" });
    expect(cart.kinds).toBe(2);
    server.answers["DELETE /shopcarts/3/"] = { status: 204 };
    await cart.remove(3);
    expect(cart.lines.map((row) => row.goods.id)).toEqual([4]);
  });
});

/** A server that answers only when the test says so; `asked` has the bodies. */
function serveSlowly(cart: unknown) {
  const asked: string[] = [];
  const waiting: ((status: number, body?: unknown) => Promise<void>)[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") return Response.json(cart);
    asked.push(`${request.method} ${await request.text()}`.trim());
    return new Promise<Response>((resolve) => {
      waiting.push(async (status, body = {}) => {
        resolve(status === 204 ? new Response(null, { status }) : Response.json(body, { status }));
        await new Promise((done) => setTimeout(done));
      });
    });
  });
  return { asked, waiting };
}

describe("what is pressed faster than the server answers", () => {
  it("shows the cart's number at once, and sends the last one after the first", async () => {
    const { asked, waiting } = serveSlowly([line(3, 1)]);
    keepToken("abc");
    const cart = useCart();
    await vi.waitFor(() => expect(cart.kinds).toBe(1));
    const done = cart.change(3, 2);
    void cart.change(3, 3);
    void cart.change(3, 4);
    expect(cart.lines[0]!.nums).toBe(4);
    await vi.waitFor(() => expect(waiting.length).toBe(1));
    await waiting[0]!(200);
    await vi.waitFor(() => expect(waiting.length).toBe(2));
    expect(asked).toEqual(['PATCH {"nums":2}', 'PATCH {"nums":4}']);
    const isSettled = vi.fn();
    void cart.settled().then(isSettled);
    await Promise.resolve();
    expect(isSettled).not.toHaveBeenCalled();
    await waiting[1]!(200);
    await done;
    await vi.waitFor(() => expect(isSettled).toHaveBeenCalled());
  });

  it("shows the server's number after a refusal", async () => {
    const { waiting } = serveSlowly([line(3, 1)]);
    keepToken("abc");
    const cart = useCart();
    await vi.waitFor(() => expect(cart.kinds).toBe(1));
    const done = cart.change(3, 50);
    expect(cart.lines[0]!.nums).toBe(50);
    await vi.waitFor(() => expect(waiting.length).toBe(1));
    void waiting[0]!(400, { nums: ["库存不足"] });
    await expect(done).rejects.toMatchObject({ fields: { nums: "库存不足" } });
    expect(cart.lines[0]!.nums).toBe(1);
  });

  it("counts new goods at once, and not when they are refused", async () => {
    const { waiting } = serveSlowly([line(3, 1)]);
    keepToken("abc");
    const cart = useCart();
    await vi.waitFor(() => expect(cart.kinds).toBe(1));
    const done = cart.add(7, 1);
    expect(cart.kinds).toBe(2);
    await vi.waitFor(() => expect(waiting.length).toBe(1));
    void waiting[0]!(400, { nums: ["库存不足"] });
    await expect(done).rejects.toMatchObject({ status: 400 });
    expect(cart.kinds).toBe(1);
  });

  it("sends a heart's last press after its first, and forgets hearts with their buyer", async () => {
    const { asked, waiting } = serveSlowly([]);
    keepToken("abc");
    const favourites = useFavourites();
    const done = favourites.toggle(3);
    void favourites.toggle(3);
    expect(favourites.hearts.get(3)).toBe(false);
    await vi.waitFor(() => expect(waiting.length).toBe(1));
    await waiting[0]!(201);
    await vi.waitFor(() => expect(waiting.length).toBe(2));
    await waiting[1]!(204);
    await done;
    expect([asked, favourites.hearts.get(3)]).toEqual([['POST {"goods":3}', "DELETE"], false]);
    keepToken(null);
    await nextTick();
    expect(favourites.hearts.size).toBe(0);
  });
});

describe("the account", () => {
  it("ends when its token is refused", async () => {
    serve({ "GET /users/1/": { status: 401, body: { detail: "签名已过期" } } });
    keepToken("old");
    const account = useAccount();
    await expect(account.load()).rejects.toMatchObject({ kind: "unauthorized" });
    expect([account.isLoggedIn, account.profile]).toEqual([false, null]);
  });

  it("is logged out here even when the server cannot be told", async () => {
    serve({ "POST /logout/": new TypeError("offline") });
    keepToken("abc");
    const account = useAccount();
    await expect(account.logOut()).rejects.toMatchObject({ kind: "offline" });
    expect([account.isLoggedIn, localStorage.getItem("mxshop-token")]).toEqual([false, null]);
  });
});

describe("the categories", () => {
  const tree = [{ id: 1, name: "水果", sub_cat: [{ id: 2, name: "柑橘", sub_cat: [{ id: 3, name: "橙", sub_cat: [] }] }] }];

  it("are read once, found at any level, and read again after a failure", async () => {
    const server = serve({ "GET /categorys/": { status: 503 } });
    const categories = useCategories();
    await categories.load();
    expect([categories.failure?.kind, categories.roots]).toEqual(["busy", undefined]);
    server.answers["GET /categorys/"] = { body: tree };
    await categories.load();
    await categories.load();
    expect(server.asked.length).toBe(2);
    expect([categories.failure, categories.find(3)?.name, categories.find(9)]).toEqual([null, "橙", undefined]);
  });
});
