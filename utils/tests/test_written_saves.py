"""What Save writes is what save(update_fields=...) writes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from apps.trade.models import OrderInfo
from apps.trade.order_status import PayStatus
from utils.db.written_saves import Save

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC)
COLUMNS = ("pay_status", "trade_no", "pay_time", "order_mount", "address", "is_hidden")


@pytest.fixture
def order(buyer: Any) -> OrderInfo:
    made: OrderInfo = OrderInfo.objects.create(
        user_id=buyer.pk, order_sn="1", order_mount=Decimal("12.30"), expires_at=NOON,
        address="here", signer_name="小满", singer_mobile="13800000001",
    )  # fmt: skip
    return made


def changed(order: OrderInfo) -> OrderInfo:
    order.pay_status, order.trade_no = PayStatus.TRADE_SUCCESS, "T1"
    order.pay_time, order.order_mount = NOON, Decimal("0.10")
    order.address, order.is_hidden = "100 % 'x' \\ 路 😀", True
    order.signer_name = "not to be written"
    return order


def columns(order: OrderInfo) -> dict[str, Any]:
    [found] = OrderInfo.objects.filter(pk=order.pk).values()
    return dict(found)


def test_the_named_columns_and_no_others(order: OrderInfo) -> None:
    with transaction.atomic():
        changed(order).save(update_fields=[*COLUMNS])
        expected = columns(order)
        transaction.set_rollback(True)
    assert columns(order) != expected
    with CaptureQueriesContext(connection) as queries:
        Save(OrderInfo, *COLUMNS)(changed(order))
    assert len(queries) == 1
    assert columns(order) == expected
    assert expected["signer_name"] == "小满"


def test_a_row_that_is_gone(order: OrderInfo) -> None:
    OrderInfo.objects.filter(pk=order.pk).delete()
    with pytest.raises(DatabaseError):
        Save(OrderInfo, "address")(order)


def test_the_same_values_again_are_not_a_row_that_is_gone(order: OrderInfo) -> None:
    for _ in range(2):
        Save(OrderInfo, "address")(order)


def test_an_expression_is_refused(order: OrderInfo) -> None:
    order.order_mount = F("order_mount") + 1
    with pytest.raises(TypeError, match="order_mount"):
        Save(OrderInfo, "order_mount")(order)


def test_who_listens_is_told(order: OrderInfo) -> None:
    told: list[Any] = []

    def listen(instance: Any, update_fields: Any, **_: Any) -> None:
        told.append((instance.pk, set(update_fields)))

    post_save.connect(listen, sender=OrderInfo)
    try:
        Save(OrderInfo, "address")(changed(order))
    finally:
        post_save.disconnect(listen, sender=OrderInfo)
    assert told == [(order.pk, {"address"})]
