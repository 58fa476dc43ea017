"""The last pieces: many buyers, and staff who change the stock meanwhile."""

from collections import Counter
from typing import Any

import pytest
from django.db.models import Sum

from apps.goods.admin import goods as goods_admin
from apps.goods.models import Goods, StockMovement
from apps.goods.services import stock as stock_service
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .helpers import Answer, Shop, crowd, first_damage, in_carts, shelf, statuses, stock_of
from .staff import StaffBrowser

LAST = 5


def moved(goods: Goods) -> int:
    """What the ledger says the stock is."""
    return int(StockMovement.objects.filter(goods=goods).aggregate(sum=Sum("delta"))["sum"])


# --- Many buyers ----------------------------------------------------------------------------


def everybody_wants_one(shop: Shop, goods: Goods, number: int) -> list[Answer]:
    buyers = shop.buyers(number)
    answers: list[Answer] = in_parallel(number, lambda n: buyers[n].add(goods))
    return answers


def test_the_last_pieces_go_to_as_many_buyers(shop: Shop) -> None:
    many = crowd(24, on_sqlite=12)
    [goods] = shelf(LAST)
    answers = everybody_wants_one(shop, goods, many)
    assert statuses(answers) == {201: LAST, 400: many - LAST}
    refusals = Counter(tuple(answer.body) for answer in answers if answer.status == 400)
    assert refusals == {("nums",): many - LAST}
    assert (stock_of(goods), in_carts(goods), moved(goods)) == (0, LAST, 0)
    assert_audit_clean()
    tell(f"{many} buyers of the last {LAST}: {LAST} got one, {many - LAST} were refused")


@pytest.mark.mariadb
def test_control_stock_read_and_then_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """More are sold than there are."""
    many = 24
    everybody_has_read = meeting(many)

    def move(*, deltas: dict[int, int], reason: str, reference: str) -> bool:
        [(goods_id, delta)] = deltas.items()
        goods = Goods.objects.get(pk=goods_id)
        if goods.goods_num + delta < 0:
            return False
        everybody_has_read()
        goods.goods_num += delta
        goods.save(update_fields=["goods_num"])
        StockMovement.objects.create(goods=goods, delta=delta, reason=reason, reference=reference)
        return True

    [goods] = shelf(LAST)
    monkeypatch.setattr(stock_service, "_move", move)
    answers = everybody_wants_one(shop, goods, many)
    sold = statuses(answers)[201]
    tell(f"control: stock read, then written: {sold} of the last {LAST} sold, "
         f"{stock_of(goods)} are said to be left")  # fmt: skip
    assert sold == in_carts(goods) > LAST
    assert stock_of(goods) != moved(goods)


# --- Staff ----------------------------------------------------------------------------------


def test_staff_change_the_stock_while_it_is_sold(shop: Shop) -> None:
    forms, services, sales = crowd(5, on_sqlite=2), crowd(5, on_sqlite=2), crowd(20, on_sqlite=6)
    [goods] = shelf(20)
    staff, buyers = StaffBrowser(shop), shop.buyers(sales)

    def act(number: int) -> int:
        if number < sales:
            return buyers[number].add(goods).status
        if number < sales + forms:
            return staff.save(goods, 10).status
        stock_service.stock_adjust(goods_id=goods.pk, delta=-1)
        return 0

    outcome = Counter(in_parallel(sales + forms + services, act))
    assert outcome == {201: sales, 302: forms, 0: services}
    assert stock_of(goods) == 20 + 10 * forms - services - sales
    assert in_carts(goods) == sales
    assert_audit_clean()
    tell(f"{forms + services} changes of stock during {sales} sales: all count")


@pytest.mark.parametrize(("token", "times"), [("sent-by-clicks", 1), ("", 5)])
def test_one_form_by_many_clicks(shop: Shop, token: str, times: int) -> None:
    """Its token makes it one change; control: without one, each counts."""
    [goods] = shelf(20)
    staff = StaffBrowser(shop)
    clicks = in_parallel(5, lambda _n: staff.save(goods, 10, stock_token=token).status)
    assert clicks == [302] * 5
    assert stock_of(goods) == moved(goods) == 20 + 10 * times
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_a_form_that_saves_a_total(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sold between the form's opening and its saving is for sale again."""
    [goods] = shelf(20)  # as the form shows it
    staff, buyers = StaffBrowser(shop), shop.buyers(20)

    def set_total(*, goods_id: int, delta: int, **_reference: Any) -> None:
        Goods.objects.filter(pk=goods_id).update(goods_num=goods.goods_num + delta)
        StockMovement.objects.create(goods_id=goods_id, delta=delta, reason="adjust")

    monkeypatch.setattr(goods_admin, "stock_adjust", set_total)

    def play() -> tuple[int, int]:
        goods.refresh_from_db()

        def act(number: int) -> int:
            return (buyers[number].add(goods) if number else staff.save(goods, 20)).status

        assert Counter(in_parallel(20, act)) == {201: 19, 302: 1}
        return stock_of(goods), moved(goods)

    left, should = first_damage(play, lambda found: found[0] != found[1])
    tell(f"control: a form that saves a total: {left} pieces for sale, and there are {should}")
    assert left > should
