"""POST /orders/preview/: what a checkout would answer, without doing it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.goods.models import Goods
from apps.goods.tests.factories import make_goods
from apps.trade.models import (
    CartLine,
    FreightRule,
    ShoppingCart,
)
from tests.clients import send

from .addresses import DESTINATION, add_address
from .ordering import fill, state

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def ask(client: Any, **body: Any) -> Any:
    response = send(client, "post", "/orders/preview/", body)
    assert response.status_code == 200, response.json()
    return response.json()


def test_a_preview_as_it_is_answered(mine, goods, pears):
    FreightRule.objects.create(name="all", fee=8, is_default=True)
    Goods.objects.filter(pk=pears.pk).update(ship_free=False)
    fill(mine, (goods, 2), (pears, 3))
    cards = {line["goods"]["id"]: line["goods"] for line in mine.get("/shopcarts/").json()}
    no_problem = {"problem": None, "problem_code": None}
    assert ask(mine) == {
        "lines": [
            {"goods": cards[pears.pk], "nums": 3, "price": 5.05, "amount": 15.15, **no_problem},
            {"goods": cards[goods.pk], "nums": 2, "price": 12.3, "amount": 24.6, **no_problem},
        ],
        "goods_amount": 39.75,
        "freight_amount": 8.0,
        "order_mount": 47.75,
        "problems": [],
    }
    chosen = ask(mine, goods=[goods.pk], order_mount=24.6)
    assert (chosen["order_mount"], chosen["freight_amount"], chosen["problems"]) == (24.6, 0.0, [])


def test_nothing_is_in_the_cart(mine):
    nothing = {"lines": [], "goods_amount": 0.0, "freight_amount": 0.0, "order_mount": 0.0}
    assert ask(mine) == {**nothing, "problems": ["购物车为空"]}
    assert not ShoppingCart.objects.exists()


def test_buy_now_makes_no_cart(mine, goods):
    found = ask(mine, buy_now={"goods": goods.pk, "nums": 2})
    assert (found["order_mount"], found["problems"]) == (24.6, [])
    assert not ShoppingCart.objects.exists()


def test_texts_are_in_the_language_of_the_request(mine):
    answer = mine.post("/orders/preview/", {}, headers={"accept-language": "en"})
    assert answer.json()["problems"] == ["The cart is empty."]


def test_what_makes_no_sense_is_refused_as_by_a_checkout(mine, goods, api):
    both = {"goods": [goods.pk], "buy_now": {"goods": goods.pk, "nums": 1}}
    for body, name in (
        ({"goods": []}, "goods"), ({"goods": "x"}, "goods"), (both, "buy_now"),
        ({"buy_now": {"goods": goods.pk}}, "buy_now"), ({"order_mount": "x"}, "order_mount"),
        ({"address_id": 1, "address": "x"}, "address_id"), ({"address": "长" * 101}, "address"),
        ({"singer_mobile": "1"}, "singer_mobile"), ([], "non_field_errors"),
    ):  # fmt: skip
        response = send(mine, "post", "/orders/preview/", body)
        assert (response.status_code, list(response.json())) == (400, [name])
    assert send(api, "post", "/orders/preview/", {}).status_code == 401
    assert mine.get("/orders/preview/").status_code == 405


# --- As a checkout would have it ----------------------------------------------------------

Situation = Callable[..., dict[str, Any]]


def nothing_wrong(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 2), (case.pears, 3))
    return {}


def empty(case: Any) -> dict[str, Any]:
    return {}


def own_hold(case: Any) -> dict[str, Any]:
    """All there is, and the cart has it."""
    fill(case.mine, (case.pears, 5))
    return {"goods": [case.pears.pk]}


def own_hold_is_over(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.pears, 5))
    case.clock.shift(timedelta(minutes=31))
    return {}


def own_cart_beside_buy_now(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.pears, 4))
    return {"buy_now": {"goods": case.pears.pk, "nums": 2}}


def own_cart_is_over_beside_buy_now(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.pears, 4))
    case.clock.shift(timedelta(minutes=31))
    return {"buy_now": {"goods": case.pears.pk, "nums": 5}}


def held_by_another(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.pears, 5))
    case.clock.shift(timedelta(hours=1))
    fill(case.theirs, (case.pears, 3))
    return {}


def over_with_another(case: Any) -> dict[str, Any]:
    held_by_another(case)
    case.clock.shift(timedelta(minutes=31))
    return {}


def off_the_shelf(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 2), (case.pears, 3))
    Goods.objects.filter(pk=case.pears.pk).update(is_on_sale=False)
    return {}


def off_the_shelf_and_now(case: Any) -> dict[str, Any]:
    Goods.objects.filter(pk=case.pears.pk).update(is_on_sale=False)
    return {"buy_now": {"goods": case.pears.pk, "nums": 1}}


def too_many_of_one(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 3))
    case.settings.CART_MAX_NUMS = 4
    return {"buy_now": {"goods": case.goods.pk, "nums": 2}}


def too_many_together(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 3), (case.pears, 3))
    case.settings.HOLD_MAX_PIECES = 5
    return {"goods": [case.goods.pk]}


def too_many_orders(case: Any) -> dict[str, Any]:
    case.settings.ORDER_MAX_UNPAID = 1
    fill(case.mine, (case.goods, 1))
    assert case.mine.post("/orders/", DESTINATION).status_code == 201
    fill(case.mine, (case.pears, 1))
    return {}


def a_second_click(case: Any) -> dict[str, Any]:
    body = {"buy_now": {"goods": case.goods.pk, "nums": 1}}
    assert send(case.mine, "post", "/orders/", {**DESTINATION, **body}).status_code == 201
    return body


def ordered_before(case: Any) -> dict[str, Any]:
    for minute in (0, 25, 50, 75):
        case.clock.move_to(NOW + timedelta(minutes=minute))
        fill(case.mine, (case.goods, 1))
        made = case.mine.post("/orders/", DESTINATION).json()
        case.mine.delete(f"/orders/{made['id']}/")
    case.clock.move_to(NOW + timedelta(minutes=88))
    fill(case.mine, (case.goods, 1))
    return {}


def not_in_the_cart(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 1))
    return {"goods": [case.goods.pk, case.pears.pk]}


def another_total(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 1))
    return {"order_mount": 12.29}


def not_payable(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 1))
    Goods.objects.update(shop_price=0)
    return {}


def unknown_address(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 1))
    return {"address_id": 999}


def unfit_address(case: Any) -> dict[str, Any]:
    fill(case.mine, (case.goods, 1))
    return {"address_id": add_address(case.mine, signer_name="长" * 21)}


SITUATIONS: list[tuple[Situation, list[str]]] = [
    (nothing_wrong, []),
    (empty, ["order"]),
    (own_hold, []),
    (own_hold_is_over, []),
    (own_cart_beside_buy_now, ["out_of_stock"]),
    (own_cart_is_over_beside_buy_now, []),
    (held_by_another, ["out_of_stock"]),
    (over_with_another, []),
    (off_the_shelf, ["off_shelf"]),
    (off_the_shelf_and_now, ["order"]),
    (too_many_of_one, ["too_many"]),
    (too_many_together, ["order"]),
    (too_many_orders, ["order"]),
    (a_second_click, ["order"]),
    (ordered_before, ["ordered_before"]),
    (not_in_the_cart, ["order"]),
    (another_total, ["order"]),
    (not_payable, ["order"]),
    (unknown_address, ["order"]),
    (unfit_address, ["order"]),
]


@pytest.fixture
def case(request, mine, theirs, goods, pears, clock, settings, gateway) -> Any:
    class Case: ...

    found: Any = Case()
    for name in ("mine", "theirs", "goods", "pears", "clock", "settings"):
        setattr(found, name, request.getfixturevalue(name))
    return found


@pytest.mark.parametrize(
    ("situation", "expected"), SITUATIONS, ids=lambda it: getattr(it, "__name__", "")
)
def test_preview_and_checkout_agree(case, situation, expected):
    body = situation(case)
    if "address_id" not in body:
        body |= DESTINATION
    before = state(ShoppingCart)
    preview = ask(case.mine, **body)
    assert state(ShoppingCart) == before
    texts = [line["problem"] for line in preview["lines"] if line["problem"]]
    codes = [line["problem_code"] for line in preview["lines"] if line["problem_code"]]
    assert codes + ["order"] * len(preview["problems"]) == expected
    answer = send(case.mine, "post", "/orders/", body)
    if not expected:
        assert answer.status_code == 201, answer.json()
        amounts = ("order_mount", "goods_amount", "freight_amount")
        assert [answer.json()[name] for name in amounts] == [preview[name] for name in amounts]
        return
    assert answer.status_code == 400
    [[refusal]] = answer.json().values()
    if isinstance(refusal, dict):
        assert len(texts) == 1
        if refusal["available"]:
            assert texts == [f"库存不足，最多可购 {refusal['available']} 件"]
    else:
        assert [refusal] == texts + preview["problems"]


@pytest.mark.parametrize("lines", [1, 20])
@pytest.mark.parametrize("is_short", [False, True])
def test_a_preview_takes_the_same_queries_for_any_cart(mine, goods, lines, is_short):
    address_id = add_address(mine)
    fill(mine, *((make_goods(goods.category, stock=3, ship_free=False), 1) for _ in range(lines)))
    if is_short:
        CartLine.objects.update(held_until=None)
        Goods.objects.update(goods_num=0)
    with CaptureQueriesContext(connection) as queries:
        found = ask(mine, address_id=address_id)
    assert len(found["lines"]) == lines
    assert [line["problem_code"] for line in found["lines"]] == (
        ["out_of_stock" if is_short else None] * lines
    )
    # Session and user; the address, the cart, unpaid orders, goods and their pictures,
    # hold windows, the freight rule. What is short: holds that are over. The clock is travelling,
    # else it is one more.
    assert len(queries) == 2 + 7 + is_short
    written = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT", "BEGIN")
    for query in queries.captured_queries:
        assert not query["sql"].startswith(written)
        assert "FOR UPDATE" not in query["sql"]
