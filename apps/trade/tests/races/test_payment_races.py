"""Money that comes by several ways at once, or comes twice."""

import secrets
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from apps.trade.models import OrderInfo, Payment, PaymentNotice
from apps.trade.services import notices, payments
from apps.trade.services.asking import order_ask
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.notices import notice_keep, notice_process
from apps.trade.services.pay_links import ORDERS_PAGE
from apps.trade.services.reconciling import payments_reconcile
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .cashier import cashier_open, cashier_pay, notice_kept, notice_of, notify
from .fates import PAID, fate
from .helpers import Shop, before, crowd, order_of, shelf, sold_of, stock_of, unlocked

SUCCESS = (200, "success")
MANY = 5


def verdicts() -> Counter[str]:
    return Counter(PaymentNotice.objects.values_list("verdict", flat=True))


def test_one_notice_many_times_at_once(shop: Shop) -> None:
    [goods] = shelf(10)
    order = order_of(shop.buyer(), goods, nums=2)
    # Two notices, each of them several times.
    bodies = [notice_of(order, "T1", number=number) for number in range(2)]
    answers = in_parallel(2 * MANY, lambda number: notify(shop, bodies[number % 2]))
    assert answers == [SUCCESS] * 2 * MANY
    assert verdicts() == {"paid": 1, "repeat": 1}
    assert list(PaymentNotice.objects.values_list("repeats", flat=True)) == [MANY - 1] * 2
    [payment] = order.payments.all()
    assert (payment.state, payment.amount, payment.trade_no) == ("applied", 20, "T1")
    assert (sold_of(goods), stock_of(goods)) == (2, 8)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_one_notice_without_its_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored as often as it comes."""
    monkeypatch.setattr(notices, "content_key", lambda source, params: secrets.token_hex(16))
    [goods] = shelf(10)
    body = notice_of(order_of(shop.buyer(), goods, nums=2), "T1")
    assert in_parallel(MANY, lambda _number: notify(shop, body)) == [SUCCESS] * MANY
    assert PaymentNotice.objects.count() == MANY


def test_one_stored_notice_processed_twice_at_once(shop: Shop) -> None:
    """By the request that brought it, and by reconciling: its verdict is the first one's."""
    [goods], buyer = shelf(100), shop.buyer()
    rounds = crowd(6, on_sqlite=2)
    for number in range(rounds):
        body = notice_of(order_of(buyer, goods, nums=2), f"T{number}")
        kept = notice_keep(params=dict(parse_qsl(body)), raw=body, is_genuine=True)
        processed = in_parallel(2, lambda _number, kept=kept: notice_process(notice_id=kept.pk))
        assert processed == ["paid", "paid"]
    assert verdicts() == {"paid": rounds}
    assert sold_of(goods) == 2 * rounds
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_one_notice_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unique constraint is left, and what it stops is a 500 for Alipay."""
    [goods] = shelf(10)
    order = order_of(shop.buyer(), goods, nums=2)
    bodies = [notice_of(order, "T1", number=number) for number in range(MANY)]
    with monkeypatch.context() as guards_off:
        unlocked(guards_off, OrderInfo)
        before(guards_off, payments, "_why_not_applied", meeting(MANY))
        answers = Counter(status for status, _body in in_parallel(
            MANY, lambda number: notify(shop, bodies[number])
        ))  # fmt: skip
    tell(f"control: no lock on the order: {answers[500]} of {MANY} notices failed")
    assert answers == {200: 1, 500: MANY - 1}
    assert verdicts() == {"paid": 1, "received": MANY - 1}
    # Reconciling takes up what was left.
    payments_reconcile(now=timezone.now() + timedelta(minutes=2))
    assert verdicts() == {"paid": 1, "repeat": MANY - 1}
    assert sold_of(goods) == 2


def test_notice_return_query_sweep_and_cancel_at_once(shop: Shop) -> None:
    """The gateway says paid, and whoever hears it first tells the others."""
    for _ in range(crowd(4, on_sqlite=2)):
        [goods], buyer = shelf(10), shop.buyer()
        order = order_of(buyer, goods, nums=2)
        trade_no = cashier_open(shop, order)
        back = cashier_pay(shop, trade_no, drop=1).location.removeprefix(shop.origin)
        body, later = notice_kept(order), timezone.now() + timedelta(hours=1)
        acts: list[Any] = [
            lambda body=body: notify(shop, body),
            lambda body=body: notify(shop, body),
            lambda back=back: shop.anybody().get(back).location,
            lambda back=back: shop.anybody().get(back).location,
            lambda order=order: order_ask(order_id=order.pk),
            lambda order=order: order_ask(order_id=order.pk),
            lambda order=order, buyer=buyer: buyer.http.delete(f"/orders/{order.pk}/").status,
            lambda later=later: orders_close_expired(now=later)["closed"],
        ]
        answers = in_parallel(len(acts), lambda number, acts=acts: acts[number]())
        assert answers == [SUCCESS, SUCCESS, ORDERS_PAGE, ORDERS_PAGE, True, True, 400, 0]
        assert fate(order) == PAID
        heard = Counter(PaymentNotice.objects.filter(order=order).values_list("verdict", flat=True))
        assert (heard["paid"], set(heard)) == (1, {"paid", "repeat"})
        assert (sold_of(goods), stock_of(goods)) == (2, 8)
    assert_audit_clean()


def two_trades(shop: Shop, order: OrderInfo) -> list[tuple[int, str]]:
    bodies = [notice_of(order, f"{order.pk}-{number}") for number in range(2)]
    answers: list[tuple[int, str]] = in_parallel(2, lambda number: notify(shop, bodies[number]))
    return answers


def test_two_trades_pay_one_order(shop: Shop) -> None:
    """One pays it; the money of the other is kept, to be given back."""
    rounds = crowd(6, on_sqlite=2)
    [goods], buyer = shelf(100), shop.buyer()
    for _ in range(rounds):
        order = order_of(buyer, goods, nums=2)
        assert two_trades(shop, order) == [SUCCESS, SUCCESS]
        states = order.payments.order_by("state").values_list("state", "flag", "amount")
        assert list(states) == [("applied", "", 20), ("flagged", "duplicate", 20)]
        order.refresh_from_db()
        assert order.trade_no == order.payments.get(state="applied").trade_no
    assert verdicts() == {"paid": rounds, "flagged": rounds}
    assert (sold_of(goods), stock_of(goods)) == (2 * rounds, 100 - 2 * rounds)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_two_trades_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes itself for the one; the second is not written down at all."""
    unlocked(monkeypatch, OrderInfo)
    before(monkeypatch, payments, "_why_not_applied", meeting(2))
    [goods], buyer = shelf(100), shop.buyer()
    order = order_of(buyer, goods, nums=2)
    answers = Counter(status for status, _body in two_trades(shop, order))
    tell(f"control: no lock on the order: two trades paid, {Payment.objects.count()} is known")
    assert answers == {200: 1, 500: 1}
    assert Payment.objects.count() == 1
