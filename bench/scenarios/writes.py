"""What a sale costs: the cart, the checkout, the notice that it is paid.

One round plays all of it with buyers of its own, so that the notices are those of the orders, and
the orders those of the carts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .model import CPU_MS, Figures, Scenario, ShopSpec, at_most

if TYPE_CHECKING:
    from bench.lab.load import Request
    from bench.lab.shops import Buyer, Shop

SHOP = ShopSpec()
BUYERS, QUICK_BUYERS = 100, 40
LINES = 3
DESTINATION = {
    "address": "上海市浦东新区世纪大道 1 号", "signer_name": "小满", "singer_mobile": "13800000001",
}  # fmt: skip


def add_request(buyer: Buyer, goods_id: int) -> Request:
    from bench.lab.load import post

    return post("/shopcarts/", {"goods": goods_id, "nums": 1}, token=buyer.token)


def checkout_request(buyer: Buyer) -> Request:
    from bench.lab.load import post

    return post("/orders/", DESTINATION, token=buyer.token)


def notice_request(shop: Shop, order: dict[str, object]) -> Request:
    from bench.lab.load import post
    from bench.lab.stores import APP_ID, SELLER_ID
    from extra_apps.alipay_sandbox.signing import notice_text, sign

    fields = {
        "app_id": APP_ID, "seller_id": SELLER_ID, "out_trade_no": str(order["order_sn"]),
        "trade_no": f"T{order['order_sn']}", "total_amount": f"{order['order_mount']:.2f}",
        "trade_status": "TRADE_SUCCESS", "gmt_payment": "2026-11-27 12:00:00",
        "notify_id": f"N{order['order_sn']}", "notify_time": "2026-11-27 12:00:01",
    }  # fmt: skip
    signature = sign(notice_text(fields), private_key=shop.gateway.keys.private)
    form = urlencode({**fields, "sign": signature, "sign_type": "RSA2"})
    return post("/alipay/notify/", form, status=200)


def carts(shop: Shop, number: int, lines: int) -> list[Buyer]:
    """Return so many buyers, each with a cart of ``lines`` lines."""
    buyers = shop.buyers(number)
    for place in range(lines):
        shop.load([add_request(buyer, pick(shop, at, place)) for at, buyer in enumerate(buyers)])
    return buyers


def pick(shop: Shop, buyer: int, place: int) -> int:
    """Return the goods of a line: other ones from buyer to buyer, none twice in a cart."""
    goods = shop.stocked_goods
    return goods[(buyer * LINES + place) % len(goods)]


def _number(shop: Shop) -> int:
    return QUICK_BUYERS if shop.is_quick else BUYERS


def first_add(shop: Shop) -> Figures:
    requests = [
        add_request(buyer, pick(shop, at, 0)) for at, buyer in enumerate(shop.buyers(_number(shop)))
    ]
    return shop.load(requests).figures()


def add(shop: Shop) -> Figures:
    buyers = carts(shop, _number(shop), 1)
    requests = [
        add_request(buyer, pick(shop, at, place))
        for place in range(1, LINES)
        for at, buyer in enumerate(buyers)
    ]
    found = shop.load(requests).figures()
    shop.left["carts"] = buyers
    return found


def checkout(shop: Shop) -> Figures:
    buyers = _left(shop, "carts") or carts(shop, _number(shop), LINES)
    loaded = shop.load([checkout_request(buyer) for buyer in buyers], keep=True)
    shop.left["orders"] = [answer.json() for answer in loaded.sent.answers]
    return loaded.figures()


def notice(shop: Shop) -> Figures:
    orders = _left(shop, "orders")
    if not orders:
        checkout(shop)
        orders = _left(shop, "orders")
    return shop.load([notice_request(shop, order) for order in orders]).figures()


def _left(shop: Shop, what: str) -> Sequence:
    """Return what the scenario before left, once."""
    return shop.left.pop(what, ())


def _scenario(name: str, measure: Callable[[Shop], Figures], limit: float | None) -> Scenario:
    targets = (at_most(limit, CPU_MS),) if limit else ()
    return Scenario(
        name=name, shop=SHOP, round=measure, targets=targets, in_quick=limit is not None
    )


SCENARIOS = (
    _scenario("the first add to a cart", first_add, None),
    _scenario("add to cart", add, 5),
    _scenario("checkout of 3 lines", checkout, 7),
    _scenario("paid notice", notice, 5),
)
