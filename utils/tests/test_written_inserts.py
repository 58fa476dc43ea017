"""Rows that are written by Insert are those that create() and bulk_create() write."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import HoldWindow, OrderGoods, OrderInfo
from apps.trade.order_status import PayStatus
from utils.db.written_inserts import Insert

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def goods(db: None) -> Goods:
    return make_goods(make_category())


def order_values(buyer: Any, number: str) -> dict[str, Any]:
    return {
        "user_id": buyer.pk, "order_sn": number, "order_mount": Decimal("12.30"),
        "expires_at": NOON, "address": "100 % 'x' \\ 路 😀", "signer_name": "小满",
        "trade_no": None, "singer_mobile": "13800000001", "pay_status": PayStatus.WAIT_BUYER_PAY,
    }  # fmt: skip


def columns(row: Any, *without: str) -> dict[str, Any]:
    """All that the database has of a row."""
    [found] = type(row).objects.filter(pk=row.pk).values()
    return {name: value for name, value in found.items() if name not in ("id", *without)}


def test_a_row_with_its_key(buyer: Any) -> None:
    made = OrderInfo.objects.create(**order_values(buyer, "1"), add_time=NOON)
    row = OrderInfo(**order_values(buyer, "2"), add_time=NOON)
    with CaptureQueriesContext(connection) as queries:
        written = Insert(OrderInfo).one(row)
    assert (written is row, len(queries), row._state.adding) == (True, 1, False)
    assert row.pk == OrderInfo.objects.get(order_sn="2").pk
    assert columns(row, "order_sn") == columns(made, "order_sn")
    assert columns(row)["mobile_tail"] == "0001"
    row.address = "another"
    row.save(update_fields=["address"])
    assert OrderInfo.objects.get(order_sn="2").address == "another"


def test_rows(goods: Goods, buyer: Any) -> None:
    order = OrderInfo.objects.create(**order_values(buyer, "1"))
    others = [make_goods(goods.category, name=f"{n}", goods_sn=f"S{n}") for n in range(2)]
    values = {"order": order, "goods_num": 2, "price": Decimal("0.10"), "add_time": NOON}
    for row in (goods, *others):
        row.goods_front_image = "goods/图.webp"
    made = OrderGoods.objects.create(
        **values, goods=goods, name="x", image=goods.goods_front_image.name
    )
    lines = [
        OrderGoods(**values, goods=row, name="x", image=row.goods_front_image.name)
        for row in others
    ]
    with CaptureQueriesContext(connection) as queries:
        Insert(OrderGoods).many(lines)
    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    [first, second] = OrderGoods.objects.filter(goods__in=others).order_by("goods_id")
    for row in (first, second):
        assert columns(row, "goods_id") == columns(made, "goods_id")
    assert lines[0].pk is None


def test_none_and_many(goods: Goods) -> None:
    """As many as one statement of SQLite does not take."""
    insert = Insert(StockMovement)
    with CaptureQueriesContext(connection) as queries:
        insert.many([])
    assert len(queries) == 0
    rows = [StockMovement(goods=goods, delta=n + 1, reason="adjust") for n in range(5_000)]
    before = StockMovement.objects.count()
    insert.many(rows)
    assert StockMovement.objects.count() - before == 5_000
    assert StockMovement.objects.order_by("-pk")[0].delta == 5_000


def test_a_fault_breaks_the_transaction(goods: Goods, buyer: Any) -> None:
    window = {"user_id": buyer.pk, "goods_id": goods.pk, "opened_at": NOON, "released_at": NOON}
    insert = Insert(HoldWindow)
    insert.one(HoldWindow(**window, most_pieces=1))
    for write in (
        lambda: insert.one(HoldWindow(**window, most_pieces=2)),
        lambda: insert.many([HoldWindow(**window, most_pieces=2)]),
    ):
        with transaction.atomic():
            with pytest.raises(IntegrityError):
                write()
            assert transaction.get_rollback()
    assert HoldWindow.objects.get().most_pieces == 1


def test_what_does_more_than_the_statement_is_refused(goods: Goods, buyer: Any) -> None:
    account = type(buyer)  # the journal says who made staff of whom
    with pytest.raises(TypeError, match="more hangs on making a UserProfile"):
        Insert(account).one(account())
    with pytest.raises(TypeError, match=r"delta is to be an expression: F\(goods_id\)"):
        Insert(StockMovement).one(StockMovement(goods=goods, delta=F("goods_id"), reason="adjust"))


def test_who_listens_to_the_saving_hears_of_it(goods: Goods, buyer: Any) -> None:
    window = {"user_id": buyer.pk, "goods_id": goods.pk, "opened_at": NOON, "released_at": NOON}
    heard = []

    def listen(instance: HoldWindow, **kwargs: Any) -> None:
        heard.append((instance.pk, kwargs["created"]))

    insert = Insert(HoldWindow)
    insert.one(HoldWindow(**window, most_pieces=1)).delete()
    post_save.connect(listen, sender=HoldWindow)
    try:
        row = insert.one(HoldWindow(**window, most_pieces=2))
    finally:
        post_save.disconnect(listen, sender=HoldWindow)
    assert heard == [(row.pk, True)]
    assert HoldWindow.objects.get().most_pieces == 2
