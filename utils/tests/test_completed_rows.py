"""Rows are completed however a queryset is read (utils/db/completed_rows.py)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.goods.models import Goods, GoodsQuerySet
from apps.goods.tests.factories import make_category, make_goods

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def goods() -> list[Goods]:
    category = make_category()
    return [make_goods(category, name=f"{number}", pictures=2) for number in range(3)]


READERS: dict[str, Callable[[GoodsQuerySet], Any]] = {
    "a loop": list,
    "an iterator": lambda rows: list(rows.iterator()),
    "an iterator in pieces": lambda rows: list(rows.iterator(chunk_size=2)),
    "a slice": lambda rows: list(rows[:3]),
    "one by one": lambda rows: [rows.get(pk=pk) for pk in rows.values_list("pk", flat=True)],
    "a length first": lambda rows: (len(rows), list(rows))[1],
    "a truth first": lambda rows: (bool(rows), list(rows))[1],
    "first and last": lambda rows: [rows.first(), rows.order_by("-pk")[1], rows.last()],
    "a further filter": lambda rows: list(rows.filter(pk__gt=0).on_sale()),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_way_to_read(goods: list[Goods], reader: str) -> None:
    rows = READERS[reader](Goods.objects.order_by("pk").for_list())
    assert [row.name for row in rows] == ["0", "1", "2"]
    with CaptureQueriesContext(connection) as queries:
        assert [(len(row.pictures), row.click_num) for row in rows] == [(2, 0)] * 3
    assert len(queries) == 0


def test_read_once(goods: list[Goods], django_assert_num_queries: Any) -> None:
    rows = Goods.objects.for_list()
    with django_assert_num_queries(3):
        assert rows
        assert (len(rows), list(rows)) == (3, list(rows))


def test_what_is_not_a_model(goods: list[Goods], django_assert_num_queries: Any) -> None:
    rows, keys = Goods.objects.order_by("pk").for_list(), [each.pk for each in goods]
    with django_assert_num_queries(3):
        assert list(rows.values_list("pk", flat=True)) == keys
        assert list(rows.values("pk").iterator()) == [{"pk": pk} for pk in keys]
        assert rows.count() == 3


def test_nothing_to_read(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        rows = Goods.objects.for_list()
        assert (list(rows), len(rows), bool(rows)) == ([], 0, False)
