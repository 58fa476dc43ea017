// A shop front without its looks: what its pages ask, and what they show of the answers.
// Nothing here is cast: whatever the description leaves open does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

type Schemas = components["schemas"];

const [, , origin, username, password] = process.argv;
if (!origin || !username || !password) throw new Error("usage: shop.js ORIGIN USERNAME PASSWORD");
const api = createClient<paths>({ baseUrl: origin });

const expect = (is: boolean, what: string): void => {
  if (!is) throw new Error(`not as described: ${what}`);
};

// The texts of a refusal, whichever of its shapes it has.
const texts = (error: { detail: string } | { [field: string]: unknown }): string[] =>
  Object.values(error).flatMap((value) => (Array.isArray(value) ? value.map(String) : [String(value)]));

// --- what the pages show

const yuan = (amount: number): string => `￥${amount.toFixed(2)}`;

const card = (goods: Schemas["GoodsCard"]): string => {
  const badges = [goods.is_new && "新品", goods.is_hot && "热销", goods.ship_free && "包邮"];
  const picture: string = goods.goods_front_image ?? goods.images[0]?.image ?? "/none.webp";
  const since: number = new Date(goods.add_time).getTime();
  return [
    goods.name, goods.goods_brief.trim(), yuan(goods.shop_price), yuan(goods.market_price), picture,
    `${goods.goods_num} / ${goods.sold_num}`, since, ...badges.filter(Boolean),
  ].join(" ");
};

const menu = (tree: Schemas["CategoryTree"]): string[] =>
  tree.sub_cat.flatMap((branch) => [branch.name, ...branch.sub_cat.map((leaf) => leaf.name)]);

const PAY: Record<Schemas["PayStatusEnum"], string> = {
  paying: "待支付", WAIT_BUYER_PAY: "待支付", TRADE_SUCCESS: "已支付",
  TRADE_FINISHED: "已完成", TRADE_CLOSED: "已关闭",
};

const STAGE: Record<Schemas["StatusEnum"], string> = {
  to_pay: "待付款", to_ship: "待发货", to_receive: "待收货", received: "已收货",
  closed: "已关闭", refunded: "已退款",
};

const row = (order: Schemas["Order"]): string => {
  const paid: string = order.pay_time === null ? "—" : new Date(order.pay_time).toISOString();
  const minutes: number = (new Date(order.expires_at).getTime() - Date.now()) / 60_000;
  const transaction: string = order.trade_no ?? "—";
  return [
    order.order_sn, STAGE[order.status], PAY[order.pay_status], yuan(order.order_mount),
    yuan(order.freight_amount), order.actions.join("/"), order.shipments.length, paid, minutes.toFixed(0),
    transaction, order.post_script.trim(), new Date(order.add_time).toISOString(),
  ].join(" ");
};

const label = (address: Schemas["Address"]): string =>
  address.province + address.city + address.district + address.address +
  (address.is_default ? "（默认）" : "") + address.add_time.slice(0, 10);

const KINDS: Record<1 | 2 | 3 | 4 | 5, string> =
  { 1: "留言", 2: "投诉", 3: "询问", 4: "售后", 5: "求购" };
const note = (message: Schemas["Message"]): string =>
  `${KINDS[message.message_type]}：${message.subject} ${message.file ?? ""} ${message.reply || "…"}`;

const person = (profile: Schemas["Profile"]): string => {
  const born: string = profile.birthday ?? "—";
  return `${profile.name.trim()} ${profile.gender === "female" ? "女" : "男"} ${born} ${profile.email.trim()}`;
};

// --- what the pages ask

const index = await api.GET("/indexgoods/");
if (index.error) throw new Error(index.error.detail);
for (const category of index.data) {
  const ad = "id" in category.ad_goods ? card(category.ad_goods) : "";
  console.log(`${category.name}: ${menu(category).length} categories, ${category.goods.length} goods ${ad.slice(0, 12)}`);
}

const list = await api.GET("/goods/", {
  params: { query: { ordering: "-sold_num", page_size: 4, is_hot: true, pricemax: 500 } },
});
if (list.error) throw new Error(texts(list.error).join());
list.data.results.map(card).forEach((text) => console.log(text));
const [first] = list.data.results;
if (first === undefined) throw new Error("no goods");

const missing = await api.GET("/goods/{id}/", { params: { path: { id: 999_999 } } });
if (missing.error === undefined) throw new Error("goods that are not there");
console.log(`404: ${missing.error.detail}`);

const stranger = await api.GET("/orders/");
expect(stranger.response.status === 401, "401 without a token");
if (stranger.error) console.log(`401: ${texts(stranger.error).join()}`);

const wrong = await api.POST("/login/", { body: { username, password: "no" } });
if (wrong.error === undefined) throw new Error("let in");
if ("non_field_errors" in wrong.error) console.log(`400: ${wrong.error.non_field_errors?.[0]}`);

const login = await api.POST("/login/", { body: { username, password } });
if (login.error) throw new Error(texts(login.error).join());
const { token } = login.data;
api.use({
  onRequest: ({ request }) => {
    request.headers.set("Authorization", `JWT ${token}`);
    return request;
  },
});

const profile = await api.PATCH("/users/{id}/", {
  params: { path: { id: "me" } }, body: { gender: "female", birthday: "1998-05-20" },
});
if (profile.error) throw new Error(texts(profile.error).join());
console.log(person(profile.data));

const address = await api.POST("/address/", {
  body: {
    province: "江苏省", city: "苏州市", district: "姑苏区", address: "平江路 1 号",
    signer_name: "小满", signer_mobile: username,
  },
});
if (address.error) throw new Error(texts(address.error).join());
const moved = await api.PUT("/address/{id}/", {
  params: { path: { id: address.data.id } }, body: { district: "吴中区" },
});
if (moved.error) throw new Error(texts(moved.error).join());
console.log(label(moved.data));

const tooMany = await api.POST("/shopcarts/", { body: { goods: first.id, nums: 99_999 } });
if (tooMany.error && "nums" in tooMany.error) console.log(`400: ${tooMany.error.nums?.join()}`);
await api.POST("/shopcarts/", { body: { goods: first.id, nums: 2 } });
const cart = await api.GET("/shopcarts/");
if (cart.error) throw new Error(cart.error.detail);
const cents = cart.data.reduce((sum, line) => sum + Math.round(line.goods.shop_price * 100) * line.nums, 0);
console.log(`cart: ${cart.data.length} line, ${yuan(cents / 100)}, held until ${cart.data[0]?.held_until}`);

const preview = await api.POST("/orders/preview/", { body: { goods: [first.id] } });
if (preview.error) throw new Error(texts(preview.error).join());
for (const line of preview.data.lines) {
  console.log(`${line.goods.name} ${line.nums} × ${yuan(line.price)} ${line.problem ?? "✓"}`);
}
const checkout = {
  body: { address: label(moved.data), signer_name: "小满", singer_mobile: username, order_mount: cents / 100 },
  params: { header: { "Idempotency-Key": "a-front-of-the-shop-1" } },
};
const order = await api.POST("/orders/", checkout);
if (order.error) {
  // What ran out is typed apart from the texts of the fields.
  if ("goods" in order.error && Array.isArray(order.error.goods)) {
    for (const short of order.error.goods) {
      if (typeof short !== "string") console.log(`${short.name}: ${short.available} of ${short.wanted}`);
    }
  }
  throw new Error(texts(order.error).join());
}
console.log(row(order.data));
expect(order.data.alipay_url !== null && Math.round(order.data.order_mount * 100) === cents, "the total");
const again = await api.POST("/orders/", checkout);
expect(again.data?.id === order.data.id, "the same order for the same key");

const counts = await api.GET("/orders/counts/");
expect(counts.data?.to_pay === 1, "one order to pay");
const orders = await api.GET("/orders/", {
  params: { query: { page: 1, page_size: 10, status: "to_pay" } },
});
if (orders.error) throw new Error(texts(orders.error).join());
const page = Array.isArray(orders.data) ? orders.data : orders.data.results;
page.map(row).forEach((text) => console.log(text));
const detail = await api.GET("/orders/{id}/", { params: { path: { id: order.data.id } } });
if (detail.error) throw new Error(texts(detail.error).join());
detail.data.goods.forEach((line) => console.log(`${line.name} ${line.goods_num} × ${yuan(line.price)} ${line.image ?? ""}`));

// 立即购买, which leaves the cart alone; and another thought.
const quick = await api.POST("/orders/", {
  body: { ...checkout.body, order_mount: null, buy_now: { goods: first.id, nums: 1 } },
});
if (quick.error) throw new Error(texts(quick.error).join());
const early = await api.POST("/orders/{id}/confirm/", { params: { path: { id: quick.data.id } } });
console.log(`400: ${early.error?.detail}`);

const message = await api.POST("/messages/", {
  body: { message_type: 4, subject: "有磕碰", message: "有两个压坏了。" },
  bodySerializer: (body) => {
    const form = new FormData();
    Object.entries(body).forEach(([name, value]) => form.set(name, String(value)));
    return form;
  },
});
if (message.error) throw new Error(texts(message.error).join());
console.log(note(message.data));

const gone = await api.DELETE("/address/{id}/", { params: { path: { id: address.data.id } } });
if (gone.error) throw new Error(gone.error.detail);
const gone2 = await api.DELETE("/address/{id}/", { params: { path: { id: address.data.id } } });
console.log(`404: ${gone2.error?.detail}`);
const out = await api.POST("/logout/", { body: {} });
expect(out.response.status === 204, "logged out");
console.log("done");
