"""/shopcarts/: the wire, and what a line takes out of stock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, ShoppingCart
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.users.models import UserProfile
from tests.clients import client_of, send
from tests.deadlocks import deadlocks

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
OUT_OF_STOCK = {"nums": ["库存不足"]}


def ledger(goods: Goods) -> list[tuple[int, str, str]]:
    """Return the movements after the one that brought the goods in."""
    movements = StockMovement.objects.filter(goods=goods).order_by("pk")
    return list(movements.values_list("delta", "reason", "reference"))[1:]


def add(client: APIClient, goods: Goods, nums: Any = 1) -> Any:
    return client.post("/shopcarts/", {"goods": goods.pk, "nums": nums}, format="json")


# --- Shape --------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_list_shows_the_lines_with_goods_cards(mine, goods, pears):
    assert mine.get("/shopcarts/").json() == []
    add(mine, goods, 2)
    add(mine, pears, 1)
    first, second = mine.get("/shopcarts/").json()
    assert (first["goods"]["name"], second["goods"]["name"]) == ("酥梨", "脐橙")
    card = mine.get("/goods/").json()["results"][0]
    assert second["goods"] == {**card, "goods_num": 8}
    assert {**second, "goods": ...} == {
        "id": CartLine.objects.get(goods=goods).pk,
        "goods": ...,
        "nums": 2,
        "held_until": "2026-11-23T10:30:00+08:00",
        "is_on_sale": True,
        "add_time": "2026-11-23T10:00:00+08:00",
    }


def test_add_answers_with_the_new_total(mine, goods, stock):
    response = add(mine, goods, 2)
    assert (response.status_code, response.json()) == (201, {"goods": goods.pk, "nums": 2})
    response = add(mine, goods, 3)
    assert (response.status_code, response.json()) == (201, {"goods": goods.pk, "nums": 5})
    assert stock(goods) == 5


def test_numbers_may_be_strings(mine, goods, stock):
    response = mine.post("/shopcarts/", {"goods": str(goods.pk), "nums": "2"}, format="json")
    assert (response.status_code, response.json()) == (201, {"goods": goods.pk, "nums": 2})
    assert stock(goods) == 8


def test_one_line_is_read_by_its_goods(mine, theirs, goods):
    add(mine, goods, 2)
    response = mine.get(f"/shopcarts/{goods.pk}/")
    assert (response.status_code, response.json()) == (200, {"goods": goods.pk, "nums": 2})
    assert theirs.get(f"/shopcarts/{goods.pk}/").status_code == 404


@pytest.mark.parametrize("method", ["patch", "put"])
def test_change_sets_the_number(mine, goods, stock, method):
    add(mine, goods, 2)
    for nums, left in [(5, 5), (1, 9), ("10", 0)]:
        response = send(mine, method, f"/shopcarts/{goods.pk}/", {"nums": nums})
        assert (response.status_code, response.json()) == (
            200, {"goods": goods.pk, "nums": int(nums)},
        )  # fmt: skip
        assert stock(goods) == left


def test_a_change_cannot_move_the_line_to_other_goods(mine, goods, pears, stock):
    add(mine, goods, 2)
    response = send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 3, "goods": pears.pk})
    assert response.json() == {"goods": goods.pk, "nums": 3}
    assert (stock(goods), stock(pears)) == (7, 5)


def test_remove(mine, goods, stock):
    add(mine, goods, 2)
    assert mine.delete(f"/shopcarts/{goods.pk}/").status_code == 204
    assert (mine.get("/shopcarts/").json(), stock(goods)) == ([], 10)
    assert mine.delete(f"/shopcarts/{goods.pk}/").status_code == 404


# --- Refused: nothing changes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("nums", "text"),
    [
        (0, "商品数量不能小于一"),
        (-3, "商品数量不能小于一"),
        ("", "请选择购买数量"),
        (None, "请选择购买数量"),
        (1.5, "请填写合法的整数值。"),
        (True, "请填写合法的整数值。"),
        ("many", "请填写合法的整数值。"),
        (11, "库存不足"),
        (5000, "库存不足"),
        (10**30, "库存不足"),
        ("9" * 2000, "库存不足"),
    ],
)
@pytest.mark.parametrize("is_change", [False, True])
def test_a_number_that_cannot_be(mine, goods, stock, nums, text, is_change):
    if is_change:
        add(mine, goods, 2)
        response = send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": nums})
    else:
        response = send(mine, "post", "/shopcarts/", {"goods": goods.pk, "nums": nums})
    assert (response.status_code, response.json()) == (400, {"nums": [text]})
    assert stock(goods) == (8 if is_change else 10)


@pytest.mark.parametrize("is_there", [False, True])
def test_wrong_pieces_of_goods_that_are_not_on_sale_are_two_errors(mine, goods, is_there):
    key = goods.pk if is_there else 10**9
    Goods.objects.filter(pk=key).update(is_on_sale=False)
    response = send(mine, "post", "/shopcarts/", {"goods": key, "nums": 0})
    assert (response.status_code, response.json()) == (
        400, {"goods": ["对象不存在。"], "nums": ["商品数量不能小于一"]},
    )  # fmt: skip


@pytest.mark.parametrize("body", [[], "", 5, [{"goods": 1}]])
def test_a_body_that_is_not_an_object(mine, body):
    response = mine.post("/shopcarts/", body, format="json")
    assert (response.status_code, list(response.json())) == (400, ["non_field_errors"])


def test_no_number_at_all(mine, goods, stock):
    asked = {"nums": ["请选择购买数量"]}
    assert mine.post("/shopcarts/", {"goods": goods.pk}).json() == asked
    add(mine, goods, 2)
    assert send(mine, "patch", f"/shopcarts/{goods.pk}/", {}).json() == asked
    assert stock(goods) == 8


def test_adding_more_than_is_left_keeps_what_the_line_had(mine, goods, stock):
    add(mine, goods, 8)
    assert add(mine, goods, 3).json() == OUT_OF_STOCK
    assert (mine.get(f"/shopcarts/{goods.pk}/").json()["nums"], stock(goods)) == (8, 2)


def test_a_line_has_a_largest_number(mine, goods, stock, settings):
    settings.CART_MAX_NUMS = 4
    text = {"nums": ["每种商品最多购买4件"]}
    assert add(mine, goods, 5).json() == text
    assert add(mine, goods, 3).status_code == 201
    assert add(mine, goods, 2).json() == text
    assert send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 5}).json() == text
    assert stock(goods) == 7


def test_a_cart_has_a_largest_number_of_lines(mine, theirs, goods, pears, stock, settings):
    settings.CART_MAX_LINES = 2
    plums = make_goods(goods.category, stock=3)
    assert [add(mine, each, 1).status_code for each in (goods, pears)] == [201, 201]
    refusal = add(mine, plums, 1)
    assert (refusal.status_code, refusal.json()) == (
        400, {"non_field_errors": ["购物车最多放2种商品"]},
    )  # fmt: skip
    assert stock(plums) == 3
    assert add(mine, pears, 1).json()["nums"] == 2  # no line more
    assert mine.delete(f"/shopcarts/{goods.pk}/").status_code == 204
    assert [add(client, plums, 1).status_code for client in (mine, theirs)] == [201, 201]


@pytest.mark.parametrize("unknown", [10**6, "abc", None, "", True, 10**40])
def test_goods_that_are_none(mine, goods, unknown):
    response = send(mine, "post", "/shopcarts/", {"goods": unknown, "nums": 1})
    assert (response.status_code, list(response.json())) == (400, ["goods"])
    assert CartLine.objects.count() == 0


def test_goods_off_the_shelf_cannot_be_added(mine, goods, stock):
    add(mine, goods, 2)
    Goods.objects.update(is_on_sale=False)
    assert list(add(mine, goods, 1).json()) == ["goods"]
    assert list(send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 3}).json()) == ["goods"]
    assert stock(goods) == 8
    # Fewer of them, and none, the buyer may have.
    assert send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 1}).status_code == 200
    assert mine.get("/shopcarts/").json()[0]["is_on_sale"] is False
    assert mine.delete(f"/shopcarts/{goods.pk}/").status_code == 204
    assert stock(goods) == 10


def test_what_is_not_in_the_cart_cannot_be_changed(mine, theirs, goods, stock):
    add(theirs, goods, 2)
    for path in (f"/shopcarts/{goods.pk}/", "/shopcarts/abc/", "/shopcarts/999999/"):
        assert send(mine, "patch", path, {"nums": 1}).status_code == 404
        assert mine.delete(path).status_code == 404
    assert stock(goods) == 8


def test_without_an_account(api, goods, stock):
    assert add(api, goods).status_code == 401
    assert stock(goods) == 10


# --- Holds --------------------------------------------------------------------------------


def test_every_piece_stands_in_the_ledger(mine, buyer, goods, stock):
    add(mine, goods, 2)
    add(mine, goods, 3)
    send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 1})
    mine.delete(f"/shopcarts/{goods.pk}/")
    cart = f"cart:{buyer.pk}"
    assert ledger(goods) == [
        (-2, "hold", cart), (-3, "hold", cart), (4, "release", cart), (1, "release", cart),
    ]  # fmt: skip


def test_a_hold_lapses_and_the_line_stays(mine, buyer, goods, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        add(mine, goods, 2)
        clock.shift(timedelta(minutes=29, seconds=59))
        assert holds_release_lapsed() == 0
        clock.shift(timedelta(seconds=1))
        # By the clock the hold is over, swept or not.
        assert mine.get("/shopcarts/").json()[0]["held_until"] is None
        assert stock(goods) == 8
        assert holds_release_lapsed() == 1
        assert holds_release_lapsed() == 0
        [line] = mine.get("/shopcarts/").json()
    assert (line["nums"], line["held_until"], stock(goods)) == (2, None, 10)
    assert ledger(goods)[-1] == (2, "lapse", f"cart:{buyer.pk}")


def test_a_change_holds_for_the_whole_time_again_but_not_beyond_twice_of_it(mine, goods, settings):
    settings.CART_HOLD_MINUTES = 10
    with time_machine.travel(NOW, tick=False) as clock:
        add(mine, goods, 2)
        clock.shift(timedelta(minutes=9))
        add(mine, goods, 1)
        assert CartLine.objects.get().held_until == NOW + timedelta(minutes=19)
        clock.shift(timedelta(minutes=9))
        send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 3})
        assert CartLine.objects.get().held_until == NOW + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("method", "nums", "total"), [("post", 1, 3), ("patch", 3, 3), ("patch", 2, 2), ("patch", 1, 1)]
)
def test_changing_a_lapsed_line_takes_all_of_it_again(mine, goods, stock, method, nums, total):
    add(mine, goods, 2)
    holds_release_lapsed(now=timezone.now() + timedelta(hours=1))
    assert stock(goods) == 10
    path = "/shopcarts/" if method == "post" else f"/shopcarts/{goods.pk}/"
    response = send(mine, method, path, {"goods": goods.pk, "nums": nums})
    assert response.json() == {"goods": goods.pk, "nums": total}
    assert stock(goods) == 10 - total
    assert CartLine.objects.get().held_until_now is not None


def test_a_lapsed_line_whose_goods_are_gone_stays_as_it_was(mine, theirs, goods, stock):
    add(mine, goods, 2)
    holds_release_lapsed(now=timezone.now() + timedelta(hours=1))
    add(theirs, goods, 9)
    assert send(mine, "patch", f"/shopcarts/{goods.pk}/", {"nums": 2}).json() == OUT_OF_STOCK
    assert CartLine.objects.get(user__username="13800000001").held_until is None
    assert stock(goods) == 1


def test_removing_a_lapsed_line_gives_nothing_back_twice(mine, goods, stock):
    add(mine, goods, 2)
    holds_release_lapsed(now=timezone.now() + timedelta(hours=1))
    assert mine.delete(f"/shopcarts/{goods.pk}/").status_code == 204
    assert stock(goods) == 10


def test_what_others_only_seem_to_hold_can_be_bought(mine, theirs, goods, stock):
    """Between two sweeps a buyer is not told that goods are gone that are not."""
    with time_machine.travel(NOW, tick=False) as clock:
        add(mine, goods, 8)
        assert add(theirs, goods, 3).json() == OUT_OF_STOCK
        clock.shift(timedelta(minutes=30))
        assert add(theirs, goods, 3).status_code == 201
    assert stock(goods) == 7


def test_the_sweep_takes_every_cart(mine, theirs, goods, pears, stock):
    for client, row in [(mine, goods), (mine, pears), (theirs, goods)]:
        add(client, row, 2)
    assert holds_release_lapsed(now=timezone.now() + timedelta(minutes=29)) == 0
    assert holds_release_lapsed(now=timezone.now() + timedelta(minutes=31)) == 3
    assert (stock(goods), stock(pears)) == (10, 5)


# --- Given up by the database ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_first_add_that_the_database_gives_up_is_repeated(
    buyer: UserProfile, settings: Any
) -> None:
    settings.ZEAL_NPLUSONE_THRESHOLD = 100  # a retry is not a loop of queries
    goods, client = make_goods(make_category(), stock=3), client_of(buyer)
    with deadlocks(ShoppingCart, 1) as carts, deadlocks(CartLine, 2) as lines:
        assert add(client, goods, 2).status_code == 201
    assert (len(carts), len(lines)) == (1, 2)
    assert list(CartLine.objects.values_list("nums", flat=True)) == [2]
    goods.refresh_from_db()
    assert goods.goods_num == 1


# --- Queries ------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [1, 20])
def test_list_takes_three_queries_beside_the_user(
    mine: APIClient, buyer: UserProfile, goods: Goods, lines: int, django_assert_num_queries: Any
) -> None:
    for number in range(lines):
        add(mine, make_goods(goods.category, stock=3, pictures=2, name=f"{number}"))
    with django_assert_num_queries(2 + 3):  # session and user; lines, goods, pictures
        assert len(mine.get("/shopcarts/").json()) == lines
