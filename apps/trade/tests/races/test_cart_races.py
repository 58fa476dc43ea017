"""One buyer's cart, written to by many requests at once."""

from typing import Any

import pytest

from apps.goods.models import Goods
from apps.trade.models import CartLine, ShoppingCart
from apps.trade.services.carts import hold_release
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, tell

from .helpers import (
    Answer,
    Buyer,
    Shop,
    crowd,
    first_damage,
    in_carts,
    shelf,
    statuses,
    stock_of,
    unlocked,
)

STOCK = 100


def adds(buyer: Buyer, goods: Goods, number: int) -> list[Answer]:
    answers: list[Answer] = in_parallel(number, lambda _number: buyer.add(goods))
    return answers


@pytest.mark.parametrize("has", [0, 1])
def test_adds_of_one_line_add_up(shop: Shop, has: int) -> None:
    many = crowd(20, on_sqlite=8)
    buyer, [goods] = shop.buyer(), shelf(STOCK)
    if has:
        buyer.add(goods, has)
    answers = adds(buyer, goods, many)
    assert statuses(answers) == {201: many}
    # Each answer tells the total after it: none is told twice.
    assert sorted(answer.body["nums"] for answer in answers) == [*range(has + 1, has + many + 1)]
    assert [line.nums for line in CartLine.objects.all()] == [has + many]
    assert stock_of(goods) == STOCK - has - many
    assert_audit_clean()


def test_adds_and_removals_of_one_line(shop: Shop) -> None:
    """Whatever order they come in, what is out of stock is what the cart has."""
    many = crowd(20, on_sqlite=8)
    buyer, [goods] = shop.buyer(), shelf(STOCK)

    def act(number: int) -> Answer:
        if number % 2:
            return buyer.http.delete(f"/shopcarts/{goods.pk}/")
        return buyer.add(goods)

    outcome = statuses(in_parallel(many, act))
    assert outcome[201] == outcome[204] + outcome[404] == many // 2
    assert stock_of(goods) == STOCK - in_carts(goods)
    assert_audit_clean()


def ends_of_a_hold(shop: Shop, number: int) -> tuple[int, int]:
    """Staff end one hold so many times at once; return how many did, and what is in stock."""
    buyer, [goods] = shop.buyer(), shelf(STOCK)
    buyer.add(goods, 5)
    ends = in_parallel(number, lambda _n: hold_release(user_id=buyer.user.pk, goods_id=goods.pk))
    return sum(ends), stock_of(goods)


def test_a_hold_is_ended_once(shop: Shop) -> None:
    assert ends_of_a_hold(shop, crowd(10, on_sqlite=4)) == (1, STOCK)
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_ends_of_a_hold_without_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pieces come back several times."""
    unlocked(monkeypatch, ShoppingCart)
    ends, left = first_damage(lambda: ends_of_a_hold(shop, 10), lambda found: found[0] > 1)
    tell(f"control: no lock on the cart: a hold was ended {ends} times, {left} of {STOCK} are left")
    assert left > STOCK


@pytest.mark.mariadb
def test_control_first_adds_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each makes the line; the unique constraint is left, and what it stops is a 500."""
    unlocked(monkeypatch, ShoppingCart)

    def play() -> Any:
        return statuses(adds(shop.buyer(), shelf(STOCK)[0], 20))

    outcome = first_damage(play, lambda outcome: outcome[500])
    tell(f"control: no lock on the cart: {outcome[500]} of 20 first adds failed")


@pytest.mark.mariadb
def test_control_more_adds_without_the_lock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces are taken out of stock for which no cart has a line."""
    unlocked(monkeypatch, ShoppingCart)

    def play() -> tuple[int, int]:
        buyer, [goods] = shop.buyer(), shelf(STOCK)
        buyer.add(goods)
        adds(buyer, goods, 20)
        return STOCK - stock_of(goods), in_carts(goods)

    taken, has = first_damage(play, lambda found: found[0] != found[1])
    tell(f"control: no lock on the cart: {taken} pieces taken, the cart has {has}")
    assert taken > has
