"""Refunds that are asked for twice at once: the money goes back once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, Payment, Refund
from apps.trade.services import refunds
from apps.trade.services.refunds import (
    RefundTooLargeError,
    refund_done,
    refund_open,
    refund_send,
)
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxRefund, SandboxTrade
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .cashier import pay
from .helpers import Shop, before, crowd, first_damage, order_of, shelf, sold_of, stock_of, unlocked

PART = Decimal("5.00")


@pytest.fixture
def staff_id(_database: None) -> int:
    return UserProfile.objects.create_user("clerk", is_staff=True).pk


def payment_of(shop: Shop, goods: Goods) -> Payment:
    """An order of two pieces for 20 yuan, paid at the cashier."""
    order = order_of(shop.buyer(), goods, nums=2)
    pay(shop, order)
    return order.payments.get()


def opened(payment: Payment, amount: Decimal, staff_id: int) -> Refund:
    return refund_open(payment_id=payment.pk, amount=amount, reason="r", staff_id=staff_id)


def send_twice(refund: Refund) -> list[str]:
    """Send one refund by two of the staff, while the gateway's notices of it come in."""

    def act(_number: int) -> str:
        state = refund_send(refund_id=refund.pk).state
        notices_send_due()
        return str(state)

    states: list[str] = in_parallel(2, act)
    return states


def given_back(payment: Payment) -> Decimal:
    """What the gateway gave back of it."""
    return SandboxTrade.objects.get(trade_no=payment.trade_no).refunded_amount


@pytest.mark.parametrize("amount", [PART, Decimal("20.00")])
def test_one_refund_sent_twice(shop: Shop, staff_id: int, amount: Decimal) -> None:
    is_all = amount == 20
    for _ in range(crowd(4, on_sqlite=2)):
        [goods] = shelf(10)
        payment = payment_of(shop, goods)
        refund = opened(payment, amount, staff_id)
        assert send_twice(refund) == ["done", "done"]
        payment.refresh_from_db()
        assert payment.refunded == given_back(payment) == amount
        assert SandboxRefund.objects.filter(trade__trade_no=payment.trade_no).count() == 1
        assert payment.order.pay_status == ("TRADE_CLOSED" if is_all else "TRADE_SUCCESS")
        assert (stock_of(goods), sold_of(goods)) == ((10, 0) if is_all else (8, 2))
    assert Refund.objects.count() == SandboxRefund.objects.count()
    assert_audit_clean()


@pytest.mark.mariadb
def test_one_refund_done_twice_at_once(
    shop: Shop, staff_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both know it as under way before they lock: what it is, each has to see behind the lock."""
    [goods] = shelf(10)
    payment = payment_of(shop, goods)
    refund = opened(payment, PART, staff_id)
    before(monkeypatch, refunds, "_payment_lock", meeting(2))
    news = in_parallel(2, lambda _n: refund_done(refund_id=refund.pk, done_at=timezone.now()))
    assert sorted(news) == [False, True]
    payment.refresh_from_db()
    assert payment.refunded == PART


def send_at_once(refunds_open: list[Refund]) -> list[str]:
    states: list[str] = in_parallel(
        len(refunds_open), lambda number: refund_send(refund_id=refunds_open[number].pk).state
    )
    return states


def test_two_parts_at_once(shop: Shop, staff_id: int) -> None:
    rounds = crowd(4, on_sqlite=2)
    [goods] = shelf(10)
    for _ in range(rounds):
        payment = payment_of(shop, goods)
        parts = [opened(payment, amount, staff_id) for amount in (PART, 2 * PART)]
        assert send_at_once(parts) == ["done", "done"]
        notices_send_due()
        payment.refresh_from_db()
        assert payment.refunded == given_back(payment) == 3 * PART
    assert (stock_of(goods), sold_of(goods)) == (10 - 2 * rounds, 2 * rounds)
    assert_audit_clean()


def open_twice(payment: Payment, amount: Decimal, staff_id: int) -> Counter[str]:
    def act(_number: int) -> str:
        try:
            return str(opened(payment, amount, staff_id).state)
        except RefundTooLargeError as error:
            return f"left: {error.left}"

    return Counter(in_parallel(2, act))


def test_all_of_the_money_twice(shop: Shop, staff_id: int) -> None:
    """The second of the staff hears that nothing is left."""
    for _ in range(crowd(4, on_sqlite=2)):
        [goods] = shelf(10)
        payment = payment_of(shop, goods)
        assert open_twice(payment, Decimal(20), staff_id) == {"pending": 1, "left: 0.00": 1}
        assert payment.refunds.get().amount == 20
    assert_audit_clean()


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A context in which two refunds meet before they would lock, and then lock nothing."""

    @contextmanager
    def off() -> Iterator[None]:
        with monkeypatch.context() as guards_off:
            unlocked(guards_off, OrderInfo, Payment, Refund)
            before(guards_off, refunds, "_payment_lock", meeting(2))
            yield

    return off


@pytest.mark.mariadb
def test_control_one_refund_without_the_locks(shop: Shop, staff_id: int, no_locks: Any) -> None:
    """What went back once is taken off the sales, and put back to stock, twice."""

    def play() -> tuple[int, int]:
        [goods] = shelf(10)
        payment_of(shop, goods)
        refund = opened(payment_of(shop, goods), Decimal(20), staff_id)
        with no_locks():
            in_parallel(2, lambda _number: refund_send(refund_id=refund.pk))
        notices_send_due()
        return stock_of(goods), sold_of(goods)

    stock, sold = first_damage(play, lambda found: found != (8, 2))
    tell(f"control: no locks: 1 of 2 orders refunded, and of 10 pieces {stock} are for sale "
         f"and {sold} sold")  # fmt: skip
    assert (stock, sold) == (10, 0)


@pytest.mark.mariadb
def test_control_two_parts_without_the_locks(shop: Shop, staff_id: int, no_locks: Any) -> None:
    """One of them is not counted: it could be given back once more."""

    def play() -> tuple[Decimal, Decimal]:
        [goods] = shelf(10)
        payment = payment_of(shop, goods)
        parts = [opened(payment, PART, staff_id) for _ in range(2)]
        with no_locks():
            send_at_once(parts)
        payment.refresh_from_db()
        counted = payment.refunded
        notices_send_due()  # of which the sum is Alipay's: they would set it right
        return counted, given_back(payment)

    counted, moved = first_damage(play, lambda found: found[0] != found[1])
    tell(f"control: no locks: {moved} yuan went back, {counted} are counted")
    assert (counted, moved) == (PART, 2 * PART)


@pytest.mark.mariadb
def test_control_all_of_the_money_without_the_locks(
    shop: Shop, staff_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 of 20 yuan are promised."""
    unlocked(monkeypatch, OrderInfo, Payment)
    before(monkeypatch, refunds, "refundable", meeting(2))
    [goods] = shelf(100)

    def play() -> Any:
        payment = payment_of(shop, goods)
        outcome = open_twice(payment, Decimal(20), staff_id)
        return outcome, sum(payment.refunds.values_list("amount", flat=True))

    outcome, promised = first_damage(play, lambda found: found[0]["pending"] == 2)
    tell(f"control: no locks: {promised} of 20 yuan are promised back")
    assert promised == 40
