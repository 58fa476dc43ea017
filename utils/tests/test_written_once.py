"""A statement that is written once gives what the queryset gives."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from apps.goods.models import Goods, GoodsCategory
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import HoldWindow
from utils.db.written_once import (
    Among,
    Delete,
    Given,
    Read,
    Update,
    number_by_place,
    numbers_by_place,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def three(db: None) -> list[Goods]:
    category = make_category()
    return [
        make_goods(category, name=f"苹果 {n}%s", stock=n, shop_price=Decimal(f"{n}.50"))
        for n in (1, 2, 3)
    ]


def values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.parametrize(
    "rows",
    [
        Goods.objects.order_by("-pk"),
        Goods.objects.only("name", "add_time").order_by("-pk"),
        Goods.objects.defer("goods_desc").annotate(one=Value(1)).order_by("-pk"),
        Goods.objects.select_related("category").only("name", "category__name").order_by("-pk"),
    ],
    ids=["models", "some columns", "annotated", "joined"],
)
def test_models(three: list[Goods], rows: Any) -> None:
    read = Read(lambda: rows.filter(pk__gte=Given("first")))
    for first in (three[1].pk, three[0].pk):
        wanted = list(rows.filter(pk__gte=first))
        with CaptureQueriesContext(connection) as queries:
            found = read(first=first)
        assert len(queries) == 1
        for one, other in zip(found, wanted, strict=True):
            cached = [row._state.fields_cache.pop("category", None) for row in (one, other)]
            assert values(one) == values(other)
            if cached[1] is not None:
                assert values(cached[0]) == values(cached[1])
            assert (one._state.db, one._state.adding) == ("default", False)
            assert one.get_deferred_fields() == other.get_deferred_fields()


def test_tuples(three: list[Goods]) -> None:
    read = Read(
        lambda: (
            Goods.objects.filter(Among(F("pk"), "keys"), is_on_sale=True)
            .order_by("pk")
            .values_list("shop_price", "is_hot", "pk")
        )
    )
    assert read(keys=[goods.pk for goods in three[1:]]) == [
        (Decimal("2.50"), False, three[1].pk), (Decimal("3.50"), False, three[2].pk),
    ]  # fmt: skip
    assert read(keys={three[0].pk}) == [(Decimal("1.50"), False, three[0].pk)]
    assert read(keys=[]) == []
    assert read.first(keys=[]) is None


def test_texts_are_parameters(three: list[Goods]) -> None:
    read = Read(lambda: Goods.objects.filter(name=Given("name")))
    for name in ("苹果 1%s", "' OR 1=1 -- ", "{name}", "\\"):
        assert [goods.name for goods in read(name=name)] == [name] * (name == "苹果 1%s")
    with pytest.raises(ValueError, match="invalid literal"):
        Read(lambda: Goods.objects.filter(Among(F("pk"), "keys")))(keys=["1) OR (1=1"])


def test_a_value_that_is_missing(three: list[Goods]) -> None:
    with pytest.raises(KeyError, match="name"):
        Read(lambda: Goods.objects.filter(name=Given("name")))()


def test_update_and_delete(three: list[Goods], buyer: Any) -> None:
    take = Update(
        lambda: Goods.objects.filter(
            Among(F("pk"), "keys"), goods_num__gte=number_by_place("pk", 2)
        ),
        goods_num=F("goods_num") - number_by_place("pk", 2),
    )
    assert take(**numbers_by_place({three[2].pk: 1, three[0].pk: 2})) == 1
    assert take(**numbers_by_place({three[1].pk: 2, three[2].pk: 2})) == 2
    assert list(Goods.objects.order_by("pk").values_list("goods_num", flat=True)) == [1, 0, 0]

    row = HoldWindow.objects.create(
        user=buyer, goods=three[0], opened_at=NOON, released_at=NOON, most_pieces=1
    )
    field: Any = HoldWindow._meta.get_field("ordered_at")
    order = Update(
        lambda: HoldWindow.objects.filter(user_id=Given("user_id")), ordered_at=Given("now", field)
    )
    assert order(user_id=buyer.pk, now=NOON) == 1
    row.refresh_from_db()
    assert row.ordered_at == NOON
    end = Delete(lambda: HoldWindow.objects.filter(pk=Given("pk")))
    assert [end(pk=row.pk), end(pk=row.pk)] == [1, 0]


def test_what_does_more_than_the_statement_is_refused(db: None) -> None:
    """The journal, rows that go along and signals are of the queryset's own methods."""
    rename = Update(lambda: Goods.objects.filter(pk=Given("pk")), name=Given("name"))
    with pytest.raises(TypeError, match="journal watches name"):
        rename(pk=1, name="x")
    with pytest.raises(TypeError, match="hang on GoodsCategory"):
        Delete(lambda: GoodsCategory.objects.filter(pk=Given("pk")))(pk=1)


def test_a_read_that_is_more_than_columns_is_refused(db: None) -> None:
    def listen(**kwargs: Any) -> None: ...

    post_init.connect(listen, sender=Goods)
    try:
        with pytest.raises(TypeError, match="making a Goods"):
            Read(lambda: Goods.objects.filter(pk=Given("pk")))(pk=1)
    finally:
        post_init.disconnect(listen, sender=Goods)


def test_a_lock_is_said_to_be_one(three: list[Goods]) -> None:
    rows = Goods.objects.filter(pk=Given("pk"))
    for locked, says in ((rows.select_for_update(), False), (rows, True)):
        with pytest.raises(TypeError, match="a lock is a write"):
            Read(lambda locked=locked: locked, locks=says)(pk=1)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        [goods] = Read(rows.select_for_update, locks=True)(pk=three[0].pk)
    assert goods == three[0]
    can_lock = connection.features.has_select_for_update
    assert [query["sql"].endswith("FOR UPDATE") for query in queries] == [can_lock]


def test_a_fault_breaks_the_transaction(three: list[Goods]) -> None:
    """As of the ORM: what follows is refused, and the transaction rolled back."""
    lower = Update(lambda: Goods.objects.filter(pk=Given("pk")), goods_num=Given("number"))
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            lower(pk=three[0].pk, number=-1)
        assert transaction.get_rollback()
