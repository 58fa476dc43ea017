"""What the reads of orders cost: ``python -m bench order-reads [--orders N]``, MariaDB alone.

A buyer's list, its tabs and badges, one order, and what the sweep looks for: how many queries,
milliseconds of the database and of the whole answer, and by which index MariaDB finds the rows.
"""

import argparse
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from bench.lab.machine import BenchError
from bench.lab.stores import store_alone

RUNS = 15
TABS = ("", "to_pay", "to_ship", "to_receive", "received", "closed", "refunded", "refunding")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench order-reads")
    parser.add_argument("--orders", type=int, default=100_000, metavar="N")
    parser.add_argument("--measure", action="store_true", help="the shop that DATABASE_URL names")
    arguments = parser.parse_args()
    if arguments.measure:
        measure()
        return 0
    try:
        with store_alone() as store:
            store.run("bench.tools.growing_orders", str(arguments.orders))
            store.run("bench.tools.order_reads", "--measure")
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench order-reads: {error}", file=sys.stderr)
        return 1
    return 0


def measure() -> None:
    """Print the table for the buyer of many orders and for one of a few."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.db.models import Count
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone
    from rest_framework.test import APIClient

    from apps.trade.models import OrderInfo
    from apps.users.models import UserProfile

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    buyers = UserProfile.objects.annotate(number=Count("orders")).filter(number__gt=0)
    for buyer in (buyers.order_by("-number")[0], buyers.order_by("number", "pk")[0]):
        print(f"\na buyer of {buyer.number:,} orders")
        client = APIClient()
        client.force_authenticate(buyer)
        newest = OrderInfo.objects.filter(user=buyer).latest("pk")
        for tab in TABS:
            _show(f"/orders/?status={tab}", client)
        for path in ("/orders/?page=1&page_size=50", "/orders/counts/", f"/orders/{newest.pk}/"):
            _show(path, client)
    print("\nthe sweep")
    now = timezone.now()
    orders = OrderInfo.objects
    for name, rows in (
        ("due", orders.to_confirm(now - timedelta(days=10))),
        ("shipped without a parcel", orders.shipped_without_parcel(now - timedelta(days=7))),
    ):
        with CaptureQueriesContext(connection) as queries:
            found = len(rows.order_by("shipped_at", "pk").values_list("pk")[:2])
        [query] = queries.captured_queries
        print(f"  {name:<32} {found} found, {1000 * float(query['time']):6.1f} ms")
        _explain(query["sql"])


def _show(path: str, client: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for _run in range(RUNS):
        start = time.perf_counter()
        answer = client.get(path)
        spent.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, answer.content
    with CaptureQueriesContext(connection) as queries:
        body = client.get(path).json()
    rows = body.get("results", [body]) if isinstance(body, dict) else body
    in_database = 1000 * sum(float(query["time"]) for query in queries.captured_queries)
    print(f"  {path:<32} {len(rows):3} rows, {len(queries)} queries, database "
          f"{in_database:5.1f} ms, answer {statistics.median(spent):6.1f} ms")  # fmt: skip
    for query in queries.captured_queries:
        if "FROM `trade_orderinfo`" in query["sql"]:
            _explain(query["sql"])


def _explain(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        for row in cursor.fetchall():
            _id, kind, table, how, _possible, key, _length, _ref, rows, extra = row
            print(f"      {kind} {table}: {how} {key}, {rows} rows; {extra}")


if __name__ == "__main__":
    sys.exit(main())
