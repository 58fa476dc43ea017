"""One buyer at the bounds of what may be held, with two requests at once."""

from collections import Counter
from typing import Any

import pytest

from apps.trade.models import CartLine, OrderInfo, ShoppingCart
from apps.trade.services import carts, checkout, orders
from apps.trade.services.orders import order_close
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .helpers import (
    Shop,
    before,
    first_damage,
    in_carts,
    order_of,
    ordered,
    shelf,
    statuses,
    stock_of,
    uncounted,
    unlocked,
)


def adds_at_the_bound(shop: Shop) -> tuple[Counter[int], int]:
    """Two kinds of goods are added at once, and there is room for one; return what is held."""
    buyer, goods = shop.buyer(), shelf(10, 10)
    answers = in_parallel(2, lambda number: buyer.add(goods[number], 4))
    return statuses(answers), sum(map(in_carts, goods))


def test_two_adds_at_the_bound(shop: Shop, settings: Any) -> None:
    settings.HOLD_MAX_PIECES = 6
    for _ in range(5):
        assert adds_at_the_bound(shop) == ({201: 1, 400: 1}, 4)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_two_adds_at_the_bound_without_the_lock(
    shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOLD_MAX_PIECES = 6
    unlocked(monkeypatch, ShoppingCart)
    before(monkeypatch, carts, "stock_take", meeting(2))
    _outcome, held = first_damage(lambda: adds_at_the_bound(shop), lambda found: found[1] > 6)
    tell(f"control: no lock on the cart: one buyer holds {held} pieces, 6 are allowed")
    assert held == 8


def test_an_add_and_a_checkout_at_the_bound_of_one_kind(shop: Shop, settings: Any) -> None:
    """What the cart gives to the order is counted once, whoever is first."""
    settings.CART_MAX_NUMS = 5
    for _ in range(5):
        buyer, [goods] = shop.buyer(), shelf(20)
        buyer.add(goods, 4)
        in_parallel(2, lambda number, b=buyer, g=goods: b.checkout() if number else b.add(g, 2))
        assert in_carts(goods) + ordered(goods) == 4
    assert_audit_clean()


def checkouts_at_the_bound(shop: Shop) -> tuple[Counter[int], int]:
    """One unpaid order is allowed, and one cart is ordered while it is filled again."""
    buyer, goods = shop.buyer(), shelf(20, 20)
    buyer.add(goods[0], 2)

    def act(number: int) -> Any:
        if number:
            buyer.add(goods[1], 2)
        return buyer.checkout()

    return statuses(in_parallel(2, act)), OrderInfo.objects.filter(user=buyer.user).count()


def test_two_checkouts_at_the_bound_of_unpaid_orders(shop: Shop, settings: Any) -> None:
    settings.ORDER_MAX_UNPAID = 1
    for _ in range(5):
        assert checkouts_at_the_bound(shop) == ({201: 1, 400: 1}, 1)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_two_checkouts_at_the_bound_without_the_lock(
    shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDER_MAX_UNPAID = 1
    unlocked(monkeypatch, ShoppingCart)
    uncounted(monkeypatch, checkout, carts)
    before(monkeypatch, checkout, "_order_insert", meeting(2))

    def play() -> int:
        buyer, [goods] = shop.buyer(), shelf(20)
        buyer.add(goods, 2)
        in_parallel(2, lambda _number: buyer.checkout())
        return OrderInfo.objects.filter(user=buyer.user).count()

    made = first_damage(play, lambda orders: orders > 1)
    tell(f"control: no lock on the cart: {made} unpaid orders, 1 is allowed")
    assert made == 2


@pytest.mark.mariadb
def test_the_lines_that_are_deleted_are_counted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard behind the lock: of twin checkouts the second finds its lines gone."""
    unlocked(monkeypatch, ShoppingCart)
    both = meeting(2)
    seen: Counter[int] = Counter()
    insert = checkout._order_insert

    def insert_after_both_have_read(**fields: Any) -> Any:
        seen["reads"] += 1
        if seen["reads"] <= 2:  # not when the second tries again
            both()
        return insert(**fields)

    monkeypatch.setattr(checkout, "_order_insert", insert_after_both_have_read)
    buyer, [goods] = shop.buyer(), shelf(10)
    buyer.add(goods, 2)
    assert statuses(in_parallel(2, lambda _number: buyer.checkout())) == {201: 1, 400: 1}
    assert (ordered(goods), in_carts(goods), stock_of(goods)) == (2, 0, 8)
    assert_audit_clean()


@pytest.mark.mariadb
def test_a_lock_is_a_write(shop: Shop) -> None:
    """What a cluster certifies: each of these leaves its mark on the row it was alone with."""
    buyer, [goods] = shop.buyer(), shelf(10)
    order = order_of(buyer, goods)
    assert ShoppingCart.objects.get().version == 2  # an add and a checkout
    assert CartLine.objects.count() == 0
    assert order_close(order_id=order.pk, event=orders.Event.CANCEL)
    assert OrderInfo.objects.get().version == 1
