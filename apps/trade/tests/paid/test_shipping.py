"""Parcels: their numbers, who may ship what, corrections; and the sweep that ends the wait."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import translation

from apps.trade.carriers import NUMBER_SHAPES, TRACKING_PAGES, Carrier, number_clean, tracking_url
from apps.trade.models import OrderInfo, RefundRequest, Shipment
from apps.trade.services.refunds import refund_open
from apps.trade.services.shipping import (
    NotShippableError,
    ParcelRecordedError,
    RefundLeavesNothingError,
    RefundUndecidedError,
    ShipmentCorrectedError,
    TrackingNumberError,
    order_ship,
    orders_confirm_received,
    shipment_correct,
    tracking_number_check,
)
from apps.trade.tests.shipping import ship
from apps.users.models import UserProfile
from tests.audit import assert_audit_clean

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
SF, OTHER_SF = "SF1234567890123", "SF1234567890124"


@pytest.fixture
def staff(db: None) -> UserProfile:
    return UserProfile.objects.create_user("clerk", is_staff=True)


def parcels(order: dict[str, Any]) -> list[tuple[str, str, bool]]:
    rows = Shipment.objects.filter(order=order["id"]).order_by("pk")
    return list(rows.values_list("carrier", "tracking_no", "is_current"))


# --- Numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carrier", "typed", "kept"),
    [
        ("sf", " sf1234567890123\n", SF), ("sf", "ＳＦ１２３４５６７８９０１２３", SF),
        ("sf", "SF 1234 5678 90123", SF), ("sf", "\u200bSF1234567890123\ufeff", SF),
        ("sf", "123456789012", "123456789012"), ("zto", "78123456789012", "78123456789012"),
        ("yto", "yt1234567890123", "YT1234567890123"), ("yunda", "462123456789012", None),
        ("sto", "773123456789012", None), ("jt", "jt1234567890123", "JT1234567890123"),
        ("jd", "jdva01234567890-1-1-", "JDVA01234567890-1-1-"),
        ("jd", "JDVA01234567890－1－3", "JDVA01234567890-1-3"), ("jd", "JD0123456789012", None),
        ("ems", "EA123456789CN", None), ("ems", "1123456789012", None),
        ("deppon", "dpk123456789012", "DPK123456789012"), ("other", "", ""), ("other", " ", ""),
        ("other", "abc-123456", "ABC-123456"),
    ],
)  # fmt: skip
def test_numbers_that_are_taken(carrier: str, typed: str, kept: str | None) -> None:
    assert tracking_number_check(carrier, typed) == (typed if kept is None else kept)


@pytest.mark.parametrize(
    ("carrier", "typed", "text"),
    [
        ("sf", "", "请填写运单号。"), ("zto", " \t", "请填写运单号。"),
        ("sf", "JT1234567890123", "这不是顺丰速运的运单号，正确的形式如 SF1234567890123。"),
        ("sf", "SF123", "这不是顺丰速运的运单号，正确的形式如 SF1234567890123。"),
        ("sf", "SF" + "1" * 13, "这不是顺丰速运的运单号，正确的形式如 SF1234567890123。"),
        ("zto", "13800000001", "这不是中通快递的运单号，正确的形式如 78123456789012。"),
        ("yto", "13800000001", "这不是圆通速递的运单号，正确的形式如 YT1234567890123。"),
        ("yunda", "已发货", "这不是韵达快递的运单号，正确的形式如 462123456789012。"),
        ("ems", "EA123456789", "这不是邮政EMS的运单号，正确的形式如 1123456789012。"),
        ("jd", "<script>1234</script>", "这不是京东快递的运单号，正确的形式如 JD0123456789012。"),
        ("sto", "7" * 41, "运单号最多 40 个字符。"), ("other", "1" * 41, "运单号最多 40 个字符。"),
        ("other", "12345", "运单号应为 6 到 40 位字母、数字或连字符，且不能是手机号。"),
        ("other", "自己送货", "运单号应为 6 到 40 位字母、数字或连字符，且不能是手机号。"),
        ("other", "13800000001", "运单号应为 6 到 40 位字母、数字或连字符，且不能是手机号。"),
    ],
)  # fmt: skip
def test_numbers_that_are_refused(carrier: str, typed: str, text: str) -> None:
    with translation.override("zh-hans"), pytest.raises(TrackingNumberError) as refused:
        tracking_number_check(carrier, typed)
    assert refused.value.body() == {"tracking_no": [text]}


def test_every_carrier_has_a_shape_with_its_own_example() -> None:
    assert NUMBER_SHAPES.keys() == set(Carrier)
    assert TRACKING_PAGES.keys() == set(Carrier) - {Carrier.OTHER}
    for carrier, shape in NUMBER_SHAPES.items():
        assert tracking_number_check(carrier, shape.example) == number_clean(shape.example)
        page = tracking_url(carrier, shape.example)
        assert (page is None) == (carrier == Carrier.OTHER)
        assert page is None or page.startswith("https://")
    assert tracking_url("zto", "7812") == (
        "https://www.zto.com/express/expressCheck.html?txtBill=7812"
    )
    assert tracking_url("sf", "") is None


# --- Shipping -----------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_a_buyer_sees_the_parcel(mine, order_of, gateway, staff) -> None:
    order = order_of()
    gateway.pay(order["alipay_url"])
    shipped = order_ship(
        order_id=order["id"], carrier="sf", tracking_no="sf 1234567890123", staff_id=staff.pk
    )
    assert (shipped.shipment.staff, shipped.also_of) == (staff, ())
    shown = mine.get(f"/orders/{order['id']}/").json()
    assert (shown["status"], shown["actions"]) == ("to_receive", ["confirm", "request_refund"])
    assert shown["shipped_at"] == "2026-11-23T10:00:00+08:00"
    assert shown["shipments"] == [
        {
            "carrier": "sf",
            "carrier_name": "顺丰速运",
            "tracking_no": SF,
            "tracking_url": f"https://www.sf-express.com/chn/sc/waybill/waybill-detail/{SF}",
            "shipped_at": "2026-11-23T10:00:00+08:00",
        }
    ]
    assert mine.get("/orders/").json()[0]["shipments"] == shown["shipments"]
    assert_audit_clean()


def test_further_parcels_and_a_correction(mine, paid_order, staff) -> None:
    pk = paid_order["id"]
    with time_machine.travel(NOW, tick=False) as clock:
        first = ship(pk, "sf", SF).shipment
        clock.shift(timedelta(days=1))
        ship(pk, "zto", "78123456789012")
        ship(pk, "other", "")
        right = shipment_correct(
            shipment_id=first.pk, carrier="jt", tracking_no="JT1234567890123", staff_id=staff.pk
        ).shipment
    assert parcels(paid_order) == [
        ("sf", SF, False), ("zto", "78123456789012", True), ("other", "", True),
        ("jt", "JT1234567890123", True),
    ]  # fmt: skip
    assert (right.corrects, right.shipped_at, right.staff) == (first, NOW, staff)
    shown = mine.get(f"/orders/{pk}/").json()
    assert shown["shipped_at"] == "2026-11-23T10:00:00+08:00"
    assert [(row["carrier"], row["tracking_url"] is None) for row in shown["shipments"]] == [
        ("zto", False), ("other", True), ("jt", False)
    ]  # fmt: skip
    assert_audit_clean()


def test_the_same_parcel_twice(paid_order, staff) -> None:
    first = ship(paid_order["id"], "sf", SF).shipment
    second = ship(paid_order["id"], "other", "").shipment
    ship(paid_order["id"], "sf", "123456789012")
    for carrier, number in (("sf", "sf 1234567890123"), ("zto", "123456789012"), ("other", " ")):
        with pytest.raises(ParcelRecordedError):  # at another carrier, too
            ship(paid_order["id"], carrier, number)
    for shipment, carrier, number in ((first, "sf", SF), (second, "sf", SF)):
        with pytest.raises(ParcelRecordedError):
            shipment_correct(
                shipment_id=shipment.pk, carrier=carrier, tracking_no=number, staff_id=staff.pk
            )
    assert parcels(paid_order) == [
        ("sf", SF, True), ("other", "", True), ("sf", "123456789012", True)
    ]  # fmt: skip


def test_only_the_latest_word_is_corrected(paid_order, staff) -> None:
    first = ship(paid_order["id"], "sf", SF).shipment
    correct = {"carrier": "sf", "staff_id": staff.pk}
    shipment_correct(shipment_id=first.pk, tracking_no=OTHER_SF, **correct)
    with pytest.raises(ShipmentCorrectedError):
        shipment_correct(shipment_id=first.pk, tracking_no="SF1234567890125", **correct)
    last = Shipment.objects.current().get()
    # What was right after all.
    shipment_correct(shipment_id=last.pk, tracking_no=SF, **correct)
    assert parcels(paid_order) == [("sf", SF, False), ("sf", OTHER_SF, False), ("sf", SF, True)]


def test_two_orders_in_one_parcel(order_of, gateway) -> None:
    orders = [order_of(1) for _ in range(2)]
    for order in orders:
        gateway.pay(order["alipay_url"])
    assert ship(orders[0]["id"], "sf", SF).also_of == ()
    assert ship(orders[1]["id"], "sf", SF).also_of == (orders[0]["order_sn"],)


def test_what_is_not_shipped(order_of, paid_order, staff) -> None:
    unpaid, pk = order_of(1), paid_order["id"]
    with pytest.raises(NotShippableError):
        ship(unpaid["id"])
    RefundRequest.objects.create(order_id=pk, amount=1, reason="unwanted")
    with pytest.raises(RefundUndecidedError):
        ship(pk)
    RefundRequest.objects.update(state="rejected")
    payment = OrderInfo.objects.get(pk=pk).payments.get()
    pending = refund_open(
        payment_id=payment.pk, amount=Decimal("24.60"), reason="x", staff_id=staff.pk
    )
    with pytest.raises(RefundLeavesNothingError):
        ship(pk)
    pending.state = "failed"
    pending.save()
    assert not Shipment.objects.exists()
    ship(pk)
    assert OrderInfo.objects.get(pk=pk).shipped_at is not None


def test_the_database_wants_a_number(paid_order) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Shipment.objects.create(order_id=paid_order["id"], carrier="sf")


# --- The sweep ----------------------------------------------------------------------------------


def test_after_ten_days_an_order_counts_as_received(
    mine, paid_order, order_of, gateway, settings
) -> None:
    settings.ORDER_CONFIRM_DAYS = 10
    with time_machine.travel(NOW, tick=False) as clock:
        orders = [order_of(1) for _ in range(4)]
        for order in orders:
            gateway.pay(order["alipay_url"])
        one, two, asked, unshipped = (order["id"] for order in orders)
        for pk in (one, two, asked):
            ship(pk)
        RefundRequest.objects.create(order_id=asked, amount=1, reason="missing")
        clock.shift(timedelta(days=3))
        ship(two)  # its last parcel decides
        clock.shift(timedelta(days=7, seconds=-1))
        assert orders_confirm_received() == {"received": 0, "left": 0}
        clock.shift(timedelta(seconds=1))
        assert orders_confirm_received() == {"received": 1, "left": 0}
        assert orders_confirm_received() == {"received": 0, "left": 0}
        shown = mine.get(f"/orders/{one}/").json()
        assert (shown["status"], shown["received_at"]) == (
            "received", "2026-12-03T10:00:00+08:00"
        )  # fmt: skip
        clock.shift(timedelta(days=3))
        # A wrong number that is corrected does not begin the time anew.
        parcel = Shipment.objects.filter(order=two).latest("pk")
        shipment_correct(
            shipment_id=parcel.pk, carrier="zto", tracking_no="78123456789012",
            staff_id=parcel.staff_id,
        )  # fmt: skip
        assert orders_confirm_received() == {"received": 1, "left": 0}
        RefundRequest.objects.update(state="withdrawn")
        assert orders_confirm_received() == {"received": 1, "left": 0}
    by = dict(OrderInfo.objects.values_list("pk", "received_by"))
    assert by == {one: "time", two: "time", asked: "time", unshipped: "", paid_order["id"]: ""}
    assert_audit_clean()


def test_the_sweep_has_an_end(paid_order, settings) -> None:
    settings.ORDER_CONFIRM_DAYS = 1
    ship(paid_order["id"])
    later = Shipment.objects.get().shipped_at + timedelta(days=1)
    assert orders_confirm_received(now=later, seconds=0) == {"received": 0, "left": 1}
    assert orders_confirm_received(now=later, seconds=10) == {"received": 1, "left": 0}


def test_the_sweep_finds_nothing_in_few_queries(paid_order, django_assert_num_queries) -> None:
    ship(paid_order["id"])
    with django_assert_num_queries(3):  # the time; shipped without a parcel; due
        assert orders_confirm_received() == {"received": 0, "left": 0}


def test_what_an_old_process_ships_gets_a_parcel(mine, paid_order) -> None:
    """During an upgrade, a process of the release before notes the time alone."""
    OrderInfo.objects.update(shipped_at=NOW)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert orders_confirm_received() == {"received": 0, "left": 0}
        assert orders_confirm_received() == {"received": 0, "left": 0}
    assert parcels(paid_order) == [("other", "", True)]
    assert Shipment.objects.get().shipped_at == NOW
    assert_audit_clean()
