"""POST /orders/: from a cart to an order, all of it or nothing."""

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_goods
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services import checkout
from apps.trade.services.lapsed_holds import holds_release_lapsed
from tests.audit import assert_audit_clean

from .addresses import DESTINATION
from .ordering import fill, lapse, order

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


# --- The order ----------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_an_order_as_it_is_answered(mine, goods, pears):
    fill(mine, (goods, 2), (pears, 3))
    response = order(mine, post_script="早上送", order_mount=39.75)
    answer = response.json()
    assert response.status_code == 201
    row = OrderInfo.objects.get()
    assert answer == {
        "id": row.pk,
        "order_sn": row.order_sn,
        "nonce_str": None,
        "trade_no": None,
        "pay_status": "paying",
        "pay_type": "alipay",
        "pay_time": None,
        "post_script": "早上送",
        "order_mount": 39.75,
        **DESTINATION,
        "add_time": "2026-11-23T10:00:00+08:00",
        "expires_at": "2026-11-23T10:30:00+08:00",
        "shipped_at": None,
        "alipay_url": answer["alipay_url"],
        "status": "to_pay",
        "actions": ["pay", "cancel"],
        "goods_amount": 39.75,
        "freight_amount": 0.0,
        "refunded_amount": 0.0,
        "open_refund": None,
        "open_refund_state": None,
        "close_reason": None,
        "received_at": None,
        "shipments": [],
    }
    assert re.fullmatch(r"20261123100000\d{8}", row.order_sn)
    assert row.order_mount == Decimal("39.75")


@time_machine.travel(NOW, tick=False)
def test_the_pay_link_is_signed_for_this_order(order_of, settings):
    answer = order_of(2)
    parts = urlsplit(answer["alipay_url"])
    params = dict(parse_qsl(parts.query))
    content = json.loads(params["biz_content"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == settings.ALIPAY_GATEWAY_URL
    assert (params["method"], params["app_id"]) == ("alipay.trade.page.pay", "2021000000000009")
    assert params["notify_url"] == "http://testserver/alipay/notify/"
    assert params["return_url"] == "http://testserver/alipay/return/"
    assert content["out_trade_no"] == answer["order_sn"]
    assert content["total_amount"] == "24.60"
    assert content["product_code"] == "FAST_INSTANT_TRADE_PAY"
    assert content["time_expire"] == "2026-11-23 10:30:00"
    assert content["subject"] == f"MxShop 订单 {answer['order_sn']}"


def test_the_pay_link_does_not_follow_the_host_of_the_request(mine, goods, settings):
    settings.ALLOWED_HOSTS = ["*"]
    fill(mine, (goods, 1))
    response = mine.post("/orders/", DESTINATION, headers={"host": "evil.example"})
    assert "evil.example" not in response.json()["alipay_url"]


def test_the_cart_becomes_the_order(mine, goods, pears, stock):
    fill(mine, (goods, 2), (pears, 3))
    movements = StockMovement.objects.count()
    answer = order(mine).json()
    assert mine.get("/shopcarts/").json() == []
    assert (stock(goods), stock(pears)) == (8, 2)
    assert StockMovement.objects.count() == movements  # the holds went over as they were
    lines = OrderGoods.objects.order_by("goods_id").values_list(
        "order_id", "goods_id", "goods_num", "name", "price", "image"
    )
    assert list(lines) == [
        (answer["id"], goods.pk, 2, "脐橙", Decimal("12.30"), ""),
        (answer["id"], pears.pk, 3, "酥梨", Decimal("5.05"), ""),
    ]


def test_lapsed_lines_are_taken_again(mine, buyer, goods, pears, stock):
    fill(mine, (goods, 2), (pears, 3))
    lapse()
    fill(mine, (pears, 1))
    assert (stock(goods), stock(pears)) == (10, 1)
    assert order(mine).status_code == 201
    assert (stock(goods), stock(pears)) == (8, 1)
    last = StockMovement.objects.order_by("-pk").first()
    assert (last.goods_id, last.delta, last.reason, last.reference) == (
        goods.pk, -2, "hold", f"cart:{buyer.pk}",
    )  # fmt: skip


def test_a_hold_that_is_over_but_not_swept_is_still_ours(mine, goods, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (goods, 10))
        clock.shift(timedelta(hours=1))
        assert order(mine).status_code == 201
    assert holds_release_lapsed(now=NOW + timedelta(days=1)) == 0
    assert stock(goods) == 0


def test_what_others_only_seem_to_hold_can_be_ordered(mine, theirs, other, goods, pears, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (pears, 5), (goods, 8))
        clock.shift(timedelta(hours=1))
        fill(theirs, (pears, 5), (goods, 10))  # ends what we held
        clock.shift(timedelta(hours=1))
        assert order(mine).status_code == 201
    assert (stock(pears), stock(goods)) == (0, 2)
    assert {*CartLine.objects.values_list("user", "held_until")} == {(other.pk, None)}
    assert_audit_clean()


def test_what_others_do_hold_cannot(mine, theirs, goods, pears):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (goods, 8), (pears, 5))
        clock.shift(timedelta(hours=1))
        fill(theirs, (goods, 10))
        clock.shift(timedelta(minutes=10))
        fill(theirs, (pears, 2))
        clock.shift(timedelta(minutes=25))  # the goods are free again, two of the pears are not
        answer = order(mine)
    assert (answer.status_code, answer.json()) == (
        400, {"goods": [{"goods": pears.pk, "name": "酥梨", "wanted": 5, "available": 3}]},
    )  # fmt: skip
    assert_audit_clean()


def test_prices_are_those_of_the_moment(mine, goods):
    fill(mine, (goods, 2))
    Goods.objects.update(shop_price=Decimal("13.00"))
    assert order(mine).json()["order_mount"] == 26.0


def test_a_second_checkout_finds_the_cart_empty(mine, goods, refused):
    fill(mine, (goods, 2))
    assert order(mine).status_code == 201
    refused(lambda: order(mine), {"non_field_errors": ["购物车为空"]})


def test_only_the_callers_cart(mine, theirs, goods, pears, stock):
    fill(mine, (goods, 2))
    fill(theirs, (pears, 1))
    assert order(mine).json()["order_mount"] == 24.6
    assert [line["nums"] for line in theirs.get("/shopcarts/").json()] == [1]


def test_an_empty_post_script(mine, goods):
    for post_script in ("", None):
        fill(mine, (goods, 1))
        assert order(mine, post_script=post_script).json()["post_script"] == ""


def test_a_taken_order_number_is_drawn_again(mine, goods, monkeypatch):
    numbers = iter([5, 5, 5, 6])
    monkeypatch.setattr(checkout.secrets, "randbelow", lambda limit: next(numbers))
    with time_machine.travel(NOW, tick=False):
        for _ in range(2):
            fill(mine, (goods, 1))
            assert order(mine).status_code == 201
    assert sorted(OrderInfo.objects.values_list("order_sn", flat=True)) == [
        "2026112310000000000005", "2026112310000000000006",
    ]  # fmt: skip


# --- Refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"address": ""}, ["address"]),
        ({"address": "   "}, ["address"]),
        ({"address": None}, ["address"]),
        ({"address": "长" * 101}, ["address"]),
        ({"signer_name": ""}, ["signer_name"]),
        ({"signer_name": "长" * 21}, ["signer_name"]),
        ({"singer_mobile": ""}, ["singer_mobile"]),
        ({"singer_mobile": "12345"}, ["singer_mobile"]),
        ({"post_script": "长" * 201}, ["post_script"]),
        ({"address": "", "signer_name": ""}, ["address", "signer_name"]),
        ({"order_mount": "abc"}, ["order_mount"]),
        ({"order_mount": True}, ["order_mount"]),
        ({"order_mount": [1]}, ["order_mount"]),
        ({"order_mount": "NaN"}, ["order_mount"]),
        ({"order_mount": "-Infinity"}, ["order_mount"]),
        ({"order_mount": "1e400"}, ["order_mount"]),
        ({"order_mount": 10**30}, ["order_mount"]),
    ],
)
def test_what_a_field_may_not_be(mine, goods, stock, fields, names):
    fill(mine, (goods, 2))
    response = order(mine, **fields)
    assert (response.status_code, sorted(response.json())) == (400, names)
    assert (OrderInfo.objects.count(), CartLine.objects.count(), stock(goods)) == (0, 1, 8)


@pytest.mark.parametrize("name", ["address", "signer_name", "singer_mobile"])
def test_what_must_be_there(mine, goods, name):
    fill(mine, (goods, 2))
    fields = {key: value for key, value in DESTINATION.items() if key != name}
    response = mine.post("/orders/", fields)
    assert (response.status_code, list(response.json())) == (400, [name])


@pytest.mark.parametrize(
    "shown", [24.6, "24.60", 24.600000000000005, "24.600000000000001", 24.609, "24.5901", "", None]
)
def test_a_total_that_was_shown_right(mine, goods, shown):
    fill(mine, (goods, 2))
    assert order(mine, order_mount=shown).status_code == 201


@pytest.mark.parametrize("shown", [0, 0.01, "0.01", 24.59, 24.61, -24.6, 24.61000001, 999999])
def test_a_total_that_was_shown_wrong(mine, goods, refused, shown):
    fill(mine, (goods, 2))
    refused(lambda: order(mine, order_mount=shown), {"order_mount": ["现在的总金额为 24.60 元"]})


def test_a_price_that_changed_since_it_was_shown(mine, goods, refused):
    fill(mine, (goods, 2))
    Goods.objects.update(shop_price=Decimal("13.00"))
    refused(lambda: order(mine, order_mount=24.6), {"order_mount": ["现在的总金额为 26.00 元"]})


def test_everything_that_ran_out_is_named(mine, theirs, goods, pears, refused):
    plums = make_goods(goods.category, name="青梅", stock=3)
    fill(mine, (plums, 3))
    lapse()
    fill(mine, (goods, 2), (pears, 5))
    lapse()
    fill(mine, (goods, 1))  # held again, all three of it
    fill(theirs, (pears, 4), (plums, 3))
    refused(
        lambda: order(mine),
        {
            "goods": [
                {"goods": pears.pk, "name": "酥梨", "wanted": 5, "available": 1},
                {"goods": plums.pk, "name": "青梅", "wanted": 3, "available": 0},
            ]
        },
    )


def test_goods_off_the_shelf_are_named(mine, goods, pears, refused):
    fill(mine, (goods, 2), (pears, 1))
    Goods.objects.filter(pk=goods.pk).update(is_on_sale=False)
    line = {"goods": goods.pk, "name": "脐橙", "wanted": 2, "available": 0}
    refused(lambda: order(mine), {"goods": [line]})


def test_a_free_cart_cannot_be_paid(mine, goods, refused):
    fill(mine, (goods, 2))
    Goods.objects.update(shop_price=0)
    refused(lambda: order(mine), {"non_field_errors": ["单笔订单无法支付 0.00 元"]})


def test_a_total_beyond_alipays_limit(mine, goods, refused):
    fill(mine, (goods, 2))
    Goods.objects.update(shop_price=Decimal("99999999.99"))
    refused(lambda: order(mine), {"non_field_errors": ["单笔订单无法支付 199999999.98 元"]})


def test_nothing_else_of_the_body_counts(mine, goods):
    fill(mine, (goods, 2))
    sent = {
        "pay_status": "TRADE_SUCCESS", "order_sn": "1", "trade_no": "1", "user": 1,
        "pay_time": "2020-01-01T00:00:00Z", "holds_stock": False, "expires_at": None,
    }  # fmt: skip
    answer = order(mine, **sent).json()
    assert (answer["pay_status"], answer["trade_no"], answer["pay_time"]) == ("paying", None, None)
    assert len(answer["order_sn"]) == 22


def test_without_an_account(api):
    assert order(api).status_code == 401


def test_checkouts_are_throttled_by_account(mine, theirs, settings):
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "checkout": "2/hour"}
    assert [order(mine).status_code for _ in range(3)] == [400, 400, 429]
    assert order(theirs).status_code == 400
    assert mine.get("/orders/").status_code == 200


# --- Queries ------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [1, 20])
@pytest.mark.parametrize("is_lapsed", [False, True])
def test_checkout_takes_the_same_queries_for_any_cart(
    mine, goods, lines, is_lapsed, django_assert_num_queries
):
    fill(mine, *((make_goods(goods.category, stock=3, name=f"{n}"), 1) for n in range(lines)))
    if is_lapsed:
        lapse()
    # Session and user; the transaction's savepoint, the cart, the account and the time, lines with
    # goods, what unpaid orders have, hold windows, the order, lines deleted and lines made, the
    # windows written. Lapsed: stock and ledger; of several, behind a lock and in a savepoint.
    taking = (2 if lines == 1 else 5) if is_lapsed else 0
    with django_assert_num_queries(2 + 11 + taking):
        assert order(mine).status_code == 201


# --- Repeated --------------------------------------------------------------------------------

KEY = {"HTTP_IDEMPOTENCY_KEY": "0b6f2d9c-checkout"}


def test_a_double_submit_makes_one_order(mine, goods, pears, stock):
    fill(mine, (goods, 2))
    first = mine.post("/orders/", DESTINATION, format="json", **KEY)
    fill(mine, (pears, 1))  # what comes into the cart meanwhile is not ordered by a repeat
    second = mine.post("/orders/", DESTINATION, format="json", **KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Idempotency-Replayed"] == "true"
    assert (OrderInfo.objects.count(), stock(goods), stock(pears)) == (1, 8, 4)


def test_the_key_of_another_order_is_refused(mine, goods):
    fill(mine, (goods, 2))
    assert mine.post("/orders/", DESTINATION, format="json", **KEY).status_code == 201
    fill(mine, (goods, 1))
    body = {**DESTINATION, "post_script": "另一单"}
    response = mine.post("/orders/", body, format="json", **KEY)
    assert (response.status_code, list(response.json())) == (422, ["detail"])
    assert (OrderInfo.objects.count(), CartLine.objects.count()) == (1, 1)


def test_a_refused_checkout_may_be_repeated_under_its_key(mine, goods):
    assert mine.post("/orders/", DESTINATION, format="json", **KEY).status_code == 400
    fill(mine, (goods, 2))
    assert mine.post("/orders/", DESTINATION, format="json", **KEY).status_code == 201


def test_a_key_whose_checkout_ends_the_holds_of_others(mine, theirs, pears):
    with time_machine.travel(NOW, tick=False) as clock:
        fill(mine, (pears, 5))
        clock.shift(timedelta(hours=1))
        fill(theirs, (pears, 5))
        clock.shift(timedelta(hours=1))
        first, second = (mine.post("/orders/", DESTINATION, format="json", **KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content


def test_the_key_is_the_buyers_own(mine, theirs, goods):
    for client in (mine, theirs):
        fill(client, (goods, 2))
        assert client.post("/orders/", DESTINATION, format="json", **KEY).status_code == 201
    assert OrderInfo.objects.count() == 2
