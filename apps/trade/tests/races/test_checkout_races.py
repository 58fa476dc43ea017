"""Checkouts that meet: of one cart, of the same goods, of holds that lapse."""

import logging
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderGoods, OrderInfo, ShoppingCart
from apps.trade.services import checkout, lapsed_holds
from apps.trade.services.cart_locks import cart_lock
from apps.trade.services.carts import cart_add
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.tests.addresses import DESTINATION
from apps.users.tokens import token_make
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell
from utils.db import transactions

from .helpers import (
    IS_MARIADB,
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

HOUR = timedelta(hours=1)


# --- One cart -------------------------------------------------------------------------------


def five_checkouts(shop: Shop, goods: Goods) -> list[Answer]:
    buyer = shop.buyer()
    buyer.add(goods, 2)
    answers: list[Answer] = in_parallel(5, lambda _number: buyer.checkout())
    return answers


def test_five_checkouts_of_one_cart_make_one_order(shop: Shop) -> None:
    [goods] = shelf(10)
    answers = five_checkouts(shop, goods)
    assert statuses(answers) == {201: 1, 400: 4}
    assert Counter(tuple(answer.body) for answer in answers if answer.status == 400) == {
        ("non_field_errors",): 4
    }
    assert OrderInfo.objects.count() == OrderGoods.objects.count() == 1
    assert (ordered(goods), in_carts(goods), stock_of(goods)) == (2, 0, 8)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_checkouts_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line is ordered many times, and taken out of stock once."""
    unlocked(monkeypatch, ShoppingCart)
    uncounted(monkeypatch, checkout)
    before(monkeypatch, checkout, "_order_insert", meeting(5))
    [goods] = shelf(10)
    outcome = statuses(five_checkouts(shop, goods))
    tell(f"control: no lock on the cart: {outcome[201]} orders of one cart, {ordered(goods)} "
         f"pieces ordered and {10 - stock_of(goods)} taken")  # fmt: skip
    assert outcome[201] > 1
    assert ordered(goods) == 2 * outcome[201]


# --- The same goods in opposite orders ------------------------------------------------------


def fill_lapsed(buyers: list[Buyer], goods: list[Goods]) -> None:
    """Two of each in every cart, put there from both ends, and no hold on any."""
    for number, buyer in enumerate(buyers):
        for each in goods if number % 2 else reversed(goods):
            cart_add(user_id=buyer.user.pk, goods_id=each.pk, nums=2)
    holds_release_lapsed(now=timezone.now() + HOUR)


def deadlocks() -> int:
    """How many InnoDB has seen since it started, whoever made them."""
    if not IS_MARIADB:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        return int(cursor.fetchone()[1])


def test_opposite_orders_of_the_same_goods(shop: Shop, caplog: Any) -> None:
    """Whatever order the lines were put in, nobody gets to see a deadlock."""
    rounds, ordering, moving = crowd(4, on_sqlite=3), crowd(6, on_sqlite=2), crowd(4, on_sqlite=2)
    goods = shelf(500, 500, 500, 500)
    buyers, movers = shop.buyers(ordering), shop.buyers(moving)
    seen_before = deadlocks()
    outcome: Counter[int] = Counter()

    def act(number: int) -> list[Answer]:
        if number < ordering:
            return [buyers[number].checkout()]
        mover = movers[number - ordering]
        mine = goods if number % 2 else goods[::-1]
        adds = [mover.add(each, 3) for each in mine]
        return [*adds, *(mover.http.delete(f"/shopcarts/{each.pk}/") for each in mine[:2])]

    with caplog.at_level(logging.INFO, logger=transactions.__name__):
        for _ in range(rounds):
            fill_lapsed(buyers, goods)
            for answers in in_parallel(ordering + moving, act):
                outcome += statuses(answers)
    repeats = sum("is tried again" in record.getMessage() for record in caplog.records)
    tell(f"{sum(outcome.values())} requests for the same goods in opposite orders: {repeats} "
         f"transactions repeated, {deadlocks() - seen_before} deadlocks")  # fmt: skip
    assert outcome == {201: rounds * (ordering + 4 * moving), 204: rounds * 2 * moving}
    for each in goods:
        assert ordered(each) == 2 * rounds * ordering
        assert stock_of(each) == 500 - ordered(each) - held(each)
    assert_audit_clean()


def held(goods: Goods) -> int:
    lines = CartLine.objects.filter(goods=goods, held_until__isnull=False)
    return sum(lines.values_list("nums", flat=True))


@pytest.mark.mariadb
def test_control_goods_taken_one_by_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each buyer has what the other wants next, and one of them gets a 503."""
    unlocked(monkeypatch, Goods)
    monkeypatch.setattr(transactions, "TRIES", 1)
    both = meeting(2)
    take = checkout.stock_take

    def take_one_by_one(*, pieces: dict[int, int], reference: str) -> None:
        from_the_end = int(reference.removeprefix("cart:")) % 2 == 1
        for number, goods_id in enumerate(sorted(pieces, reverse=from_the_end)):
            if number == 1:
                both()
            take(pieces={goods_id: pieces[goods_id]}, reference=reference)

    monkeypatch.setattr(checkout, "stock_take", take_one_by_one)
    goods, buyers = shelf(500, 500), shop.buyers(2)

    def play() -> Any:
        fill_lapsed(buyers, goods)
        return statuses(in_parallel(2, lambda number: buyers[number].checkout()))

    outcome = first_damage(play, lambda outcome: outcome[503])
    tell(f"control: goods taken one by one: {outcome[503]} of 2 checkouts failed")
    assert outcome == {201: 1, 503: 1}


def crossed_checkouts(buyers: list[Buyer], goods: list[Goods]) -> Counter[int]:
    """Two carts of the same two goods: one holds the first, the other the second."""
    fill_lapsed(buyers, goods)
    for buyer, each in zip(buyers, goods, strict=True):
        cart_add(user_id=buyer.user.pk, goods_id=each.pk, nums=1)
    return statuses(in_parallel(2, lambda number: buyers[number].checkout()))


@pytest.mark.mariadb
def test_what_one_holds_the_other_takes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goods that are held are locked as well as those that are taken: nobody waits in a circle."""
    monkeypatch.setattr(transactions, "TRIES", 1)
    goods, buyers = shelf(500, 500), shop.buyers(2)
    for _ in range(12):
        assert crossed_checkouts(buyers, goods) == {201: 2}
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_held_goods_without_a_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order's line shares a lock on its goods, and the other has just taken some of them."""
    unlocked(monkeypatch, Goods)
    monkeypatch.setattr(transactions, "TRIES", 1)
    before(monkeypatch, checkout, "_order_lines_insert", meeting(2))
    goods, buyers = shelf(500, 500), shop.buyers(2)
    outcome = first_damage(
        lambda: crossed_checkouts(buyers, goods), lambda outcome: outcome[503] > 0
    )
    tell(f"control: held goods without a lock: {outcome[503]} of 2 checkouts failed")
    assert outcome == {201: 1, 503: 1}


def checkouts_that_meet(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Two buyers of the same held goods, each waiting for the other before its commit."""
    both = threading.Barrier(2)
    insert = checkout._order_lines_insert

    def insert_and_meet(*args: Any) -> None:
        insert(*args)
        both.wait(timeout=3)

    monkeypatch.setattr(checkout, "_order_lines_insert", insert_and_meet)
    goods, buyers = shelf(10, 10), shop.buyers(2)
    for buyer in buyers:
        for each in goods:
            buyer.add(each)
    outcome = statuses(in_parallel(2, lambda number: buyers[number].checkout()))
    assert [(ordered(each), stock_of(each)) for each in goods] == [(outcome[201], 8)] * 2
    return outcome


@pytest.mark.mariadb
def test_checkouts_of_held_goods_do_not_wait_for_each_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkouts_that_meet(shop, monkeypatch) == {201: 2}
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_held_goods_locked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the rows of the first, which waits for the second in vain."""
    monkeypatch.setattr(
        checkout, "_stock_take",
        lambda wanted, reference: checkout.goods_lock([line.goods_id for line in wanted]),
    )  # fmt: skip
    outcome = checkouts_that_meet(shop, monkeypatch)
    tell(f"control: held goods are locked: {2 - outcome[201]} of 2 checkouts waited in vain")
    assert outcome[201] < 2


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "given-up"}])
def test_a_checkout_that_the_database_gives_up_is_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """As a whole: under a key, the transaction around it is the one that was given up."""
    buyer, [goods] = shop.buyer(), shelf(5)
    buyer.add(goods, 2)
    insert, tried = checkout._order_insert, []

    def give_up_once(**fields: Any) -> OrderInfo:
        tried.append(fields)
        if len(tried) == 1:
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return insert(**fields)

    monkeypatch.setattr(checkout, "_order_insert", give_up_once)
    caller = shop.anybody(Authorization=f"JWT {token_make(buyer.user)}", **headers)
    answer = caller.post("/orders/", DESTINATION)
    assert (answer.status, len(tried)) == (201, 2)
    assert (ordered(goods), stock_of(goods)) == (2, 3)
    assert_audit_clean()


# --- Holds that lapse -----------------------------------------------------------------------


def let_lapse() -> None:
    """The time of every hold is over; no sweep has seen it yet."""
    held = CartLine.objects.filter(held_until__isnull=False)
    held.update(held_until=timezone.now() - HOUR)


def test_checkout_while_holds_are_swept(shop: Shop) -> None:
    """The order has the stock, whether it was given back before or not."""
    rounds, ordering = crowd(5, on_sqlite=2), crowd(5, on_sqlite=3)
    goods, buyers = shelf(500, 500), shop.buyers(ordering)
    lapsed, outcome = 0, Counter[int]()
    for _ in range(rounds):
        for buyer in buyers:
            for each in goods:
                cart_add(user_id=buyer.user.pk, goods_id=each.pk, nums=2)
        let_lapse()

        def act(number: int) -> Any:
            return buyers[number].checkout() if number < ordering else holds_release_lapsed()

        *answers, swept, swept_too = in_parallel(ordering + 2, act)
        outcome += statuses(answers)
        lapsed += swept + swept_too
    assert outcome == {201: rounds * ordering}
    assert [stock_of(each) for each in goods] == [500 - 2 * rounds * ordering] * 2
    assert_audit_clean()
    tell(f"{rounds * ordering} checkouts during sweeps: {lapsed} of "
         f"{2 * rounds * ordering} lines lapsed before")  # fmt: skip


def test_the_last_pieces_of_a_hold_that_lapsed(shop: Shop) -> None:
    """Either its buyer still gets them, or another, never both and never nobody."""
    first, second = 0, 0
    # A rival has to fail before it may look for what has lapsed.
    for late in pauses(1, crowd(8, on_sqlite=3), 0.03):
        [goods] = shelf(2)
        buyer, rival = shop.buyers(2)
        buyer.add(goods, 2)
        let_lapse()

        def act(
            number: int, buyer: Buyer = buyer, rival: Buyer = rival, goods: Any = goods,
            late: float = late,
        ) -> Any:  # fmt: skip
            if number:
                return rival.add(goods, 2).status
            time.sleep(late)
            return buyer.checkout().status

        outcome = in_parallel(2, act)
        assert outcome in ([201, 400], [400, 201])
        assert stock_of(goods) == 0
        first, second = first + (outcome[0] == 201), second + (outcome[1] == 201)
    assert_audit_clean()
    tell(f"the last pieces of a lapsed hold: {first} times its buyer's, {second} times another's")


@pytest.mark.mariadb
def test_a_sweep_waits_for_no_cart(shop: Shop) -> None:
    """The cart that somebody writes to is left for the next time; the others are not."""
    in_use, *others = shop.buyers(3)
    [goods] = shelf(9)
    for buyer in (in_use, *others):
        buyer.add(goods, 3)
    later = timezone.now() + HOUR

    with transaction.atomic():
        cart_lock(in_use.user.pk)
        [released] = in_parallel(1, lambda _n: holds_release_lapsed(now=later))

    assert (released, stock_of(goods)) == (2, 6)
    assert holds_release_lapsed(now=later) == 1
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_a_sweep_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the order has is for sale again."""
    unlocked(monkeypatch, ShoppingCart)
    uncounted(monkeypatch, lapsed_holds)
    [goods], buyer, both = shelf(10), shop.buyer(), meeting(2)

    def wait() -> None:
        both()  # the sweep has read the lines
        both()  # the order is made of them

    before(monkeypatch, lapsed_holds, "stock_return", wait)
    buyer.add(goods, 2)
    let_lapse()

    def act(number: int) -> Any:
        if number == 0:
            return holds_release_lapsed()
        both()
        answer = buyer.checkout()
        both()
        return answer.status

    _lapsed, status = in_parallel(2, act)
    tell(f"control: a sweep without the cart's lock: {ordered(goods)} of 10 pieces ordered, "
         f"{stock_of(goods)} for sale")  # fmt: skip
    assert (status, ordered(goods), stock_of(goods)) == (201, 2, 10)
