"""POST /orders/ with goods, buy_now and address_id: what the buyer chose, and to where."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings as shop_settings

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_goods
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services.lapsed_holds import holds_release_lapsed
from tests.audit import assert_audit_clean
from tests.clients import send

from .addresses import DESTINATION, add_address
from .ordering import buy, fill, order

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


def lines_of(answer: Any) -> list[tuple[int, int]]:
    assert answer.status_code == 201, answer.json()
    lines = OrderGoods.objects.filter(order=answer.json()["id"])
    return list(lines.order_by("goods_id").values_list("goods_id", "goods_num"))


def cart_of(client: Any) -> dict[int, tuple[int, bool]]:
    """Goods id -> pieces, and whether they are held."""
    return {
        line["goods"]["id"]: (line["nums"], line["held_until"] is not None)
        for line in client.get("/shopcarts/").json()
    }


@pytest.fixture
def plums(goods: Goods) -> Goods:
    """Three plums at 2 yuan."""
    return make_goods(goods.category, name="青梅", stock=3, shop_price="2.00")


# --- Some lines of the cart ---------------------------------------------------------------


def test_only_the_chosen_lines_are_ordered(mine, goods, pears, plums, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (plums, 1))
        clock.shift(timedelta(minutes=10))
        fill(mine, (goods, 2), (pears, 3))
        answer = order(mine, goods=[pears.pk, str(goods.pk)], order_mount=39.75)
    assert lines_of(answer) == [(goods.pk, 2), (pears.pk, 3)]
    [rest] = CartLine.objects.all()
    assert (rest.goods_id, rest.nums, rest.held_until) == (plums.pk, 1, NOW + timedelta(minutes=30))
    assert (stock(goods), stock(pears), stock(plums)) == (8, 2, 2)
    assert_audit_clean()


def test_a_chosen_line_that_lapsed_is_taken_again(mine, buyer, goods, pears, stock):
    fill(mine, (goods, 2), (pears, 3))
    CartLine.objects.filter(goods=goods).update(held_until=NOW)
    holds_release_lapsed()
    assert lines_of(order(mine, goods=[goods.pk])) == [(goods.pk, 2)]
    assert cart_of(mine) == {pears.pk: (3, True)}
    assert (stock(goods), stock(pears)) == (8, 2)
    assert_audit_clean()


def test_what_is_wrong_with_the_rest_does_not_matter(mine, goods, pears):
    fill(mine, (goods, 2), (pears, 3))
    Goods.objects.filter(pk=pears.pk).update(is_on_sale=False)
    assert lines_of(order(mine, goods=[goods.pk])) == [(goods.pk, 2)]


def test_the_same_choice_twice(mine, goods, pears, refused):
    fill(mine, (goods, 2), (pears, 3))
    assert order(mine, goods=[goods.pk]).status_code == 201
    missing = {"goods": [f"购物车中没有这些商品：{goods.pk}"]}
    refused(lambda: order(mine, goods=[goods.pk]), missing)
    refused(lambda: order(mine, goods=[pears.pk, goods.pk]), missing)


def test_goods_of_anothers_cart(mine, theirs, goods, pears, refused):
    fill(theirs, (goods, 2))
    fill(mine, (pears, 1))
    refused(lambda: order(mine, goods=[goods.pk]), {"goods": [f"购物车中没有这些商品：{goods.pk}"]})


def test_the_rest_counts_as_held(mine, goods, pears, settings, refused):
    settings.HOLD_MAX_PIECES = 5
    fill(mine, (goods, 3))
    CartLine.objects.update(held_until=NOW)
    holds_release_lapsed()  # a wish: it holds nothing
    fill(mine, (pears, 4))
    limit = {"non_field_errors": ["购物车和未付款订单中的商品合计最多占用5件"]}
    refused(lambda: order(mine, goods=[goods.pk]), limit)
    assert order(mine, goods=[pears.pk]).status_code == 201


NO_LIST = "期望为一个包含物件的列表，得到的类型是"


@pytest.mark.parametrize(
    ("chosen", "texts"),
    [
        ([], ["请选择购物车中的商品；不传则下单整个购物车。"]),
        ("1", [f'{NO_LIST}“str”。']),
        ({"0": 1}, [f'{NO_LIST}“dict”。']),
        (7, [f'{NO_LIST}“int”。']),
        ([True], ["请填写合法的整数值。"]),
        ([1.5], ["请填写合法的整数值。"]),
        ([[1]], ["请填写合法的整数值。"]),
        ([None], ["该字段不能为 null。"]),
        (["x"], ["对象不存在。"]),
        ([10**30], ["对象不存在。"]),
        ([-1], ["对象不存在。"]),
        (["1", 1], ["每种商品只能出现一次。"]),
        ([*range(1, 10_001)], [f"购物车最多放{shop_settings.CART_MAX_LINES}种商品"]),
        ([2**63 - 1], ["购物车中没有这些商品：9223372036854775807"]),
    ],
)  # fmt: skip
def test_what_goods_may_not_be(mine, goods, refused, chosen, texts):
    fill(mine, (goods, 2))
    refused(lambda: order(mine, goods=chosen), {"goods": texts})


@pytest.mark.parametrize("absent", [None])
def test_null_is_as_nothing(mine, goods, absent):
    fill(mine, (goods, 2))
    nothing = dict.fromkeys(("goods", "buy_now", "address_id"), absent)
    assert lines_of(order(mine, **nothing)) == [(goods.pk, 2)]


# --- Buy now ------------------------------------------------------------------------------


def test_buy_now_without_a_cart(mine, buyer, goods, stock):
    answer = buy(mine, goods, "2", order_mount="24.60")
    assert lines_of(answer) == [(goods.pk, 2)]
    assert (answer.json()["order_mount"], stock(goods)) == (24.6, 8)
    last = StockMovement.objects.order_by("-pk").first()
    assert (last.delta, last.reason, last.reference) == (-2, "hold", f"cart:{buyer.pk}")
    assert_audit_clean()


def test_buy_now_leaves_the_cart_as_it_is(mine, goods, pears, stock):
    fill(mine, (goods, 3), (pears, 1))
    before = list(CartLine.objects.values())
    assert lines_of(buy(mine, goods, 2)) == [(goods.pk, 2)]
    assert list(CartLine.objects.values()) == before
    assert (stock(goods), stock(pears)) == (5, 4)
    assert lines_of(order(mine)) == [(goods.pk, 3), (pears.pk, 1)]
    assert_audit_clean()


def test_pieces_of_one_kind_count_together(mine, goods, settings, refused):
    settings.CART_MAX_NUMS = 6
    fill(mine, (goods, 3))
    assert buy(mine, goods, 2).status_code == 201
    text = "每种商品最多 6 件，其中购物车已占用 3 件，未支付订单已有 2 件"
    refused(lambda: buy(mine, goods, 3), {"non_field_errors": [text]})
    assert buy(mine, goods, 1).status_code == 201


def test_pieces_of_all_kinds_and_unpaid_orders_are_bounded(mine, goods, pears, settings, refused):
    settings.HOLD_MAX_PIECES, settings.ORDER_MAX_UNPAID = 5, 2
    fill(mine, (goods, 3))
    limit = {"non_field_errors": ["购物车和未付款订单中的商品合计最多占用5件"]}
    refused(lambda: buy(mine, pears, 3), limit)
    assert buy(mine, pears, 1).status_code == 201
    assert buy(mine, goods, 1).status_code == 201
    unpaid = {"non_field_errors": ["您有2笔未付款订单，请先付款或取消其中一笔"]}
    refused(lambda: buy(mine, goods, 2), unpaid)


def test_more_than_there_is(mine, theirs, goods, pears, refused):
    """What the cart holds stays there: it is not what buy_now takes."""
    fill(mine, (pears, 2))
    fill(theirs, (pears, 2))
    short = {"goods": pears.pk, "name": "酥梨", "wanted": 2, "available": 1}
    refused(lambda: buy(mine, pears, 2), {"goods": [short]})


def test_holds_that_are_over_can_be_bought(mine, theirs, pears, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (pears, 2))
        fill(theirs, (pears, 3))
        clock.shift(timedelta(hours=1))
        assert lines_of(buy(mine, pears, 5)) == [(pears.pk, 5)]
    assert cart_of(mine) == {pears.pk: (2, False)}
    assert stock(pears) == 0
    assert_audit_clean()


def test_hold_windows_hold_for_buy_now_too(mine, goods, gateway):
    """Ordered and cancelled again and again: it ends as it does for a cart."""
    with time_machine.travel(NOW, tick=False) as clock:
        for minute in (0, 25, 50, 75):
            clock.move_to(NOW + timedelta(minutes=minute))
            made = buy(mine, goods)
            assert made.status_code == 201
            last = made.json()
            mine.delete(f"/orders/{last['id']}/")
        assert last["expires_at"] == "2026-11-23T11:30:00+08:00"
        clock.move_to(NOW + timedelta(minutes=88))
        answer = buy(mine, goods)
    assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])
    assert "脐橙" in answer.json()["non_field_errors"][0]
    assert_audit_clean()


def test_a_second_click_orders_nothing(mine, goods, refused):
    """Another number, another address, or the same five seconds later are orders of their own."""
    again = {"non_field_errors": ["您刚刚下过同样的订单，请在未支付订单中查看"]}
    with time_machine.travel(NOW, tick=False) as clock:
        assert buy(mine, goods, 2).status_code == 201
        refused(lambda: buy(mine, goods, 2), again)
        assert buy(mine, goods, 1).status_code == 201
        assert buy(mine, goods, 2, address="上海市南京西路 1 号").status_code == 201
        clock.shift(timedelta(seconds=5))
        assert buy(mine, goods, 2).status_code == 201


def test_a_repeated_key(mine, goods, stock):
    body = {**DESTINATION, "buy_now": {"goods": goods.pk, "nums": 2}}
    key = {"HTTP_IDEMPOTENCY_KEY": "buy-now"}
    first, second = (mine.post("/orders/", body, format="json", **key) for _ in range(2))
    assert (first.status_code, second.content) == (201, first.content)
    assert (OrderInfo.objects.count(), stock(goods)) == (1, 8)


MISSING = "对象不存在。"


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({"goods": None}, ["该字段不能为 null。"]),
        ({"goods": 999_999}, [MISSING]),
        ({"goods": "x"}, [MISSING]),
        ({"goods": 10**30}, [MISSING]),
        ({"nums": 0}, ["商品数量不能小于一"]),
        ({"nums": None}, ["请选择购买数量"]),
        ({"nums": "x"}, ["请填写合法的整数值。"]),
        ({"nums": 10**31}, ["库存不足"]),
        ({"goods": "x", "nums": 0}, [MISSING, "商品数量不能小于一"]),
    ],
)
def test_what_buy_now_may_not_be(mine, goods, refused, changes, texts):
    body = {"goods": goods.pk, "nums": 1, **changes}
    refused(lambda: order(mine, buy_now=body), {"buy_now": texts})


@pytest.mark.parametrize("body", ["1", [1], 7, [], ""])
def test_buy_now_is_an_object(mine, goods, refused, body):
    kind = type(body).__name__
    text = f"无效数据。期待为字典类型，得到的是 {kind} 。"
    refused(lambda: order(mine, buy_now=body), {"buy_now": [text]})


def test_goods_off_the_shelf_are_not_sold_or_shown(mine, goods, refused):
    Goods.objects.update(is_on_sale=False)
    refused(lambda: buy(mine, goods), {"buy_now": [MISSING]})


def test_both_at_once(mine, goods, refused):
    fill(mine, (goods, 2))
    both = {"goods": [goods.pk], "buy_now": {"goods": goods.pk, "nums": 1}}
    text = "goods 和 buy_now 只能二选一。"
    refused(lambda: order(mine, **both), {"buy_now": [text]})


# --- Forms --------------------------------------------------------------------------------


def test_forms(mine, goods, pears, plums):
    fill(mine, (goods, 2), (pears, 3), (plums, 1))
    chosen = {**DESTINATION, "goods": [goods.pk, pears.pk], "buy_now.goods": "", "buy_now.nums": ""}
    assert lines_of(mine.post("/orders/", chosen)) == [(goods.pk, 2), (pears.pk, 3)]
    bought = {"address_id": add_address(mine), "buy_now.goods": goods.pk, "buy_now.nums": "1",
              "goods": "", "address": "", "signer_name": "", "singer_mobile": ""}  # fmt: skip
    assert lines_of(mine.post("/orders/", bought)) == [(goods.pk, 1)]
    encoded = "&".join(f"{name}={value}" for name, value in DESTINATION.items())
    plain = mine.generic(
        "POST", "/orders/", f"goods=&address_id=&{encoded}", "application/x-www-form-urlencoded"
    )
    assert lines_of(plain) == [(plums.pk, 1)]


# --- Queries ------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [1, 20])
def test_queries_of_a_choice(mine, goods, lines, django_assert_num_queries):
    chosen = [make_goods(goods.category, stock=3, ship_free=False) for _ in range(lines)]
    fill(mine, (goods, 1), *((each, 1) for each in chosen))
    body = {"goods": [each.pk for each in chosen], "address_id": add_address(mine)}
    # As a checkout of the whole cart, the address, and the freight rule.
    with django_assert_num_queries(2 + 11 + 2):
        assert send(mine, "post", "/orders/", body).status_code == 201


def test_queries_of_buy_now(mine, goods, django_assert_num_queries):
    fill(mine, (goods, 1))
    Goods.objects.update(ship_free=False)
    body = {"buy_now": {"goods": goods.pk, "nums": 2}, "address_id": add_address(mine)}
    # The goods; no line is deleted; stock and ledger.
    with django_assert_num_queries(2 + 11 + 2 + 1 - 1 + 2):
        assert send(mine, "post", "/orders/", body).status_code == 201


def test_ids_are_kept_short_in_a_refusal(mine, goods):
    """As many as a cart may have, of as many digits as a key may have."""
    fill(mine, (goods, 1))
    many = [2**62 + number for number in range(shop_settings.CART_MAX_LINES)]
    answer = order(mine, goods=many)
    assert answer.status_code == 400
    assert len(json.dumps(answer.json())) < 200 * 24


def test_the_prices_and_the_total_of_a_choice(mine, goods, pears, refused):
    fill(mine, (goods, 2), (pears, 3))
    wrong = {"order_mount": ["现在的总金额为 15.15 元"]}
    refused(lambda: order(mine, goods=[pears.pk], order_mount=39.75), wrong)
    made = order(mine, goods=[pears.pk], order_mount=15.15)
    assert OrderInfo.objects.get(pk=made.json()["id"]).order_mount == Decimal("15.15")
