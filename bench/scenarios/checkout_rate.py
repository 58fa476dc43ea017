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

# Run in the shop: orders of prepared carts, one after the other; then the carts are put back as
# they were, and the statements that were recorded run again, over a connection without Django.
RATE = """
import json, time
from django.db import connection
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination

users = {users}
lines = list(CartLine.objects.filter(user_id__in=users))
last = OrderInfo.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
where = Destination("上海市浦东新区世纪大道 1 号", "小满", "13800000001")
recorded = []

def record(execute, sql, params, many, context):
    recorded[-1].append((sql, params))
    return execute(sql, params, many, context)

with connection.execute_wrapper(record):
    start = time.perf_counter()
    for user_id in users:
        recorded.append([])
        order_create(user_id=user_id, destination=where)
    shop = time.perf_counter() - start

OrderGoods.objects.filter(order_id__gt=last).delete()
OrderInfo.objects.filter(pk__gt=last)._raw_delete("default")
CartLine.objects.bulk_create(lines)
with connection.cursor() as cursor:
    cursor.execute(f"ALTER TABLE trade_orderinfo AUTO_INCREMENT = {{last + 1}}")
connection.close()

bare = connection.get_new_connection(connection.get_connection_params())
bare.autocommit(False)
start = time.perf_counter()
for statements in recorded:
    cursor = bare.cursor()
    for sql, params in statements:
        cursor.execute(sql, params)
        cursor.fetchall()
    bare.commit()
loop = time.perf_counter() - start
print("RATE", json.dumps([len(users) / shop, len(users) / loop, len(recorded[0])]))
"""


def rate(shop: Shop) -> Figures:
    buyers = carts(shop, 30 if shop.is_quick else 80, LINES)
    text = shop.run(RATE.format(users=[buyer.id for buyer in buyers]))
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
