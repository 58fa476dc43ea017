"""A parcel leaves while somebody else has to do with the order; receipt is confirmed twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.trade.models import OrderInfo, RefundRequest, Shipment
from apps.trade.services import refunds, shipping
from apps.trade.services.orders import order_lock
from apps.trade.services.payments import payment_confirm
from apps.trade.services.shipping import (
    NotShippableError,
    ParcelRecordedError,
    orders_confirm_received,
)
from apps.trade.tests.shipping import ship
from apps.users.models import UserProfile
from tests.audit import assert_audit_clean, broken
from tests.parallel import in_parallel, meeting, tell
from utils.db import shared_work
from utils.db.transactions import atomic_retry_on_deadlock

from .helpers import (
    Buyer,
    Shop,
    before,
    crowd,
    first_damage,
    order_of,
    shelf,
    stock_of,
    unlocked,
)

SF = "SF1234567890123"
DAYS = timedelta(days=10)


def paid_order(buyer: Buyer, goods: Any) -> OrderInfo:
    order = order_of(buyer, goods, nums=2)
    payment_confirm(
        order_id=order.pk, trade_no=f"T{order.pk}", amount=order.order_mount,
        paid_at=timezone.now(),
    )  # fmt: skip
    order.refresh_from_db()
    return order


def tried_to_ship(order: OrderInfo, number: str = SF) -> str:
    try:
        ship(order.pk, "sf", number)
    except (NotShippableError, ParcelRecordedError) as error:
        return type(error).__name__
    return "shipped"


def packer_make() -> None:
    """Before the race, which would make the account several times."""
    UserProfile.objects.get_or_create(username="packer", is_staff=True)


def refund_all(order: OrderInfo) -> str:
    refund = refunds.refund_open(
        payment_id=order.payments.get().pk, amount=order.order_mount, reason="x",
        staff_id=order.user_id,
    )  # fmt: skip
    refunds.refund_done(refund_id=refund.pk, done_at=timezone.now())
    return "refunded"


def confirm(buyer: Buyer, order: OrderInfo) -> int:
    return buyer.http.post(f"/orders/{order.pk}/confirm/", {}).status


def sweep() -> int:
    return orders_confirm_received(now=timezone.now() + DAYS)["received"]


@atomic_retry_on_deadlock
def ask_for_money(order_id: int) -> str:
    """As the service that takes refund requests does: the order's row first."""
    order = order_lock(order_id)
    if order.shipped_at is not None:
        return "shipped before"
    RefundRequest.objects.create(order=order, amount=1, reason="unwanted")
    return "asked"


# --- Shipping -----------------------------------------------------------------------------------


def test_a_form_sent_by_a_double_click(shop: Shop) -> None:
    [goods], buyer = shelf(100), shop.buyer()
    packer_make()
    orders = [paid_order(buyer, goods) for _ in range(crowd(6, on_sqlite=2))]
    for order in orders:
        found = in_parallel(3, lambda _number, order=order: tried_to_ship(order))
        assert sorted(found) == ["ParcelRecordedError", "ParcelRecordedError", "shipped"]
        assert order.shipments.count() == 1
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_a_double_click_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One parcel is recorded twice."""
    unlocked(monkeypatch, OrderInfo)
    before(monkeypatch, shipping, "_record", meeting(2))
    packer_make()

    def play() -> Any:
        [goods], buyer = shelf(10), shop.buyer()
        order = paid_order(buyer, goods)
        # The second parcel, which leaves the order's row as it is.
        order.shipments.create(carrier="other")
        OrderInfo.objects.filter(pk=order.pk).update(shipped_at=timezone.now())
        same = order.shipments.filter(tracking_no=SF)
        return in_parallel(2, lambda _number: tried_to_ship(order)), same.count()

    found, count = first_damage(play, lambda found: found[1] > 1)
    tell(f"control: no lock on the order: one parcel stands there {count} times")
    assert (found, count) == (["shipped", "shipped"], 2)


def test_shipping_while_all_money_goes_back(shop: Shop) -> None:
    """Never both: goods that left do not return to stock, and what was refunded does not leave."""
    [goods], buyer = shelf(100), shop.buyer()
    packer_make()
    orders = [paid_order(buyer, goods) for _ in range(crowd(8, on_sqlite=2))]
    kept = 0
    for order in orders:
        shipped, refunded = in_parallel(
            2, lambda number, order=order: refund_all(order) if number else tried_to_ship(order)
        )
        order.refresh_from_db()
        assert refunded == "refunded"
        assert shipped in ("shipped", "NotShippableError", "RefundLeavesNothingError")
        assert (order.shipped_at is not None) == order.holds_stock == (shipped == "shipped")
        kept += 2 * order.holds_stock
    assert stock_of(goods) == 100 - kept
    assert_audit_clean()
    tell(f"shipped before the refund: {kept // 2} of {len(orders)}")


@pytest.mark.mariadb
def test_control_shipping_and_refunding_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parcel leaves, and its pieces are for sale again."""
    unlocked(monkeypatch, OrderInfo)
    # The refund has looked at the order, and the parcel leaves before the refund writes.
    looked, left = threading.Event(), threading.Event()
    next_status = refunds.next_status

    def wait(*args: Any) -> Any:
        looked.set()
        left.wait(5)
        return next_status(*args)

    monkeypatch.setattr(refunds, "next_status", wait)
    monkeypatch.setattr(OrderInfo, "refundable_amount", 1)  # as before it was asked for
    packer_make()
    [goods], buyer = shelf(10), shop.buyer()
    order = paid_order(buyer, goods)

    def act(number: int) -> str:
        if number:
            return refund_all(order)
        looked.wait(5)
        try:
            return tried_to_ship(order)
        finally:
            left.set()

    found = in_parallel(2, act)
    order.refresh_from_db()
    tell(f"control: no lock on the order: {found}, and {stock_of(goods)} of 10 are for sale")
    assert (found, stock_of(goods)) == (["shipped", "refunded"], 10)
    assert order.shipped_at is not None
    assert "an order holds stock until it is closed, or refunded before it was shipped" in broken()


def test_shipping_while_the_buyer_asks_for_money_back(shop: Shop) -> None:
    [goods], buyer = shelf(100), shop.buyer()
    packer_make()
    orders = [paid_order(buyer, goods) for _ in range(crowd(8, on_sqlite=2))]
    for order in orders:
        found = in_parallel(
            2,
            lambda number, order=order: ask_for_money(order.pk) if number else tried_to_ship(order),
        )
        assert found in (["shipped", "shipped before"], ["RefundUndecidedError", "asked"])
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_shipping_against_a_request_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose buyer wants the money back leaves the shop all the same."""
    unlocked(monkeypatch, OrderInfo)
    checked, asked = meeting(2), meeting(2)

    def wait() -> None:  # nobody asks for money yet; the buyer does before the parcel is written
        checked()
        asked()

    before(monkeypatch, shipping, "_check_is_new", wait)
    packer_make()
    [goods], buyer = shelf(10), shop.buyer()
    order = paid_order(buyer, goods)

    def act(number: int) -> str:
        if not number:
            return tried_to_ship(order)
        checked()
        try:
            return ask_for_money(order.pk)
        finally:
            asked()

    found = in_parallel(2, act)
    tell(f"control: no lock on the order: {found}")
    assert found == ["shipped", "asked"]


# --- Receiving ----------------------------------------------------------------------------------


def test_the_buyer_confirms_while_the_sweep_does(shop: Shop) -> None:
    """Each order is received once, by one of them; and the buyer is never refused."""
    many = crowd(12, on_sqlite=4)
    [goods], buyers = shelf(100), shop.buyers(many)
    packer_make()
    orders = [paid_order(buyer, goods) for buyer in buyers]
    for order in orders:
        ship(order.pk)

    def act(number: int) -> int:
        return sweep() if number >= many else confirm(buyers[number], orders[number])

    *answers, swept, swept_too = in_parallel(many + 2, act)
    assert answers == [200] * many
    by = list(OrderInfo.objects.values_list("received_by", flat=True))
    assert by.count("time") == swept + swept_too
    assert by.count("buyer") == many - swept - swept_too
    assert_audit_clean()
    tell(f"received: {by.count('buyer')} by the buyer, {swept} + {swept_too} by two sweeps")


@pytest.mark.mariadb
def test_control_confirming_twice_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep counts what the buyer has confirmed, and says that nobody did."""
    unlocked(monkeypatch, OrderInfo)
    before(monkeypatch, shipping, "next_delivery", meeting(2))
    packer_make()

    def play() -> Any:
        [goods], buyer = shelf(10), shop.buyer()
        order = paid_order(buyer, goods)
        order.shipments.create(carrier="sf", tracking_no=SF)
        OrderInfo.objects.filter(pk=order.pk).update(shipped_at=timezone.now())
        found = in_parallel(2, lambda number: sweep() if number else confirm(buyer, order))
        order.refresh_from_db()
        return found, order.received_by

    found, by = first_damage(play, lambda found: found == ([200, 1], "time"))
    tell(f"control: no lock on the order: both did it {found}, by {by}")


def test_two_sweeps_share_the_orders(shop: Shop) -> None:
    many = crowd(30, on_sqlite=6)
    [goods], buyer = shelf(1000), shop.buyer()
    packer_make()
    for _ in range(many):
        ship(paid_order(buyer, goods).pk)
    asked = OrderInfo.objects.first()
    assert asked is not None
    RefundRequest.objects.create(order=asked, amount=1, reason="missing")
    swept = in_parallel(2, lambda _number: sweep())
    assert sum(swept) == many - 1
    assert OrderInfo.objects.filter(received_by="time").count() == many - 1
    assert OrderInfo.objects.get(received_at=None) == asked
    assert_audit_clean()
    tell(f"two sweeps: {swept} of {many} orders received, one waits for its refund request")


@pytest.mark.mariadb
def test_control_two_sweeps_without_lock_and_claims(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same orders are counted twice."""
    many = 10
    unlocked(monkeypatch, OrderInfo)
    monkeypatch.setattr(shared_work, "row_claim", lambda row, *, until: True)
    before(monkeypatch, shipping, "next_delivery", meeting(2))
    packer_make()

    def play() -> int:
        [goods], buyer = shelf(100), shop.buyer()
        Shipment.objects.all().delete()
        OrderInfo.objects.update(received_at=timezone.now(), received_by="time",
                                 shipped_at=timezone.now())  # fmt: skip
        for _ in range(many):
            order = paid_order(buyer, goods)
            order.shipments.create(carrier="sf", tracking_no=SF)
            OrderInfo.objects.filter(pk=order.pk).update(shipped_at=timezone.now())
        return sum(in_parallel(2, lambda _number: sweep()))

    counted = first_damage(play, lambda found: found > many)
    tell(f"control: no lock, no claims: {many} orders were received {counted} times")
