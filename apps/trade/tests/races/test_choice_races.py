"""Checkouts of what buyers chose, and previews, that meet others."""

import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.goods.models import Goods, StockMovement
from apps.goods.services import stock as stock_service
from apps.trade.models import (
    CartLine,
    FreightRule,
    OrderGoods,
    OrderInfo,
    ShoppingCart,
)
from apps.trade.services import checkout, checkout_rules
from apps.trade.services.cart_locks import cart_lock
from apps.trade.services.checkout_preview import order_preview
from apps.trade.services.checkout_rules import check_shown_total
from apps.trade.tests.addresses import DESTINATION
from apps.trade.views import checkout as views
from apps.users.tokens import token_make
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .helpers import (
    Answer,
    Buyer,
    Shop,
    before,
    crowd,
    first_damage,
    in_carts,
    ordered,
    pauses,
    shelf,
    statuses,
    stock_of,
    uncounted,
    unlocked,
)


def buy_now(buyer: Buyer, goods: Goods, nums: int = 1, **fields: Any) -> Answer:
    return buyer.checkout(buy_now={"goods": goods.pk, "nums": nums}, **fields)


# --- Selections of one cart that overlap --------------------------------------------------


def overlapping(shop: Shop, goods: list[Goods]) -> list[Answer]:
    """The first two of three lines are ordered, and at once the last two."""
    buyer = shop.buyer()
    for each in goods:
        buyer.add(each, 2)
    first, second = [row.pk for row in goods[:2]], [row.pk for row in goods[1:]]
    answers: list[Answer] = in_parallel(
        2, lambda number: buyer.checkout(goods=second if number else first)
    )
    return answers


def test_overlapping_selections_make_one_order(shop: Shop) -> None:
    for _ in range(crowd(5, on_sqlite=2)):
        goods = shelf(10, 10, 10)
        answers = overlapping(shop, goods)
        assert statuses(answers) == {201: 1, 400: 1}
        assert [list(answer.body) for answer in answers if answer.status == 400] == [["goods"]]
        assert sum(map(ordered, goods)) == 4
        assert sum(map(in_carts, goods)) == 2
        assert [stock_of(each) for each in goods] == [8, 8, 8]
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_overlapping_selections_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line in the middle is ordered twice, and taken out of stock once."""
    unlocked(monkeypatch, ShoppingCart)
    uncounted(monkeypatch, checkout)
    before(monkeypatch, checkout, "_order_insert", meeting(2))
    goods = shelf(10, 10, 10)
    outcome = statuses(overlapping(shop, goods))
    middle = goods[1]
    tell(f"control: no lock on the cart: {outcome[201]} orders of overlapping selections, "
         f"{ordered(middle)} pieces ordered and {10 - stock_of(middle)} taken")  # fmt: skip
    assert (outcome[201], ordered(middle), stock_of(middle)) == (2, 4, 8)


def test_a_selection_while_the_rest_is_changed(shop: Shop) -> None:
    """What is not ordered stays as its own requests leave it."""
    rounds = crowd(6, on_sqlite=2)
    for late in pauses(3, rounds, 0.02):
        buyer, goods = shop.buyer(), shelf(10, 10)
        for each in goods:
            buyer.add(each, 2)

        def act(number: int, b: Buyer = buyer, g: Any = goods, late: float = late) -> Answer:
            if number:
                time.sleep(late)
                return b.add(g[1], 3)
            return b.checkout(goods=[g[0].pk])

        assert statuses(in_parallel(2, act)) == {201: 2}
        assert [(ordered(each), in_carts(each)) for each in goods] == [(2, 0), (0, 5)]
    assert_audit_clean()


# --- The last piece -----------------------------------------------------------------------


def last_piece(shop: Shop, late: float = 0) -> tuple[Counter[int], int, Goods]:
    """One buyer puts it into the cart, another buys it now; return who got it."""
    [goods] = shelf(1)
    first, second = shop.buyers(2)

    def act(number: int) -> Answer:
        if number:
            time.sleep(max(late, 0))
            return buy_now(second, goods)
        time.sleep(max(-late, 0))
        return first.add(goods)

    answers = in_parallel(2, act)
    return statuses(answers), [answer.status for answer in answers].index(201), goods


def test_the_last_piece_goes_to_a_cart_or_is_bought(shop: Shop) -> None:
    who: Counter[int] = Counter()
    for late in pauses(5, crowd(8, on_sqlite=4), 0.04):
        outcome, winner, goods = last_piece(shop, late - 0.02)
        who[winner] += 1
        assert outcome == {201: 1, 400: 1}
        assert (in_carts(goods) + ordered(goods), stock_of(goods)) == (1, 0)
    assert_audit_clean()
    tell(f"the last piece: {who[0]} times in a cart, {who[1]} times bought now")


@pytest.mark.mariadb
def test_control_the_last_piece_read_and_then_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both get it."""
    both = meeting(2)
    unlocked(monkeypatch, Goods)

    def move(*, deltas: dict[int, int], reason: str, reference: str) -> bool:
        [(goods_id, delta)] = deltas.items()
        goods = Goods.objects.get(pk=goods_id)
        if goods.goods_num + delta < 0:
            return False
        both()
        goods.goods_num += delta
        goods.save(update_fields=["goods_num"])
        StockMovement.objects.create(goods=goods, delta=delta, reason=reason, reference=reference)
        return True

    with monkeypatch.context() as patched:
        [goods] = shelf(1)  # the shelf is filled by the real one
        buyers = shop.buyers(2)
        patched.setattr(stock_service, "_move", move)
        outcome = first_damage(
            lambda: statuses(
                in_parallel(2, lambda n: buy_now(buyers[1], goods) if n else buyers[0].add(goods))
            ),
            lambda outcome: outcome[201] == 2,
        )
    tell(f"control: stock read, then written: {outcome[201]} buyers got the last piece")
    assert in_carts(goods) + ordered(goods) == 2


# --- Two clicks ---------------------------------------------------------------------------


def two_clicks(buyer: Buyer, goods: Goods) -> list[Answer]:
    answers: list[Answer] = in_parallel(2, lambda _number: buy_now(buyer, goods, 2))
    return answers


@pytest.mark.parametrize("has_cart", [True, False])
def test_two_clicks_buy_once(shop: Shop, has_cart: bool) -> None:
    """Also the very first thing that a buyer does: there is no cart to lock yet."""
    for _ in range(crowd(5, on_sqlite=2)):
        buyer, [goods, other] = shop.buyer(), shelf(10, 10)
        if has_cart:
            buyer.add(other)
        answers = two_clicks(buyer, goods)
        assert statuses(answers) == {201: 1, 400: 1}
        assert (ordered(goods), stock_of(goods)) == (2, 8)
    assert_audit_clean()


def test_two_clicks_under_one_key_get_one_answer(shop: Shop) -> None:
    """Or the second hears that the first is still at work."""
    buyer, [goods] = shop.buyer(), shelf(10)
    caller = shop.anybody(
        Authorization=f"JWT {token_make(buyer.user)}", **{"Idempotency-Key": "one-click"}
    )
    body = {**DESTINATION, "buy_now": {"goods": goods.pk, "nums": 2}}
    answers = in_parallel(2, lambda _number: caller.post("/orders/", body))
    made = [answer.body for answer in answers if answer.status == 201]
    assert {answer.status for answer in answers} <= {201, 409}
    assert len({row["id"] for row in made}) == 1
    assert caller.post("/orders/", body).body == made[0]
    assert (ordered(goods), stock_of(goods)) == (2, 8)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_two_clicks_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other's order."""
    unlocked(monkeypatch, ShoppingCart)
    before(monkeypatch, checkout, "check_second_click", meeting(2))
    buyer, [goods] = shop.buyer(), shelf(10)
    buyer.add(goods)
    outcome = statuses(two_clicks(buyer, goods))
    tell(f"control: no lock on the cart: two clicks made {outcome[201]} orders")
    assert (outcome, ordered(goods)) == ({201: 2}, 4)


@pytest.mark.mariadb
def test_control_two_clicks_that_are_not_told_apart(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock alone: they come one after the other, and both buy."""
    monkeypatch.setattr(checkout_rules, "SECOND_CLICK", timedelta(0))
    buyer, [goods] = shop.buyer(), shelf(10)
    outcome = statuses(two_clicks(buyer, goods))
    tell(f"control: no look at the last order: two clicks made {outcome[201]} orders")
    assert (outcome, ordered(goods)) == ({201: 2}, 4)


def purchases_at_the_bound(shop: Shop) -> int:
    """Six of seven pieces may be held: the cart gets four more while three are bought now."""
    buyer, [goods] = shop.buyer(), shelf(20)
    in_parallel(2, lambda number: buy_now(buyer, goods, 3) if number else buyer.add(goods, 4))
    return in_carts(goods) + ordered(goods)


def test_a_purchase_and_an_add_at_the_bound_of_one_kind(shop: Shop, settings: Any) -> None:
    settings.CART_MAX_NUMS = 6
    for _ in range(crowd(5, on_sqlite=2)):
        assert purchases_at_the_bound(shop) in (3, 4)
    assert_audit_clean()


# --- Previews -----------------------------------------------------------------------------


@pytest.mark.mariadb
def test_a_preview_waits_for_nobody(shop: Shop) -> None:
    """Neither for who has the cart, nor for who has the goods."""
    buyer, [goods] = shop.buyer(), shelf(10, shop_price="12.30")
    buyer.add(goods, 2)
    with transaction.atomic():
        cart_lock(buyer.user.pk)
        list(Goods.objects.filter(pk=goods.pk).select_for_update())
        CartLine.objects.filter(goods=goods).update(nums=3)
        started = time.monotonic()
        [answer] = in_parallel(1, lambda _n: buyer.http.post("/orders/preview/", {}))
        took = time.monotonic() - started
        transaction.set_rollback(True)
    assert (answer.status, answer.body["order_mount"]) == (200, 24.6)
    assert took < 5


def test_previews_change_nothing_while_others_write(shop: Shop) -> None:
    rounds, watching = crowd(3, on_sqlite=2), crowd(4, on_sqlite=2)
    for _ in range(rounds):
        buyer, goods = shop.buyer(), shelf(20, 20)
        for each in goods:
            buyer.add(each, 2)

        def act(number: int, b: Buyer = buyer, g: Any = goods) -> list[int]:
            if number == 0:
                return [b.checkout(goods=[g[0].pk]).status, b.add(g[1], 1).status]
            if number == 1:
                return [buy_now(b, g[1], 3).status]
            bodies: list[Any] = [{}, {"buy_now": {"goods": g[0].pk, "nums": 1}}] * 3
            return [b.http.post("/orders/preview/", body).status for body in bodies]

        wrote, bought, *watched = in_parallel(2 + watching, act)
        assert (wrote, bought) == ([201, 201], [201])
        assert {status for seen in watched for status in seen} == {200}
        assert [(ordered(each), in_carts(each), stock_of(each)) for each in goods] == [
            (2, 0, 18), (3, 3, 14),
        ]  # fmt: skip
    assert OrderInfo.objects.count() == OrderGoods.objects.count() == 2 * rounds
    assert_audit_clean()


# --- What changes between preview and checkout --------------------------------------------


def freight_changes(shop: Shop, number: int) -> Counter[int]:
    """Staff make freight dearer while buyers order at the total that they were shown."""
    FreightRule.objects.all().delete()
    rule = FreightRule.objects.create(name="all", fee=Decimal("8.00"), is_default=True)
    [goods] = shelf(100, shop_price="12.30", ship_free=False)
    buyers = shop.buyers(number)
    for buyer in buyers:
        buyer.add(goods, 2)
    late = pauses(7, number, 0.5)
    shown = [buyer.http.post("/orders/preview/", {}).body["order_mount"] for buyer in buyers]
    assert set(shown) == {32.6}

    def act(n: int) -> Answer | None:
        if n == number:
            time.sleep(0.3)
            FreightRule.objects.filter(pk=rule.pk).update(fee=Decimal("20.00"))
            return None
        time.sleep(late[n])
        return buyers[n].checkout(order_mount=shown[n])

    *answers, _none = in_parallel(number + 1, act)
    for answer in answers:
        if answer.status == 400:
            assert answer.body == {"order_mount": ["现在的总金额为 44.60 元"]}
    return statuses(answers)


def test_a_buyer_pays_the_freight_that_was_shown(shop: Shop) -> None:
    outcome: Counter[int] = Counter()
    for _ in range(2):
        outcome += freight_changes(shop, crowd(8, on_sqlite=3))
    paid = Counter(OrderInfo.objects.values_list("order_mount", "freight_amount"))
    assert paid == Counter({(Decimal("32.60"), Decimal("8.00")): outcome[201]})
    assert_audit_clean()
    tell(f"freight changed during checkouts: {outcome[201]} at the total shown, "
         f"{outcome[400]} refused")  # fmt: skip


@pytest.mark.mariadb
def test_control_the_freight_compared_before_the_transaction(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The buyer pays more than was shown."""
    both = meeting(2)

    def create(*, user_id: int, shown_total: Decimal, **what: Any) -> OrderInfo:
        check_shown_total(order_preview(user_id=user_id, **what).order_mount, shown_total)
        both()  # compared
        both()  # changed
        return checkout.order_create(user_id=user_id, **what)

    monkeypatch.setattr(views, "order_create", create)
    FreightRule.objects.create(name="all", fee=Decimal("8.00"), is_default=True)
    buyer, [goods] = shop.buyer(), shelf(5, shop_price="12.30", ship_free=False)
    buyer.add(goods, 2)

    def act(number: int) -> Any:
        if number == 0:
            return buyer.checkout(order_mount=32.6)
        both()
        FreightRule.objects.update(fee=Decimal("20.00"))
        return both()

    answer, _changed = in_parallel(2, act)
    tell(f"control: freight compared too early: 32.60 shown, {answer.body['order_mount']:.2f} "
         "ordered")  # fmt: skip
    assert (answer.status, answer.body["order_mount"]) == (201, 44.6)
