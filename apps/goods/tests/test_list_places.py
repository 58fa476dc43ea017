"""Places in the middle of a long list are kept as its count is (MariaDB)."""

from functools import partial
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from apps.goods import list_counts, list_pagination
from apps.goods.models import Goods
from apps.goods.models.list_pages import Bounds, page_keys
from utils.cache.catalogue_version import catalogue_changed

from .factories import make_category

pytestmark = [pytest.mark.django_db, pytest.mark.mariadb]

GOODS = 240


@pytest.fixture
def goods(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[int]:
    """240 goods, which count as many; a step is one of 24."""
    bounds = Bounds(sorted_first=0, walked=24, step=24)
    monkeypatch.setattr(list_pagination, "page_keys", partial(page_keys, bounds=bounds))
    monkeypatch.setattr(list_counts, "COUNTED", 20)
    settings.CATALOGUE_CACHE_SECONDS = 0
    caches["responses"].clear()
    list_counts._long.clear()
    category = make_category()
    Goods.objects.bulk_create(
        Goods(category=category, goods_sn=f"M{number}", name="x", shop_price=number // 7 + 1)
        for number in range(GOODS)
    )
    return list(Goods.objects.order_by("pk").values_list("pk", flat=True))


def shown(api: APIClient, query: str) -> tuple[list[int], int]:
    """Return the goods of a page, and how many steps were taken to it."""
    with CaptureQueriesContext(connection) as queries:
        body = api.get(f"/goods/?{query}").json()
    steps = sum("LIMIT 1 OFFSET 23" in q["sql"] for q in queries.captured_queries)
    return [each["id"] for each in body["results"]], steps


def test_the_next_page_begins_where_the_last_one_was(api: APIClient, goods: list[int]) -> None:
    assert shown(api, "page=9") == (goods[96:108], 4)
    assert shown(api, "page=9") == (goods[96:108], 0)
    assert shown(api, "page=8") == (goods[84:96], 0)
    assert shown(api, "page=13&page_size=9") == (goods[108:117], 0)
    # From the end, as they are nearer to it; and in another order.
    assert shown(api, "page=13") == (goods[144:156], 3)
    assert shown(api, "page=12") == (goods[132:144], 1)
    assert shown(api, "page=9&ordering=shop_price") == (goods[96:108], 4)
    assert shown(api, "page=9&ordering=shop_price&pricemin=2") == (goods[103:115], 4)


def test_a_change_of_the_catalogue_drops_them(
    api: APIClient, goods: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    assert shown(api, "page=9") == (goods[96:108], 4)
    with django_capture_on_commit_callbacks(execute=True):
        first = Goods.objects.get(pk=goods[0])
        first.is_on_sale = False
        first.save(update_fields=["is_on_sale"])
    assert shown(api, "page=9") == (goods[97:109], 4)


def test_a_change_while_they_are_read_drops_them(
    api: APIClient, goods: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    def then_a_change(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "LIMIT 1 OFFSET 23" in sql and not changes:
            changes.append(1)
            with django_capture_on_commit_callbacks(execute=True):
                catalogue_changed()
        return result

    changes: list[int] = []
    with connection.execute_wrapper(then_a_change):
        assert shown(api, "page=9") == (goods[96:108], 4)
    assert changes == [1]
    assert shown(api, "page=9") == (goods[96:108], 4)


def test_a_list_that_is_shorter_than_was_thought(api: APIClient, goods: list[int]) -> None:
    """Its count is kept, and wrong: the page is looked for anew, by the new count."""
    assert shown(api, "")[0] == goods[:12]
    Goods.objects.filter(pk__in=goods[100:]).delete()
    body = api.get("/goods/?page=9").json()
    assert (body["count"], [each["id"] for each in body["results"]]) == (100, goods[96:100])
    assert api.get("/goods/?page=10").status_code == 404


def test_without_the_cache_server_each_request_takes_the_steps(
    api: APIClient, goods: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: Any, **_options: Any) -> None:
        raise RedisConnectionError

    for method in ("get_many", "get_or_set", "set", "get", "set_many"):
        monkeypatch.setattr(caches["responses"], method, unreachable)
    for _ in range(2):
        assert shown(api, "page=9") == (goods[96:108], 4)
