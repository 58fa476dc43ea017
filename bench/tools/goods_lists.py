"""What the goods list costs as the shop grows: ``python -m bench goods-lists``, MariaDB on Linux.

CPU milliseconds of each kind of request, of this process and of the database's thread together:
the first time, when nothing is kept, and the median of those after it, in shops of 10,000, 100,000
and 1,000,000 goods. ``growth`` compares the median of the largest shop with that of the smallest.
``most``: the most that any single statement took the database. The response cache is off.

``--measure`` measures the shop that DATABASE_URL names, ``--project FOLDER`` with the code of
another checkout; ``--table FILE...`` makes a table of what they wrote with ``--json``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.lab.machine import PROJECT, PYTHON, BenchError
from bench.lab.stores import store_alone

SIZES = (10_000, 100_000, 1_000_000)
RUNS = 5
# After so many milliseconds, a request is not repeated.
ENOUGH = 3_000
# How many times the CPU of the smallest shop a request may take in the largest, and how long any
# statement may run, in milliseconds.
ALLOWED_GROWTH = 3.0
ALLOWED_STATEMENT = 100.0

# {root} and {leaf} stand for categories of the highest and the lowest level, {middle} for the page
# in the middle of the list.
REQUESTS = (
    "", "page=20", "page={middle}", "page=last", "page_size=100", "ordering=shop_price",
    "ordering=-shop_price", "ordering=sold_num", "ordering=-sold_num", "ordering=add_time",
    "ordering=-add_time", "ordering=-sold_num&page=last", "is_hot=true", "is_new=true",
    "ordering=-sold_num&page={middle}", "is_hot=true&is_new=true&ordering=-add_time",
    "is_hot=false&ordering=shop_price", "is_new=false", "pricemin=10", "pricemax=300",
    "is_hot=false&pricemin=10", "pricemin=10&pricemax=20",
    "pricemin=10&pricemax=100&ordering=-sold_num", "pricemin=50&pricemax=50.05&ordering=-add_time",
    "{root}", "{root}&page=20",
    "{root}&page=last", "{root}&page_size=100", "{root}&ordering=shop_price",
    "{root}&ordering=-shop_price", "{root}&ordering=-sold_num", "{root}&ordering=sold_num",
    "{root}&ordering=-add_time", "{root}&pricemin=10&pricemax=100",
    "{root}&pricemin=10&pricemax=100&ordering=-sold_num", "{root}&is_hot=true",
    "{root}&is_hot=true&is_new=true&ordering=-sold_num", "{leaf}", "{leaf}&is_hot=true",
    "{leaf}&ordering=shop_price", "{leaf}&ordering=-sold_num&page=last",
    "{leaf}&is_new=true&pricemin=10&pricemax=50&ordering=-add_time",
)  # fmt: skip
PATHS = (
    *(f"/goods/?{query}".removesuffix("?") for query in REQUESTS),
    "/indexgoods/", "/categorys/", "/hotsearchs/", "/banners/",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench goods-lists")
    parser.add_argument("--goods", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--measure", action="store_true", help="the shop that DATABASE_URL names")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    parser.add_argument("--table", type=Path, nargs="+", metavar="FILE", help="show such files")
    parser.add_argument("--only", default="", metavar="TEXT", help="requests with this in them")
    parser.add_argument("--explain", type=float, metavar="MS", help="plans of longer statements")
    arguments = parser.parse_args()
    if arguments.table:
        return show([json.loads(file.read_text()) for file in arguments.table])
    if arguments.measure:
        sys.path.insert(0, str(arguments.project.resolve()))
        measured = measure(only=arguments.only, explain=arguments.explain)
        if arguments.json:
            arguments.json.write_text(json.dumps(measured, indent=1) + "\n")
        return 0 if arguments.json else show([measured])
    try:
        return grow(arguments.goods, arguments.project.resolve(), arguments.json)
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench goods-lists: {error}", file=sys.stderr)
        return 1


def grow(sizes: list[int], project: Path, file: Path | None) -> int:
    """Build a shop of each size, and measure them one after the other."""
    measured = []
    for size in sorted(sizes):
        with store_alone(goods=size) as store, tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "measured.json"
            subprocess.run(
                [PYTHON, "-m", "bench.tools.goods_lists", "--measure", "--project", project,
                 "--json", output],
                check=True, cwd=PROJECT, env=store.environment,
            )  # fmt: skip
            measured.append(json.loads(output.read_text()))
    if file:
        file.write_text(json.dumps(measured, indent=1) + "\n")
    return show(measured)


class DatabaseThread:
    """What the database's thread for this connection has used, and each of its statements."""

    def __init__(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@pid_file")
            [pid_file] = cursor.fetchone()
            cursor.execute(
                "SELECT tid FROM information_schema.processlist WHERE id = CONNECTION_ID()"
            )
            [thread] = cursor.fetchone()
        pid = int(Path(pid_file).read_text())
        self._file = Path(f"/proc/{pid}/task/{thread}/schedstat")
        self.spent: list[tuple[float, str, Any]] = []

    def cpu(self) -> float:
        """Return CPU milliseconds so far."""
        return int(self._file.read_text().split()[0]) / 1e6

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = self.cpu()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent.append((self.cpu() - start, sql, params))


def measure(*, only: str, explain: float | None) -> dict[str, Any]:
    """Return what each request costs in the shop that DATABASE_URL names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxshop.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from rest_framework.test import APIClient

    from apps.goods.models import Goods, GoodsCategory

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    settings.CATALOGUE_CACHE_SECONDS = 0
    number = Goods.objects.filter(is_on_sale=True).count()
    leaf = GoodsCategory.objects.filter(category_type=3).order_by("pk")[0]
    assert leaf.parent_category is not None
    names = {
        "{leaf}": f"top_category={leaf.pk}",
        "{root}": f"top_category={leaf.parent_category.parent_category_id}",
        "{middle}": str(max(1, number // 24)),
    }
    client = APIClient()
    thread = DatabaseThread(connection)
    costs: dict[str, Any] = {}
    for path in PATHS:
        if only not in path:
            continue
        address = path
        for name, value in names.items():
            address = address.replace(name, value)
        costs[path] = cost(client, address, connection, thread)
        if explain is not None:
            for spent, sql, params in thread.spent:
                if spent > explain:
                    _explain(path, spent, sql, params, connection)
    return {"goods": number, "requests": costs}


def cost(client: Any, address: str, connection: Any, thread: DatabaseThread) -> dict[str, float]:
    def ask() -> float:
        start = time.process_time() * 1000 + thread.cpu()
        answer = client.get(address)
        spent = time.process_time() * 1000 + thread.cpu() - start
        assert answer.status_code == 200, (address, answer.status_code)
        return spent

    def watch() -> float:
        """Ask with each statement watched, which takes time itself; return the longest."""
        thread.spent.clear()
        with connection.execute_wrapper(thread):
            client.get(address)
        return max(cpu for cpu, _sql, _params in thread.spent)

    _forget()
    first = ask()
    _forget()
    watched = [(watch(), list(thread.spent))]
    spent = []
    while len(spent) < RUNS and sum(spent) < ENOUGH:
        spent.append(ask())
        watched.append((watch(), list(thread.spent)))
    # The least of several, because other work on the machine makes statements longer.
    most = min(longest for longest, _statements in watched[1:])
    thread.spent[:] = watched[0][1] + watched[-1][1]
    return {
        "first": first, "median": statistics.median(spent), "first_most": watched[0][0],
        "most": most, "statements": len(watched[-1][1]),
    }  # fmt: skip


def _forget() -> None:
    """Drop what is kept of counts and places."""
    from django.core.cache import caches

    caches["responses"].clear()


def show(measured: list[dict[str, Any]]) -> int:
    """Print the table; return 1 when anything grows more, or takes longer, than is allowed."""
    measured = sorted(measured, key=lambda shop: shop["goods"])
    small, large = measured[0], measured[-1]
    heads = [f"{shop['goods']:,}" for shop in measured]
    print(f"| CPU ms | {' | '.join(heads)} | growth | first | most | most, first | statements |")
    print("|---" * (len(heads) + 6) + "|")
    missed = []
    for path in small["requests"]:
        costs = [shop["requests"][path] for shop in measured]
        growth = costs[-1]["median"] / costs[0]["median"]
        cells = [f"{each['median']:.1f}" for each in costs]
        last = costs[-1]
        print(
            f"| {path} | {' | '.join(cells)} | {growth:.1f} | {last['first']:.1f} "
            f"| {last['most']:.1f} | {last['first_most']:.1f} | {last['statements']} |"
        )
        if growth > ALLOWED_GROWTH or last["first_most"] > ALLOWED_STATEMENT:
            missed.append(path)
    print(f"\nfirst, most, statements: with {large['goods']:,} goods; first: nothing is kept")
    print(f"missed: {', '.join(missed) or 'nothing'}")
    return 1 if missed else 0


def _explain(path: str, spent: float, sql: str, params: Any, connection: Any) -> None:
    print(f"{path}: {spent:.1f} ms: {sql[:300]} … {sql[-200:]}")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        for row in cursor.fetchall()[:6]:
            _id, kind, table, how, _possible, key, _length, _ref, rows, extra = row
            print(f"    {kind} {table}: {how} {key}, {rows} rows; {extra}")


if __name__ == "__main__":
    sys.exit(main())
