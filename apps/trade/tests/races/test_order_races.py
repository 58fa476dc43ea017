"""The end of an unpaid order: cancelled, swept and paid at once."""

import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.goods.models import StockMovement
from apps.trade.models import OrderInfo, Payment
from apps.trade.services import orders as orders_service
from apps.trade.services import payments
from apps.trade.services.carts import cart_add
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.lapsed_holds import holds_release_lapsed
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell
from utils.db import shared_work

from .cashier import cashier_open, cashier_pay, notice_of, notify
from .fates import CLOSED, FLAGGED, PAID, fate
from .helpers import (
    Buyer,
    Shop,
    before,
    crowd,
    first_damage,
    in_carts,
    order_of,
    pauses,
    shelf,
    sold_of,
    stock_of,
    unlocked,
)

HOUR = timedelta(hours=1)


def sweep() -> dict[str, int]:
    """Close what is unpaid, as if its time were over; the gateway still takes its money."""
    return orders_close_expired(now=timezone.now() + HOUR)


def cancel(buyer: Buyer, order: OrderInfo) -> int:
    return buyer.http.delete(f"/orders/{order.pk}/").status


def test_cancel_expiry_and_payment_at_once(shop: Shop) -> None:
    """Paid with its stock, or closed with its stock back."""
    rounds, many = crowd(2, on_sqlite=1), crowd(4, on_sqlite=3)
    [goods], buyers = shelf(100), shop.buyers(many)
    fates: Counter[str] = Counter()
    for number in range(rounds):
        orders = [order_of(buyer, goods, nums=2) for buyer in buyers]
        late = pauses(number, many, 0.15)
        # Some buyers are at the cashier already: the gateway knows of a trade to close.
        opened = {order.pk: cashier_open(shop, order) for order in orders[::2]}

        def act(
            number: int,
            orders: list[OrderInfo] = orders,
            opened: dict[int, str] = opened,
            late: list[float] = late,
        ) -> Any:
            if number >= 2 * many:
                return sweep()
            order = orders[number % many]
            if number < many:
                return cancel(buyers[number], order)
            trade_no = opened.get(order.pk) or cashier_open(shop, order)
            time.sleep(late[number % many])
            paid = cashier_pay(shop, trade_no).status
            notices_send_due()
            return paid

        answers = in_parallel(2 * many + 2, act)
        assert set(answers[:many]) <= {204, 400}
        assert set(answers[many : 2 * many]) <= {302, 409}
        assert [found["left"] for found in answers[2 * many :]] == [0, 0]
        for order, paid in zip(orders, answers[many:], strict=False):
            assert fate(order) == (PAID if paid == 302 else CLOSED)
            fates[fate(order)] += 1
    assert set(fates) <= {PAID, CLOSED}
    assert (stock_of(goods), sold_of(goods)) == (100 - 2 * fates[PAID], 2 * fates[PAID])
    assert_audit_clean()
    tell(f"cancelled, swept and paid at once: {dict(fates)}")


def test_money_for_closed_orders_while_others_buy(shop: Shop) -> None:
    """Paid when the goods can be had again, else closed, with the money kept and flagged."""
    rounds, many = crowd(2, on_sqlite=1), crowd(4, on_sqlite=3)
    buyers, rivals = shop.buyers(many), shop.buyers(many)
    fates: Counter[str] = Counter()
    for number in range(rounds):
        [goods] = shelf(many)
        late, paid_for = pauses(number, many, 0.3), list[int]()
        orders = [order_of(buyer, goods) for buyer in buyers]
        trades = [cashier_open(shop, order) for order in orders]

        def act(
            number: int,
            orders: list[OrderInfo] = orders,
            trades: list[str] = trades,
            goods: Any = goods,
            late: list[float] = late,
            paid_for: list[int] = paid_for,
        ) -> int:
            role, number = divmod(number, many)
            if role == 0:
                return cancel(buyers[number], orders[number])
            if role == 1:
                time.sleep(late[number])
                try:
                    paid = cashier_pay(shop, trades[number], late=1).status
                    notices_send_due()
                finally:
                    paid_for.append(number)
                return paid
            while len(paid_for) < many:
                if rivals[number].add(goods).status == 201:
                    return 201
            return 400

        answers = in_parallel(3 * many, act)
        assert set(answers[:many]) <= {204, 400}
        assert answers[many : 2 * many] == [302] * many
        assert set(answers[2 * many :]) <= {201, 400}
        found = Counter(map(fate, orders))
        assert set(found) <= {PAID, FLAGGED}
        assert stock_of(goods) == many - found[PAID] - in_carts(goods)
        assert sold_of(goods) == found[PAID]
        fates += found
    assert Payment.objects.count() == rounds * many
    assert_audit_clean()
    tell(f"paid although closed, while others bought: {dict(fates)}")


@pytest.mark.mariadb
def test_control_two_closings_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stock comes back twice."""
    unlocked(monkeypatch, OrderInfo)
    before(monkeypatch, orders_service, "next_status", meeting(2))

    def play() -> tuple[int, list[Any]]:
        [goods], buyer = shelf(10), shop.buyer()
        order = order_of(buyer, goods, nums=2)
        outcome = in_parallel(2, lambda number: sweep() if number else cancel(buyer, order))
        return stock_of(goods), outcome

    stock, outcome = first_damage(play, lambda found: found[0] != 10)
    tell(f"control: no lock on the order: 10 pieces were there, {stock} are for sale")
    assert (stock, outcome[0], outcome[1]["closed"]) == (12, 204, 1)


@pytest.mark.mariadb
def test_control_closing_while_it_is_paid_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a buyer paid for is for sale again."""
    unlocked(monkeypatch, OrderInfo)
    both = meeting(2)
    before(monkeypatch, orders_service, "next_status", both)
    before(monkeypatch, payments, "_why_not_applied", both)

    def play() -> Any:
        [goods], buyer = shelf(10), shop.buyer()
        order = order_of(buyer, goods, nums=2)
        body = notice_of(order, f"T{order.pk}")
        statuses = in_parallel(
            2, lambda number: notify(shop, body)[0] if number else cancel(buyer, order)
        )
        order.refresh_from_db()
        return statuses, order.payments.count(), stock_of(goods), order.pay_status

    outcome, paid, stock, status = first_damage(play, lambda found: found[0] == [204, 200])
    tell(f"control: no lock on the order: it is paid and {status}, and all {stock} are for sale")
    assert (outcome, paid, stock) == ([204, 200], 1, 10)


# --- Sweeps run twice -----------------------------------------------------------------------


def closings(order: OrderInfo) -> int:
    return StockMovement.objects.filter(reference=order.order_sn, reason="close").count()


def test_two_sweeps_of_each_kind_at_once(shop: Shop) -> None:
    many = crowd(24, on_sqlite=10)
    goods, buyers = shelf(500, 500), shop.buyers(many)
    orders = [order_of(buyer, *goods) for buyer in buyers]
    for buyer in buyers:
        cart_add(user_id=buyer.user.pk, goods_id=goods[0].pk, nums=3)

    def act(number: int) -> Any:
        if number % 2:
            return sweep()
        return holds_release_lapsed(now=timezone.now() + HOUR)

    lapsed, swept, lapsed_too, swept_too = in_parallel(4, act)
    # A cart that the one sweep has just locked is skipped by the other.
    assert lapsed + lapsed_too == many
    assert (swept["closed"] + swept_too["closed"], swept["paid"] + swept_too["paid"]) == (many, 0)
    assert [closings(order) for order in orders] == [2] * many  # a line of the ledger per goods
    assert [stock_of(each) for each in goods] == [500, 500]
    assert OrderInfo.objects.filter(closed_by="expire", holds_stock=False).count() == many
    assert_audit_clean()
    tell(f"two sweeps closed {swept['closed']} + {swept_too['closed']} of {many} orders, "
         f"{lapsed} + {lapsed_too} of {many} holds lapsed")  # fmt: skip


@pytest.mark.mariadb
def test_control_two_sweeps_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders are closed twice."""
    many = 10
    unlocked(monkeypatch, OrderInfo)
    monkeypatch.setattr(shared_work, "row_claim", lambda row, *, until: True)
    before(monkeypatch, orders_service, "next_status", meeting(2))

    def play() -> tuple[int, int]:
        [goods] = shelf(many)
        orders = [order_of(buyer, goods) for buyer in shop.buyers(many)]
        swept = in_parallel(2, lambda _number: sweep())
        assert sum(map(closings, orders)) == sum(found["closed"] for found in swept)
        return sum(map(closings, orders)), stock_of(goods)

    closed, stock = first_damage(play, lambda found: found[0] > many)
    tell(f"control: no lock on the order: {many} orders were closed {closed} times, and of "
         f"{many} pieces {stock} are for sale")  # fmt: skip
    assert stock == closed
