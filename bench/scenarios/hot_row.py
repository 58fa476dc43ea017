"""Goods that everybody wants at once: how long their row is held, and that none is sold twice."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from .model import Figures, Scenario, ShopSpec, at_most
from .writes import DESTINATION

if TYPE_CHECKING:
    from bench.lab.shops import Shop

SHOP = ShopSpec()
CROWD, PIECES = 50, 40
HELD_MS, HELD_IN_CART_MS = "held ms, bought at once", "held ms, cart and checkout"

# Run in the shop, for purchases one after the other: the time from the statement that locks the row
# of the goods to the last one before COMMIT. InnoDB gives locks back before it waits for the disk.
HOLDS = """
import json, statistics, time
from django.db import connection, transaction
from apps.goods.models import Goods
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.checkout_choice import BuyNow, Choice
from apps.trade.services.destinations import Destination
from apps.users.models import UserProfile

held, begun, last = [], [], [0.0]

def locks(sql):
    return (sql.startswith(("UPDATE `goods_goods`", "INSERT INTO `trade_ordergoods`"))
            or ("`goods_goods`" in sql and sql.endswith("FOR UPDATE")))

def watch(execute, sql, params, many, context):
    try:
        return execute(sql, params, many, context)
    finally:
        last[0] = time.perf_counter()
        if not begun and locks(sql):
            begun.append(last[0])
            transaction.on_commit(lambda: held.append(last[0] - begun.pop()))

def held_by(write):
    held.clear()
    for user_id in users:
        with connection.execute_wrapper(watch):
            write(user_id)
    assert len(held) == len(users), (len(held), len(users))
    return [1000 * cut for cut in statistics.quantiles(held, n=100, method="inclusive")]

users = {users}
where = Destination("上海市浦东新区世纪大道 1 号", "小满", "13800000001")
at_once = held_by(lambda user_id: order_create(
    user_id=user_id, destination=where, choice=Choice(buy_now=BuyNow({goods}, 1))))
added = held_by(lambda user_id: cart_add(user_id=user_id, goods_id={goods}, nums=1))
ordered = held_by(lambda user_id: order_create(user_id=user_id, destination=where))
print("HELD", json.dumps([[kind[49], kind[98]] for kind in (at_once, added, ordered)]))
"""

SET_STOCK = """
from apps.goods.models import Goods
from apps.goods.services.stock import stock_adjust
row = Goods.objects.get(pk={goods})
stock_adjust(goods_id=row.pk, delta={pieces} - row.goods_num)
"""
LEFT = "from apps.goods.models import Goods; print('LEFT', Goods.objects.get(pk={goods}).goods_num)"


def holds(shop: Shop) -> Figures:
    users = [buyer.id for buyer in shop.buyers(20 if shop.is_quick else 60)]
    code = HOLDS.format(users=users, goods=shop.stocked_goods[0])
    at_once, added, ordered = json.loads(_printed(shop.run(code), "HELD"))
    return {
        HELD_MS: at_once[0],
        HELD_IN_CART_MS: added[0] + ordered[0],
        "held ms, add to cart": added[0],
        "held ms, checkout of a cart": ordered[0],
        f"p99 {HELD_MS}": at_once[1],
        f"p99 {HELD_IN_CART_MS}": added[1] + ordered[1],
    }


def crowd(shop: Shop) -> Figures:
    """50 buyers buy one piece each, at once, of goods of which there are 40."""
    from bench.lab.load import post, statuses

    goods_id = shop.stocked_goods[-1]
    shop.run(SET_STOCK.format(goods=goods_id, pieces=PIECES))
    body = {**DESTINATION, "buy_now": {"goods": goods_id, "nums": 1}}
    requests = [post("/orders/", body, token=buyer.token) for buyer in shop.buyers(CROWD)]
    loaded = shop.load(requests, connections=CROWD, keep=True, strict=False)
    answered: Counter[int] = statuses(loaded.sent)
    left = int(_printed(shop.run(LEFT.format(goods=goods_id)), "LEFT"))
    shop.run(SET_STOCK.format(goods=goods_id, pieces=10**6))
    return {
        **loaded.figures(),
        "pieces oversold": max(answered[201] - PIECES, -left, 0),
        "pieces not sold": PIECES - answered[201],
        # A shop that has more to do than it can says so, and the client tries again (ADR 8).
        "refused with 503": answered[503],
    }


def _printed(text: str, word: str) -> str:
    [line] = [line for line in text.splitlines() if line.startswith(f"{word} ")]
    return line.removeprefix(word)


SCENARIOS = (
    Scenario(
        name="a goods row, held", shop=SHOP, round=holds, in_quick=True,
        targets=(at_most(2, HELD_MS), at_most(2, HELD_IN_CART_MS)),
    ),
    Scenario(
        name="50 buyers, 40 pieces", shop=SHOP, round=crowd, in_quick=True,
        targets=(at_most(0, "pieces oversold"),),
    ),
)  # fmt: skip
