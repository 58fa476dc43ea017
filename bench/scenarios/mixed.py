"""Everything at once, as a shop has it: visitors who look, buyers with carts, some who order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from .model import P99_MS, Figures, Scenario, ShopSpec
from .writes import LINES, add_request, carts, checkout_request

if TYPE_CHECKING:
    from bench.lab.load import Request
    from bench.lab.shops import Shop

CONNECTIONS = 16
SECONDS, QUICK_SECONDS = 10.0, 3.0
# Of a hundred requests. Every buyer has a cart of three lines, adds one now and then, and orders
# all of it once.
LOOKING = {"/goods/": 25, "/goods/?ordering=-sold_num": 6, "/indexgoods/": 12, "/categorys/": 12,
           f"/goods/?search={quote('鲜')}": 5}  # fmt: skip
DETAIL, CART, ORDERS, ADD, CHECKOUT = 25, 5, 4, 4, 2


def mixed(shop: Shop) -> Figures:
    from bench.lab import load
    from bench.lab.machine import BenchError

    buyers = carts(shop, 60 if shop.is_quick else 200, LINES)
    seconds = QUICK_SECONDS if shop.is_quick else SECONDS
    end = time.monotonic() + seconds
    sent = shop.server.measured(
        lambda: load.send(
            shop.server.socket, _requests(shop, buyers), connections=CONNECTIONS,
            is_over=lambda: time.monotonic() >= end, keep=True, strict=False,
        )
    )  # fmt: skip
    answered = load.statuses(sent.sent)
    if unexpected := answered.keys() - {200, 201, 503}:
        raise BenchError(f"mixed load: {unexpected}")
    # A shop that has more to do than it can says so (ADR 8).
    figures = {**sent.figures(), "refused with 503": answered[503]}
    for label, times in sorted(sent.sent.seconds.items()):
        figures[f"{P99_MS} of {label}"] = load.percentiles(times)[1]
    return figures


def _requests(shop: Shop, buyers: list) -> Iterator[Request]:
    from dataclasses import replace

    from bench.lab.load import get

    chance = random.Random(1)
    kinds = [*LOOKING, "detail", "cart", "orders", "add", "checkout"]
    weights = [*LOOKING.values(), DETAIL, CART, ORDERS, ADD, CHECKOUT]
    to_order = list(buyers)
    while True:
        [kind] = chance.choices(kinds, weights)
        buyer = chance.choice(buyers)
        if kind in LOOKING:
            yield replace(get(kind), label="looking")
        elif kind == "detail":
            yield replace(get(f"/goods/{chance.choice(shop.goods_ids)}/"), label="detail")
        elif kind == "cart":
            yield replace(get("/shopcarts/", token=buyer.token), label="cart")
        elif kind == "orders":
            yield replace(get("/orders/", token=buyer.token), label="orders")
        elif kind == "add":
            goods_id = chance.choice(shop.stocked_goods[:20])
            yield replace(add_request(buyer, goods_id), label="add to cart")
        elif to_order:
            yield replace(checkout_request(to_order.pop()), label="checkout")


SCENARIOS = (
    Scenario(
        name="mixed load", shop=ShopSpec(cache=True), round=mixed, rounds=2, in_quick=True,
    ),
)  # fmt: skip
