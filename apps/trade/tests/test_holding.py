"""What one buyer may hold, and for how long: every way to keep more, or for longer, is tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, HoldWindow, OrderInfo
from apps.trade.services.carts import hold_release
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.hold_windows import hold_windows_purge
from apps.trade.services.lapsed_holds import holds_release_lapsed
from tests.audit import assert_audit_clean
from tests.clients import send

from .addresses import DESTINATION

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gateway")]

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
UNPAID = ("paying", "WAIT_BUYER_PAY")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def add(client: APIClient, goods: Goods, nums: int = 1) -> Any:
    return client.post("/shopcarts/", {"goods": goods.pk, "nums": nums})


def patch(client: APIClient, goods: Goods, nums: int) -> Any:
    return send(client, "patch", f"/shopcarts/{goods.pk}/", {"nums": nums})


def order(client: APIClient, **headers: str) -> Any:
    return client.post("/orders/", DESTINATION, headers=headers)


def cancel_all(client: APIClient) -> None:
    for row in client.get("/orders/").json():
        if row["pay_status"] in UNPAID:
            assert client.delete(f"/orders/{row['id']}/").status_code == 204


def held_until(client: APIClient) -> list[Any]:
    return [line["held_until"] for line in client.get("/shopcarts/").json()]


# --- How much -----------------------------------------------------------------------------


def test_one_account_does_not_empty_the_shop(mine, theirs, settings):
    """It took 12,362 pieces of 103 goods with 187 requests, for nothing."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    settings.CART_MAX_NUMS, settings.HOLD_MAX_PIECES, settings.ORDER_MAX_UNPAID = 9, 40, 3
    category = make_category()
    shelf = [make_goods(category, stock=25, name=f"{number}") for number in range(12)]
    for _round in range(5):
        for goods in shelf:
            for nums in (9, 1):
                add(mine, goods, nums)
        order(mine)
    held = 12 * 25 - sum(Goods.objects.values_list("goods_num", flat=True))
    assert held == 40
    assert max(25 - nums for nums in Goods.objects.values_list("goods_num", flat=True)) == 9
    assert OrderInfo.objects.count() <= 3
    assert [add(theirs, goods, 1).status_code for goods in shelf] == [201] * 12
    assert_audit_clean()


def test_pieces_of_one_kind_are_counted_over_cart_and_orders(mine, goods, stock, settings):
    settings.CART_MAX_NUMS = 4
    assert add(mine, goods, 3).status_code == 201
    assert order(mine).status_code == 201
    refusal = add(mine, goods, 2)
    assert (refusal.status_code, refusal.json()) == (
        400, {"nums": ["每种商品最多购买4件，未付款订单中已有3件"]},
    )  # fmt: skip
    assert add(mine, goods, 1).status_code == 201
    assert patch(mine, goods, 2).status_code == 400
    assert stock(goods) == 6
    cancel_all(mine)
    assert patch(mine, goods, 4).status_code == 200
    assert stock(goods) == 6


def test_in_english(mine, goods, settings):
    settings.LANGUAGE_CODE, settings.CART_MAX_NUMS = "en", 4
    add(mine, goods, 3)
    order(mine)
    assert add(mine, goods, 2).json() == {
        "nums": ["At most 4 pieces of one kind; unpaid orders have 3."]
    }


def test_a_lapsed_line_is_counted_when_it_is_ordered(mine, goods, settings):
    """Its pieces hold nothing, so nothing was counted when it came into the cart."""
    settings.CART_MAX_NUMS = 4
    add(mine, goods, 3)
    holds_release_lapsed(now=timezone.now() + minutes(31))
    settings.CART_MAX_NUMS = 2
    refusal = order(mine)
    assert (refusal.status_code, refusal.json()) == (
        400, {"non_field_errors": ["每种商品最多购买2件"]},
    )  # fmt: skip


def test_pieces_of_all_kinds_have_a_bound(mine, goods, pears, stock, settings):
    settings.HOLD_MAX_PIECES = 6
    text = {"non_field_errors": ["购物车和未付款订单中的商品合计最多占用6件"]}
    assert add(mine, goods, 4).status_code == 201
    assert order(mine).status_code == 201
    assert add(mine, pears, 3).json() == text
    assert add(mine, pears, 2).status_code == 201
    assert (add(mine, goods, 1).json(), patch(mine, pears, 3).json()) == (text, text)
    assert (stock(goods), stock(pears)) == (6, 3)
    assert add(mine, pears, 50).json() == {"nums": ["库存不足"]}  # rather than the bound
    # Fewer may always be had, and the same.
    assert [patch(mine, pears, nums).status_code for nums in (2, 1)] == [200, 200]


def test_a_lapsed_line_beyond_the_bound_stays_as_a_wish(mine, goods, pears, stock, settings, clock):
    settings.HOLD_MAX_PIECES = 6
    add(mine, pears, 4)
    clock.shift(minutes(31))
    add(mine, goods, 6)
    assert patch(mine, pears, 4).status_code == 200
    assert held_until(mine)[1] is None
    assert (stock(goods), stock(pears)) == (4, 5)
    text = {"non_field_errors": ["购物车和未付款订单中的商品合计最多占用6件"]}
    refusal = order(mine)
    assert (refusal.status_code, refusal.json()) == (400, text)
    assert_audit_clean()


def test_unpaid_orders_have_a_bound(mine, goods, stock, settings, clock):
    settings.ORDER_MAX_UNPAID = 2
    for _ in range(2):
        add(mine, goods, 1)
        assert order(mine).status_code == 201
    add(mine, goods, 1)
    for headers in ({}, {"Idempotency-Key": "again"}):
        refusal = order(mine, **headers)
        assert (refusal.status_code, refusal.json()) == (
            400, {"non_field_errors": ["您有2笔未付款订单，请先付款或取消其中一笔"]},
        )  # fmt: skip
    assert (stock(goods), OrderInfo.objects.count()) == (7, 2)
    # By the clock they are over, though no sweep has closed them.
    clock.shift(minutes(30))
    assert order(mine).status_code == 201


def test_what_is_paid_is_not_held(mine, goods, gateway, settings):
    settings.ORDER_MAX_UNPAID, settings.CART_MAX_NUMS, settings.HOLD_MAX_PIECES = 1, 3, 3
    for _ in range(3):
        assert add(mine, goods, 3).status_code == 201
        gateway.pay(order(mine).json()["alipay_url"])


def test_another_buyer_has_bounds_of_his_own(mine, theirs, goods, settings):
    settings.CART_MAX_NUMS = settings.HOLD_MAX_PIECES = 4
    assert [add(client, goods, 4).status_code for client in (mine, theirs)] == [201, 201]


# --- How long: every way to keep pieces from others -----------------------------------------

Way = Callable[[APIClient, Goods], object]


def keep_patching(client: APIClient, goods: Goods) -> None:
    patch(client, goods, 3)


def one_more_one_less(client: APIClient, goods: Goods) -> None:
    patch(client, goods, 4)
    patch(client, goods, 3)


def remove_and_add(client: APIClient, goods: Goods) -> None:
    client.delete(f"/shopcarts/{goods.pk}/")
    add(client, goods, 3)


def order_cancel_and_add(client: APIClient, goods: Goods) -> None:
    order(client)
    cancel_all(client)
    add(client, goods, 3)


def cancel_and_order_again(client: APIClient, goods: Goods) -> None:
    cancel_all(client)
    if not client.get("/shopcarts/").json():
        add(client, goods, 3)
    order(client)


def order_when_nothing_is_held(client: APIClient, goods: Goods) -> None:
    """A cart until it lapses, then an order, then another."""
    if not client.get("/shopcarts/").json():
        add(client, goods, 3)
    patch(client, goods, 3)
    if held_until(client) == [None]:
        order(client)


def all_at_once(client: APIClient, goods: Goods) -> None:
    add(client, goods, 1)
    one_more_one_less(client, goods)
    order(client)
    add(client, goods, 2)


WAYS: list[Way] = [
    keep_patching, one_more_one_less, remove_and_add, order_cancel_and_add,
    cancel_and_order_again, order_when_nothing_is_held, all_at_once,
]  # fmt: skip


def held_now() -> timedelta:
    """Until when the latest hold lasts, cart or order, from now on."""
    ends = [line.held_until for line in CartLine.objects.exclude(held_until=None)]
    ends += OrderInfo.objects.filter(pay_status__in=UNPAID).values_list("expires_at", flat=True)
    return max([end - timezone.now() for end in ends], default=timedelta())


@pytest.mark.slow  # six hours of a buyer's tries, in every way
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", [14, 29])
def test_no_way_holds_for_ever(mine, goods, stock, settings, clock, way, step):
    """Over six hours, tried every few minutes: at most 90 minutes on end, 3/4 of the time."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    settings.ZEAL_NPLUSONE_THRESHOLD = 1000
    add(mine, goods, 3)
    held = stretch = longest = timedelta()
    for _ in range(6 * 60 // step):
        way(mine, goods)
        is_held = max(timedelta(), min(held_now(), minutes(step)))
        held, stretch = held + is_held, stretch + is_held
        longest = max(longest, stretch)
        if is_held < minutes(step):
            stretch = timedelta()
        clock.shift(minutes(step))
        holds_release_lapsed()
        orders_close_expired()
    assert longest <= minutes(90)
    assert held <= minutes(6 * 60 * 0.75 + 90)
    clock.shift(minutes(31))
    holds_release_lapsed()
    orders_close_expired()
    assert stock(goods) == 10
    assert_audit_clean()


def test_a_line_beyond_its_window_is_a_wish_and_can_be_ordered(mine, goods, stock, clock):
    add(mine, goods, 3)
    clock.shift(minutes(29))
    patch(mine, goods, 3)
    assert held_until(mine) == ["2026-11-23T10:59:00+08:00"]
    clock.shift(minutes(29))
    patch(mine, goods, 4)
    assert held_until(mine) == ["2026-11-23T11:00:00+08:00"]  # no later than that
    clock.shift(minutes(2))
    response = add(mine, goods, 1)
    assert (response.status_code, response.json()) == (201, {"goods": goods.pk, "nums": 5})
    assert (held_until(mine), stock(goods)) == ([None], 10)
    assert add(mine, goods, 6).json() == {"nums": ["库存不足"]}
    clock.shift(minutes(20))
    answer = order(mine)
    assert (answer.status_code, answer.json()["expires_at"]) == (201, "2026-11-23T11:50:00+08:00")
    assert stock(goods) == 5
    assert_audit_clean()


def test_after_a_pause_it_holds_again(mine, goods, clock):
    add(mine, goods, 3)
    clock.shift(minutes(29))
    patch(mine, goods, 3)  # until 10:59
    clock.shift(minutes(31))
    for minute, until in [(60, None), (88, None), (89, "2026-11-23T11:59:00+08:00")]:
        clock.move_to(NOW + minutes(minute))
        patch(mine, goods, 3)
        assert held_until(mine) == [until], minute


def test_a_wrong_address_is_no_abuse(mine, goods, clock):
    """Ordered, cancelled and ordered again at once: the time to pay is as long as before."""
    for minute in (0, 2, 4):
        clock.move_to(NOW + minutes(minute))
        add(mine, goods, 3)
        answer = order(mine).json()
        assert answer["expires_at"] == (NOW + minutes(minute + 30)).isoformat()
        cancel_all(mine)


def test_orders_that_were_not_paid_end_with_the_window(mine, goods, pears, stock, clock):
    for minute, until in [(0, 30), (31, 61), (62, 90)]:
        clock.move_to(NOW + minutes(minute))
        add(mine, goods, 3)
        assert order(mine).json()["expires_at"] == (NOW + minutes(until)).isoformat()
    clock.move_to(NOW + minutes(91))
    assert orders_close_expired()["closed"] == 3
    add(mine, goods, 3)
    for headers in ({}, {"Idempotency-Key": "again"}):
        refusal = order(mine, **headers)
        assert (refusal.status_code, refusal.json()) == (
            400, {"non_field_errors": ["“脐橙”此前下单后未付款，请于12:00之后再下单"]},
        )  # fmt: skip
    assert stock(goods) == 10
    mine.delete(f"/shopcarts/{goods.pk}/")
    add(mine, pears, 1)
    assert order(mine).status_code == 201  # other goods are another matter
    clock.move_to(NOW + minutes(120))
    add(mine, goods, 3)
    assert order(mine).json()["expires_at"] == (NOW + minutes(150)).isoformat()


@pytest.mark.parametrize(("bought", "is_fresh"), [(1, False), (2, True)])
def test_who_buys_half_of_what_was_held_starts_anew(mine, goods, gateway, clock, bought, is_fresh):
    """And who buys one of many does not: that would be a cheap way to keep the rest."""
    add(mine, goods, 4)
    clock.shift(minutes(20))
    patch(mine, goods, bought)
    gateway.pay(order(mine).json()["alipay_url"])
    clock.shift(minutes(20))
    add(mine, goods, 3)
    until = NOW + minutes(40 + 30 if is_fresh else 60)
    assert held_until(mine) == [until.isoformat()]


def test_a_hold_that_staff_ended_is_not_taken_back_at_once(mine, buyer, goods, stock, clock):
    add(mine, goods, 3)
    assert hold_release(user_id=buyer.pk, goods_id=goods.pk)
    for again in (lambda: patch(mine, goods, 3), lambda: remove_and_add(mine, goods)):
        again()
        assert (held_until(mine), stock(goods)) == ([None], 10)
    clock.shift(minutes(30))
    patch(mine, goods, 3)
    assert (held_until(mine), stock(goods)) == (["2026-11-23T11:00:00+08:00"], 7)


def test_pieces_given_back_long_ago_are_forgotten(mine, goods, clock):
    add(mine, goods, 3)
    clock.shift(minutes(5))
    mine.delete(f"/shopcarts/{goods.pk}/")
    clock.shift(minutes(30))
    add(mine, goods, 3)
    clock.shift(minutes(29))
    patch(mine, goods, 3)
    assert held_until(mine) == [(NOW + minutes(94)).isoformat()]


def test_the_sweep_being_late_costs_its_buyer_nothing(mine, goods, clock):
    """The pause counts from when the hold was over, not from when it was swept."""
    add(mine, goods, 3)
    clock.shift(minutes(55))
    holds_release_lapsed()
    clock.shift(minutes(5))
    patch(mine, goods, 3)
    assert held_until(mine) == [(NOW + minutes(90)).isoformat()]


def test_windows_are_purged_when_they_are_over_for_sure(mine, goods, pears, clock):
    add(mine, goods, 3)
    clock.shift(minutes(10))
    add(mine, pears, 1)
    clock.move_to(NOW + minutes(150))
    assert hold_windows_purge() == 0
    clock.shift(timedelta(seconds=1))
    assert hold_windows_purge() == 1
    assert list(HoldWindow.objects.values_list("goods_id", flat=True)) == [pears.pk]


# --- Queries ------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 15])
def test_an_add_takes_the_same_queries_for_any_cart(mine, goods, more, django_assert_num_queries):
    for number in range(more):
        add(mine, make_goods(goods.category, stock=3, name=f"{number}"))
        if number % 4 == 0:
            order(mine)
    add(mine, goods)
    # Session and user; the transaction's savepoint, the cart's lock, the account and the time, the
    # cart's lines, what unpaid orders have, the window, the goods, stock and ledger, the line, the
    # window.
    with django_assert_num_queries(2 + 12):
        assert add(mine, goods, 1).status_code == 201


def test_queries_of_the_first_add(mine, goods, django_assert_num_queries):
    """The savepoint, the lock of a cart that is not there, and back; the cart; then as any add,
    with a window that is new."""
    with django_assert_num_queries(2 + 3 + 1 + 12 + 1):
        assert add(mine, goods).status_code == 201
