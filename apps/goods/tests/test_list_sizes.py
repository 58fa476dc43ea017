"""No request for a list reads or sorts more than 10,000 rows of 100,000 goods (MariaDB).

What the database read is counted by its own counters (Handler_read_*, Sort_rows), because the rows
of EXPLAIN are guesses; the plan is shown when a statement reads too much.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from rest_framework.test import APIClient

from apps.goods.models import Goods, GoodsCategory, Listing
from apps.goods.models.list_pages import count_all
from apps.goods.models.list_statements import count_statement

pytestmark = [pytest.mark.slow, pytest.mark.mariadb]

GOODS = 100_000
MOST = 10_000
# A bounded count reads one more, and a few are read to find a place in an index.
SPARE = 300
ROOTS, MIDDLES, LEAVES = 5, 3, 3

ORDERS = (
    "", "shop_price", "-shop_price", "sold_num", "-sold_num", "add_time", "-add_time",
)  # fmt: skip
PRICES = ("", "pricemin=20&pricemax=60", "pricemin=99.90&pricemax=100")
PAGES = ("page=8", "page=last", "page_size=100")
FLAGS = ("", "is_hot=true", "is_new=true", "is_hot=true&is_new=true", "is_hot=false&is_new=false")

# Goods stand in the order of their categories, as after an import, and so do their keys and
# times; each category has prices of its own; what is hot sells most, what is new is the latest.
# So the goods of a filter are rarely at the beginning of an order.
FILL = """
INSERT INTO goods_goods (
    id, goods_sn, name, goods_brief, goods_desc, search_text, category_id, shop_price, market_price,
    sold_num, sold_before, fav_num, goods_num, ship_free, goods_front_image, is_new, is_hot,
    is_on_sale, add_time
) SELECT
    seq, CONCAT('G', seq), CONCAT('goods ', seq), '', '', '', {first_leaf} + {place} DIV {goods},
    1 + {place} MOD {goods} MOD 10000 / 100 + seq * 7919 MOD 9000 / 100, 200,
    IF(seq MOD 4 = 0, 100 + seq * 31 MOD 900, seq * 31 MOD 100), 0, 0, 9, 1, '',
    seq * 4 > 3 * {goods} AND seq MOD 3 > 0, seq MOD 4 = 0, seq MOD 50 > 0,
    '2026-01-01' + INTERVAL seq SECOND
FROM seq_1_to_{goods}
"""


@pytest.fixture(scope="module")
def categories(django_db_setup: Any, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    """100,000 goods in 45 categories; the ids of a high one, of a low one, and of none."""
    with django_db_blocker.unblock():
        roots, leaves = _category_tree()
        with connection.cursor() as cursor:
            place = f"(seq - 1) * {len(leaves)}"
            cursor.execute(FILL.format(goods=GOODS, place=place, first_leaf=leaves[0]))
            cursor.execute("ANALYZE TABLE goods_goods")
        try:
            yield {"root": roots[3], "leaf": leaves[40], "none": 0}
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET foreign_key_checks = 0")
                cursor.execute("TRUNCATE goods_goods")
                cursor.execute("TRUNCATE goods_goodscategory")
                cursor.execute("SET foreign_key_checks = 1")


def _category_tree() -> tuple[list[int], list[int]]:
    levels: list[list[int]] = []
    first, parents = 1, [None]
    for level, width in enumerate((ROOTS, MIDDLES, LEAVES), 1):
        rows = [
            GoodsCategory(
                pk=first + number, name="c", code=f"{level}-{number}", category_type=level,
                parent_category_id=parents[number // width],
            )
            for number in range(width * len(parents))
        ]  # fmt: skip
        GoodsCategory.objects.bulk_create(rows)
        first += len(rows)
        parents = [row.pk for row in rows]
        levels.append(parents)
    return levels[0], levels[2]


class Counters:
    """An execute_wrapper that notes what each statement made the database read and sort."""

    def __init__(self) -> None:
        self.read: list[tuple[dict[str, int], str, Any]] = []
        # To ask for the counters moves them, too.
        first, second = self._counters(), self._counters()
        self._overhead = {name: second[name] - first[name] for name in first}

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        before = self._counters()
        result = execute(sql, params, many, context)
        after = self._counters()
        read = {name: after[name] - before[name] - self._overhead[name] for name in after}
        self.read.append((read, sql, params))
        return result

    @staticmethod
    def _counters() -> dict[str, int]:
        connection.ensure_connection()
        # A cursor of the driver: the statement's own cursor holds its rows.
        cursor: Any = connection.connection.cursor()
        cursor.execute(
            "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'"
            " OR Variable_name = 'Sort_rows'"
        )
        return {name: int(value) for name, value in cursor.fetchall()}

    def too_much(self) -> list[str]:
        """Return the statements that read or sorted more than MOST rows, with their plans."""
        found = []
        for counters, sql, params in self.read:
            if max(counters.values()) > MOST + SPARE:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN {sql}", params)
                    plan = cursor.fetchall()
                found.append(f"{counters}: {sql[:500]} {plan[:3]}")
        return found


def ask(api: APIClient, query: str) -> list[str]:
    """Return what read too much."""
    counters = Counters()
    with connection.execute_wrapper(counters):
        answer = api.get(f"/goods/?{query}")
    assert answer.status_code == 200
    assert counters.read
    return counters.too_much()


@pytest.fixture
def shop(db: None, categories: dict[str, int], settings: Any) -> dict[str, int]:
    settings.CATALOGUE_CACHE_SECONDS = 0
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    caches["responses"].clear()
    return categories


def test_every_combination(api: APIClient, shop: dict[str, int]) -> None:
    failed: dict[str, list[str]] = {}
    for category, flags, prices in product((None, *shop.values()), FLAGS, PRICES):
        chosen = (
            f"{flags}&{prices}" if category is None else f"{flags}&{prices}&top_category={category}"
        )
        assert api.get(f"/goods/?{chosen}").status_code == 200  # a large count is kept now
        for order in ORDERS:
            if found := ask(api, query := f"ordering={order}&{chosen}"):
                failed[query] = found
    assert failed == {}


def test_every_page(api: APIClient, shop: dict[str, int]) -> None:
    failed: dict[str, list[str]] = {}
    for chosen in ("", f"top_category={shop['root']}", f"top_category={shop['leaf']}"):
        assert api.get(f"/goods/?{chosen}").status_code == 200
        for order, page in product(ORDERS, PAGES):
            if found := ask(api, query := f"ordering={order}&{page}&{chosen}"):
                failed[query] = found
    assert failed == {}


def test_a_page_in_the_middle(api: APIClient, shop: dict[str, int]) -> None:
    """It is gone to in steps, none of which reads more than allowed; the next page needs none."""
    number = Goods.objects.on_sale().count() // 24
    assert api.get("/goods/").status_code == 200  # the count is kept now
    steps = {}
    for order in ORDERS:
        for page in (number, number - 1):
            counters = Counters()
            with connection.execute_wrapper(counters):
                assert len(api.get(f"/goods/?ordering={order}&page={page}").json()["results"]) == 12
            assert counters.too_much() == []
            steps[order, page] = sum("LIMIT 1 " in sql for _read, sql, _params in counters.read)
    assert set(steps.values()) == {4, 0}
    assert [steps[order, number] for order in ORDERS] == [4] * len(ORDERS)


@pytest.mark.parametrize("where", [None, "root", "leaf"])
def test_a_count_reads_an_index_and_no_other_goods(shop: dict[str, int], where: str | None) -> None:
    categories = None if where is None else GoodsCategory.objects.subtree(shop[where])
    keys = categories and tuple(categories.values_list("pk", flat=True))
    either, prices = (None, True, False), (None, Decimal("20.00"), Decimal("60.00"))
    listings = [
        Listing(keys, is_hot, is_new, lowest, highest)
        for is_hot, is_new, lowest, highest in product(either, either, prices[:2], prices[::2])
    ]
    wrong: dict[Listing, Any] = {}
    for asked in {part for listing in listings for part in listing.counted_parts()}:
        statement = count_statement(asked, using="default")
        counters = Counters()
        with connection.execute_wrapper(counters):
            count = count_all(asked, using="default")
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement.sql}", statement.params)
            [plan] = cursor.fetchall()
        [(read, _sql, _params)] = counters.read
        if max(read.values()) > count + SPARE or "Using index" not in plan[-1]:
            wrong[asked] = (count, read, plan)
    assert wrong == {}


def test_the_index_page(api: APIClient, shop: dict[str, int]) -> None:
    GoodsCategory.objects.filter(category_type=1).update(is_tab=True)
    counters = Counters()
    with connection.execute_wrapper(counters):
        tabs = api.get("/indexgoods/").json()
    assert [len(tab["goods"]) for tab in tabs] == [12] * ROOTS
    assert counters.too_much() == []


def test_that_this_test_would_see_it(shop: dict[str, int]) -> None:
    """The control: the branch as it was read before, by a join, and as the database chooses."""
    branch = GoodsCategory.objects.subtree(shop["root"]).values_list("pk", flat=True)
    goods = Goods.objects.on_sale().filter(category__in=list(branch)).order_by("add_time", "id")
    for rows in (goods.select_related("category"), goods):
        counters = Counters()
        with connection.execute_wrapper(counters):
            assert len(rows[:12]) == 12
        assert len(counters.too_much()) == 1
