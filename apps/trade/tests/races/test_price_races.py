"""A price that changes while orders are made."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderInfo
from apps.trade.services import checkout
from apps.trade.services.checkout import order_create
from apps.trade.services.checkout_rules import TotalDiffersError
from apps.trade.views import checkout as views
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .helpers import Shop, crowd, pauses, shelf
from .staff import StaffBrowser


def test_a_buyer_pays_the_total_that_was_shown(shop: Shop) -> None:
    """Or is told of the new one, and has the cart as it was."""
    rounds, many = 2, crowd(8, on_sqlite=4)
    staff, buyers = StaffBrowser(shop), shop.buyers(many)
    made, refused = 0, 0
    for number in range(rounds):
        [goods] = shelf(100, shop_price="12.30")
        late = pauses(number, many, 0.02)
        for buyer in buyers:
            buyer.add(goods, 2)

        def act(number: int, goods: Goods = goods, late: list[float] = late) -> Any:
            if number == many:
                return staff.save(goods, shop_price="15.00").status
            time.sleep(late[number])
            return buyers[number].checkout(order_mount=24.6)

        *answers, saved = in_parallel(many + 1, act)
        assert saved == 302
        for buyer, answer in zip(buyers, answers, strict=True):
            if answer.status == 201:
                made += 1
                order = OrderInfo.objects.get(pk=answer.body["id"])
                assert answer.body["order_mount"] == 24.6
                assert [line.price for line in order.lines.all()] == [Decimal("12.30")]
            else:
                refused += 1
                assert (answer.status, list(answer.body)) == (400, ["order_mount"])
                lines = CartLine.objects.filter(user=buyer.user)
                assert [line.nums for line in lines] == [2]
                buyer.http.delete(f"/shopcarts/{goods.pk}/")
    assert (made + refused, OrderInfo.objects.count()) == (rounds * many, made)
    assert_audit_clean()
    tell(f"a price changed during {made + refused} checkouts: {made} at the total shown, "
         f"{refused} refused")  # fmt: skip


def order_while_repriced(shop: Shop, both: Callable[[], None]) -> list[Any]:
    """Order two pieces at 12.30; the price becomes 15.00 between two meetings with the order."""
    [goods], buyer, staff = shelf(100, shop_price="12.30"), shop.buyer(), StaffBrowser(shop)
    buyer.add(goods, 2)

    def act(number: int) -> Any:
        if number == 0:
            return buyer.checkout(order_mount="24.60")
        both()
        answer = staff.save(goods, shop_price="15.00")
        both()
        return answer

    return in_parallel(2, act)


@pytest.mark.mariadb
def test_a_price_that_changes_after_it_was_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is as if it had come before the change: total, lines, and what was shown agree."""
    both = meeting(2)
    insert = checkout._order_lines_insert

    def insert_late(*args: Any) -> None:
        both()  # read
        both()  # changed
        insert(*args)

    monkeypatch.setattr(checkout, "_order_lines_insert", insert_late)
    answer, saved = order_while_repriced(shop, both)
    assert (answer.status, answer.body["order_mount"], saved.status) == (201, 24.6, 302)
    order = OrderInfo.objects.get()
    assert [line.price for line in order.lines.all()] == [Decimal("12.30")]
    assert Goods.objects.get().shop_price == Decimal("15.00")
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_the_total_compared_before_the_transaction(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The buyer pays another total than the one that was shown."""
    both = meeting(2)

    def create(*, user_id: int, shown_total: Decimal, **arguments: Any) -> OrderInfo:
        [line] = CartLine.objects.filter(user_id=user_id).select_related("goods")
        if line.goods.shop_price * line.nums != shown_total:
            raise TotalDiffersError(shown_total)
        both()  # compared
        both()  # changed
        return order_create(user_id=user_id, **arguments)

    monkeypatch.setattr(views, "order_create", create)
    answer, _saved = order_while_repriced(shop, both)
    tell(f"control: the total compared too early: 24.60 shown, {answer.body['order_mount']:.2f} "
         "ordered")  # fmt: skip
    assert (answer.status, answer.body["order_mount"]) == (201, 30.0)
