"""Counts of long lists are kept for a while, and never for a list that has changed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from apps.goods import list_counts
from apps.goods.models import Goods
from utils.cache.catalogue_version import catalogue_changed

from .factories import make_category

pytestmark = pytest.mark.django_db

GOODS = 125
COUNTS_ALL = "SELECT COUNT(*) FROM goods_goods"
COUNTED, WIDE = 20, 30


@pytest.fixture
def goods(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[int]:
    """125 goods, which count as many: eleven pages, of which the last has five."""
    monkeypatch.setattr(list_counts, "COUNTED", COUNTED)
    settings.CATALOGUE_CACHE_SECONDS = 0  # the answers themselves are not kept
    caches["responses"].clear()
    list_counts._long.clear()
    category = make_category()
    Goods.objects.bulk_create(
        Goods(category=category, goods_sn=f"K{number}", name="x", shop_price=number % 2 + 1)
        for number in range(GOODS)
    )
    return list(Goods.objects.order_by("pk").values_list("pk", flat=True))


def counted(api: APIClient, query: str) -> tuple[int, bool]:
    """Return the count of the answer, and whether all goods of the list were counted for it."""
    with CaptureQueriesContext(connection) as queries:
        count = api.get(f"/goods/?{query}").json()["count"]
    return count, any(counts_all(query["sql"]) for query in queries.captured_queries)


def counts_all(sql: str) -> bool:
    """Whether a statement counts beyond the bound up to which all lists are counted."""
    return "COUNT(*)" in sql and f"LIMIT {COUNTED + 1})" not in sql


def behind_the_shops_back(keys: list[int]) -> None:
    """Delete goods as no part of the shop does, so that no process hears of it."""
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(keys))
        cursor.execute(f"DELETE FROM goods_goods WHERE id IN ({places})", keys)


def test_one_count_serves_every_page_and_order(api: APIClient, goods: list[int]) -> None:
    assert counted(api, "") == (125, True)
    for query in ("page=2", "page=last", "ordering=-sold_num", "page_size=50"):
        assert counted(api, query) == (125, False), query
    assert counted(api, "pricemin=2") == (62, True)  # another list
    assert counted(api, "pricemin=2&page=3") == (62, False)


def test_a_short_list_is_counted_each_time(api: APIClient, goods: list[int]) -> None:
    Goods.objects.filter(pk__in=goods[20:]).update(is_on_sale=False)
    for _ in range(2):
        assert counted(api, "") == (20, False)  # by the statement that gives up at 21
    behind_the_shops_back(goods[:1])
    assert counted(api, "") == (19, False)


def test_a_long_list_is_not_counted_while_its_count_is_kept(
    api: APIClient, goods: list[int]
) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/goods/").json()["count"] == 125
        return [q["sql"] for q in queries.captured_queries if "COUNT" in q["sql"]]

    first, again = statements(), statements()
    # Once up to the bound, and once for each value of is_hot and is_new.
    assert [sql.startswith(COUNTS_ALL) for sql in first] == [False, True, True, True, True]
    assert again == []


def test_the_count_of_all_goods_is_that_of_every_flag(api: APIClient, goods: list[int]) -> None:
    Goods.objects.filter(pk__in=goods[:40]).update(is_hot=True)
    Goods.objects.filter(pk__in=goods[30:60]).update(is_new=True)
    assert counted(api, "is_hot=true") == (40, True)
    assert counted(api, "") == (125, True)
    for query, number in {
        "is_hot=false": 85, "is_new=true": 30, "is_new=false": 95, "is_hot=true&is_new=false": 30,
        "is_hot=false&is_new=false": 65,
    }.items():  # fmt: skip
        # The first asks whether it is long at all.
        assert counted(api, query) == (number, False), query
    assert counted(api, "is_hot=false&pricemin=2") == (42, True)


@pytest.fixture
def prices(goods: list[int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The same goods, at 0 to 124 yuan, a third of them hot; more than 30 are many."""
    monkeypatch.setattr(list_counts, "WIDE", WIDE)
    for price, key in enumerate(goods):
        Goods.objects.filter(pk=key).update(shop_price=price, is_hot=price % 3 == 0)
    return goods


@pytest.mark.parametrize("flags", ["", "&is_hot=true", "&is_hot=false&is_new=false"])
def test_wide_price_ranges_are_counted_by_what_they_leave_out(
    api: APIClient, prices: list[int], flags: str
) -> None:
    hot = {"": (True, False), "&is_hot=true": (True,)}.get(flags, (False,))
    for low, high in ((1, 124), (0, 200), (5, 120), (50, 124), (0, 60), (60, 95), (200, 300)):
        expected = sum(low <= price <= high and (price % 3 == 0) in hot for price in range(GOODS))
        query = f"pricemin={low}&pricemax={high}{flags}"
        assert counted(api, query)[0] == expected, query
        assert counted(api, query) == (expected, False), query
        caches["responses"].clear()


def test_no_statement_reads_all_of_a_wide_price_range(api: APIClient, prices: list[int]) -> None:
    def statements(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/goods/?{query}").json()["count"] == 83 - 1
        return [q["sql"] for q in queries.captured_queries if counts_all(q["sql"])]

    first = statements("is_hot=false&pricemin=2")
    # Of goods that are new there are none; of the others, 82 of 83 are in the range.
    shapes = [("LIMIT 31" in sql, "shop_price >=" in sql, "shop_price <=" in sql) for sql in first]
    bounded, whole, outside = (True, True, False), (False, False, False), (False, False, True)
    assert shapes == [bounded, whole, outside, bounded]
    caches["responses"].clear()
    counted(api, "is_hot=false")
    # Who has seen the list without prices has paid for the whole.
    assert len(statements("is_hot=false&pricemin=2")) == 3


def test_a_wide_price_range_is_not_kept_longer_than_the_whole(
    api: APIClient, prices: list[int]
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert counted(api, "") == (125, True)
    with time_machine.travel(now + timedelta(seconds=20), tick=False):
        assert counted(api, "pricemin=1") == (124, True)
    behind_the_shops_back(prices[1:2])
    with time_machine.travel(now + timedelta(seconds=29), tick=False):
        assert counted(api, "pricemin=1") == (124, False)
    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        assert counted(api, "pricemin=1") == (123, True)


def test_a_long_list_that_has_become_short(
    api: APIClient, goods: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    assert counted(api, "") == (125, True)
    behind_the_shops_back(goods[20:])
    with django_capture_on_commit_callbacks(execute=True):
        catalogue_changed()
    assert counted(api, "") == (20, True)  # it was taken for long
    assert counted(api, "") == (20, False)
    behind_the_shops_back(goods[:1])
    assert counted(api, "") == (19, False)


def test_a_kept_count_lasts_thirty_seconds(api: APIClient, goods: list[int]) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert counted(api, "") == (125, True)
    behind_the_shops_back(goods[:1])
    with time_machine.travel(now + timedelta(seconds=29), tick=False):
        assert counted(api, "") == (125, False)
    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        assert counted(api, "") == (124, True)


def test_a_change_of_the_catalogue_is_counted_at_once(
    api: APIClient, goods: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    assert counted(api, "") == (125, True)
    with django_capture_on_commit_callbacks(execute=True):
        first = Goods.objects.get(pk=goods[0])
        first.is_on_sale = False
        first.save(update_fields=["is_on_sale"])
    assert counted(api, "") == (124, True)
    assert counted(api, "page=2") == (124, False)


def test_a_page_that_comes_out_short_is_counted_anew(api: APIClient, goods: list[int]) -> None:
    assert counted(api, "") == (125, True)
    behind_the_shops_back(goods[30:])
    assert counted(api, "page=2") == (125, False)  # nothing to see on this page
    body = api.get("/goods/?page=3").json()
    assert (body["count"], body["next"]) == (30, None)
    assert [each["id"] for each in body["results"]] == goods[24:30]
    assert counted(api, "") == (30, False)  # kept in its place


def test_a_page_that_is_gone(api: APIClient, goods: list[int]) -> None:
    assert counted(api, "") == (125, True)
    behind_the_shops_back(goods[30:])
    response = api.get("/goods/?page=4")
    assert (response.status_code, response.json()) == (404, {"detail": "无效页面。"})
    assert counted(api, "") == (30, False)


def test_the_second_half_is_counted_from_the_end(api: APIClient, goods: list[int]) -> None:
    """What is deleted past the shop moves these pages until the count is not kept any more."""
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert counted(api, "") == (125, True)
        behind_the_shops_back(goods[:2])
        body = api.get("/goods/?page=last").json()
        assert [each["id"] for each in body["results"]] == goods[120:]
    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        body = api.get("/goods/?page=last").json()
        assert [each["id"] for each in body["results"]] == goods[122:]


def test_without_the_cache_server_each_request_counts(
    api: APIClient, goods: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: Any, **_options: Any) -> None:
        raise RedisConnectionError

    for method in ("get_many", "get_or_set", "set", "get", "set_many"):
        monkeypatch.setattr(caches["responses"], method, unreachable)
    for _ in range(2):
        assert counted(api, "page=last") == (125, True)


def test_a_count_that_a_change_overtakes_is_not_kept(
    api: APIClient, goods: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    """The change commits after the goods were counted and before the count is kept."""

    def then_a_change(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith(COUNTS_ALL) and not changes:
            changes.append(1)
            with django_capture_on_commit_callbacks(execute=True):
                catalogue_changed()
        return result

    changes: list[int] = []
    with connection.execute_wrapper(then_a_change):
        assert counted(api, "") == (125, True)
    assert changes == [1]
    behind_the_shops_back(goods[:1])
    assert counted(api, "") == (124, True)
