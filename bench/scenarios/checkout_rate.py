"""Checkouts a second, beside a bare loop that runs the same statements through the driver."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .model import Figures, Scenario, ShopSpec, at_least
from .writes import LINES, carts

if TYPE_CHECKING:
    from bench.lab.shops import Shop

SHOP = ShopSpec()
OF_BARE_LOOP = "of the bare loop's rate"

# Carts of each part of the run. The first part, in which the shop writes its statements, is not
# counted.
PART = 10

# Run in the shop, part by part, so that a machine that changes its pace does so for both: orders of
# prepared carts, one after the other; then the carts are put back as they were, and the statements
# that were recorded run again, over a connection without Django.
RATE = """
import json, time
from django.db import connection
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination

users, size = {users}, {part}
where = Destination("上海市浦东新区世纪大道 1 号", "小满", "13800000001")
bare = connection.get_new_connection(connection.get_connection_params())
bare.autocommit(False)

def by_shop(users):
    recorded = []

    def record(execute, sql, params, many, context):
        recorded[-1].append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        start = time.perf_counter()
        for user_id in users:
            recorded.append([])
            order_create(user_id=user_id, destination=where)
        return time.perf_counter() - start, recorded

def put_back(last, lines):
    OrderGoods.objects.filter(order_id__gt=last).delete()
    OrderInfo.objects.filter(pk__gt=last)._raw_delete("default")
    CartLine.objects.bulk_create(lines)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE trade_orderinfo AUTO_INCREMENT = {{last + 1}}")

def by_loop(recorded):
    start = time.perf_counter()
    for statements in recorded:
        cursor = bare.cursor()
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()
        bare.commit()
    return time.perf_counter() - start

seconds = []
for first in range(0, len(users), size):
    part = users[first : first + size]
    lines = list(CartLine.objects.filter(user_id__in=part))
    last = OrderInfo.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    shop, recorded = by_shop(part)
    put_back(last, lines)
    seconds.append((shop, by_loop(recorded)))
shop, loop = (sum(part) for part in zip(*seconds[1:]))
counted = len(users) - size
print("RATE", json.dumps([counted / shop, counted / loop, len(recorded[0])]))
"""


def rate(shop: Shop) -> Figures:
    buyers = carts(shop, PART + (20 if shop.is_quick else 80), LINES)
    text = shop.run(RATE.format(users=[buyer.id for buyer in buyers], part=PART))
    [line] = [line for line in text.splitlines() if line.startswith("RATE ")]
    per_second, bare, statements = json.loads(line.removeprefix("RATE "))
    return {
        OF_BARE_LOOP: per_second / bare,
        "checkouts a second": per_second,
        "bare loops a second": bare,
        "statements of each": statements,
    }


SCENARIOS = (
    Scenario(
        name="checkouts beside a bare loop", shop=SHOP, round=rate, in_quick=True,
        targets=(at_least(0.5, OF_BARE_LOOP),),
    ),
)  # fmt: skip
