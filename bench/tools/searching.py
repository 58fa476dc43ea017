"""What a search costs, by LIKE and by the index: ``python -m bench searching [--goods N]``.

Needs Mroonga (apt-get install mariadb-plugin-mroonga). Of each request, the CPU milliseconds of the
database: LIKE; the index at a word's first search; the index while what it found is still kept.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.lab.machine import PROJECT, PYTHON, BenchError
from bench.lab.mroonga import MAKE_FUNCTION, server_options
from bench.lab.stores import store_alone

RUNS = 3
# Milliseconds of the database, for a request that only searches.
COMMON_LIMIT, RARE_LIMIT = 60.0, 5.0
RARE = 1_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench searching")
    parser.add_argument("--goods", type=int, default=100_000, metavar="N")
    parser.add_argument("--measure", action="store_true", help="the shop that DATABASE_URL names")
    arguments = parser.parse_args()
    if arguments.measure:
        measure()
        return 0
    try:
        with store_alone(goods=arguments.goods, options=server_options()) as store:
            subprocess.run(
                [PYTHON, "-m", "bench.tools.searching", "--measure"],
                check=True, cwd=PROJECT, env=store.environment | {"GOODS_SEARCH": "mroonga"},
            )  # fmt: skip
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench searching: {error}", file=sys.stderr)
        return 1
    return 0


def searches(category: int, leaf: int, number: int) -> dict[str, str]:
    """Return queries of the list: words alone, then with filters, orders and pages."""
    words = {
        "one goods, digits": f"{number}", "one goods, two words": f"牛排 {number}",
        "no goods": "海底捞火锅底料", "two Chinese": "牛排", "common": "有机",
        "very common, one Chinese": "鲜", "very common, two Latin": "kg",
        "five words": "家庭装 有机 胡萝卜 沙地 1", "five common words": "特级 有机 约 g 2",
    }  # fmt: skip
    filtered = {
        "very common, by sales": "search=鲜&ordering=-sold_num",
        "very common, page 100": "search=鲜&page=100",
        "very common, last page": "search=鲜&page=last",
        "very common, category": f"search=鲜&top_category={category}",
        "very common, category, by price": (
            f"search=鲜&top_category={category}&ordering=shop_price"
        ),
        "very common, leaf, by price": f"search=鲜&top_category={leaf}&ordering=shop_price",
        "very common, price, hot": "search=鲜&pricemin=10&pricemax=100&is_hot=1",
        "two Chinese, category, by price": (
            f"search=牛排&top_category={category}&ordering=shop_price"
        ),
    }
    alone = {label: f"search={quote(word)}" for label, word in words.items()}
    return alone | filtered


def measure() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from rest_framework.test import APIClient

    from apps.goods.models import Goods, GoodsCategory
    from apps.goods.search import mroonga
    from apps.goods.services.search_index.building import search_index_build
    from apps.goods.services.search_index.catching_up import search_index_sweep
    from apps.goods.services.search_index.faults import search_index_fault

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CATALOGUE_CACHE_SECONDS = 0
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    clock = DatabaseClock(connection)
    total = Goods.objects.count()
    print(f"\n{total:,} goods; CPU ms of the database", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(MAKE_FUNCTION)
    if search_index_fault() or "BENCH_BUILD" in os.environ:
        took, number = clock.of(search_index_build)
        print(f"built: {number / took.wall * 1000:,.0f} goods/s, server {took.cpu:,.0f} ms CPU")
    search_index_sweep()
    api = APIClient()
    category, leaf = (
        GoodsCategory.objects.filter(category_type=level).order_by("pk")[0].pk for level in (1, 3)
    )
    for label, query in searches(category, leaf, total - 7).items():

        def ask(way: str, query: str = query) -> tuple[float, int]:
            settings.GOODS_SEARCH = "like" if way == "LIKE" else "mroonga"
            best, count = float("inf"), 0
            for _ in range(1 if way == "LIKE" and total > 200_000 else RUNS):
                if way == "first":
                    mroonga._hits.cache_clear()
                took, answer = clock.of(lambda: api.get(f"/goods/?{query}"))
                assert answer.status_code == 200, answer.content
                best, count = min(best, took.cpu), answer.json()["count"]
            return best, count

        results = {way: ask(way) for way in ("LIKE", "first", "again")}
        counts = {count for _ms, count in results.values()}
        [count] = counts
        verdict = ""
        if "&" not in query:
            # Of several words, each must be looked up, however few goods have all of them.
            is_rare = count <= RARE and "%20" not in query
            limit = RARE_LIMIT if is_rare else COMMON_LIMIT
            over = results["first"][0] - limit
            verdict = "met" if over <= 0 else f"first missed by {over:.0f} ms"
        print(
            f"{label:34} {count:>9,} hits"
            + "".join(f"   {way} {ms:9.1f}" for way, (ms, _count) in results.items())
            + f"   {verdict}",
            flush=True,
        )
    settings.GOODS_SEARCH = "mroonga"
    _changes(clock, api, total)


def _changes(clock: "DatabaseClock", api: Any, total: int) -> None:
    """Print what an edit costs, until it is found and until it is in the index."""
    from apps.goods.models import Goods
    from apps.goods.services.search_index.catching_up import search_index_sweep

    goods = Goods.objects.order_by("-pk")[0]
    text = goods.search_text
    took, _ = clock.of(lambda: Goods.objects.filter(pk=goods.pk).update(search_text="紫薯燕麦"))
    print(f"an edit: {took}")
    took, answer = clock.of(lambda: api.get("/goods/?search=紫薯燕麦"))
    print(f"found at once ({answer.json()['count']}): {took}")
    took, done = clock.of(search_index_sweep)
    print(f"the sweep ({done['indexed']}): {took}")
    Goods.objects.filter(pk=goods.pk).update(search_text=text)
    some = Goods.objects.filter(pk__gt=goods.pk - 1_000)
    took, number = clock.of(lambda: some.update(sold_num=1))
    print(f"{number} sales in one statement: {took}")
    took, number = clock.of(lambda: some.update(search_text="紫薯"))
    print(f"{number} edits in one statement: {took}")
    took, done = clock.of(search_index_sweep)
    print(f"the sweep ({done['indexed']}): {took}")


class Took:
    def __init__(self, wall: float, cpu: float) -> None:
        self.wall, self.cpu = wall, cpu

    def __str__(self) -> str:
        return f"{self.wall:.1f} ms, of which the database's CPU {self.cpu:.1f}"


class DatabaseClock:
    """CPU of the server's thread of this connection, from /proc: not of what else it does."""

    def __init__(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tid FROM information_schema.processlist WHERE id = CONNECTION_ID()"
            )
            [[thread]] = cursor.fetchall()
        self._file = Path(f"/proc/{thread}/schedstat")

    def of(self, do: Callable[[], Any]) -> tuple[Took, Any]:
        """Return milliseconds and what ``do`` returned."""
        cpu, start = self._cpu(), time.perf_counter()
        result = do()
        return Took((time.perf_counter() - start) * 1000, self._cpu() - cpu), result

    def _cpu(self) -> float:
        return int(self._file.read_text().split()[0]) / 1e6


if __name__ == "__main__":
    sys.exit(main())
