"""/orders/: reading, cancelling and hiding; what the clock and the sweep do."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_goods
from apps.trade.models import OrderInfo, Payment
from apps.trade.order_status import MOVES, Event, MoveRefusedError, PayStatus, next_status
from apps.trade.services.closing import Outcome, order_close_via_gateway, orders_close_expired
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.services.orders import (
    OrderPaidError,
    order_close,
    order_hide,
)
from apps.trade.services.reconciling import payments_reconcile
from utils.alipay import AlipayClient, AlipayUnreachableError

from .addresses import DESTINATION

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
PAID = {"detail": "订单已付款，确认收货之前不能删除。"}


def status_of(order: dict[str, Any]) -> tuple[str, str]:
    row = OrderInfo.objects.get(pk=order["id"])
    return row.pay_status, row.closed_by


# --- Reading ------------------------------------------------------------------------------


def test_list_is_newest_first_and_bare(mine, order_of):
    first, second = order_of(1), order_of(2)
    assert [order["id"] for order in mine.get("/orders/").json()] == [second["id"], first["id"]]


@time_machine.travel(NOW, tick=False)
def test_list_and_detail_say_what_checkout_said(mine, order_of):
    answer = order_of(2)
    [listed] = mine.get("/orders/").json()
    assert {name: listed[name] for name in answer} == answer
    detail = mine.get(f"/orders/{answer['id']}/").json()
    assert {name: detail[name] for name in answer} == answer


def test_detail_shows_the_lines_as_they_were_bought(mine, buyer, order_of, goods):
    answer = order_of(2)
    Goods.objects.update(
        name="血橙", shop_price=Decimal("99.00"), goods_front_image="goods/new.webp"
    )
    detail = mine.get(f"/orders/{answer['id']}/").json()
    assert detail["user"] == buyer.pk
    [line] = detail["goods"]
    card = line.pop("goods")
    row = OrderInfo.objects.get().lines.get()
    assert line == {
        "id": row.pk,
        "goods_num": 2,
        "name": "脐橙",
        "price": 12.3,
        "image": None,
        "add_time": answer["add_time"],
        "order": answer["id"],
    }
    assert (card["id"], card["name"], card["shop_price"]) == (goods.pk, "血橙", 99.0)
    assert detail["order_mount"] == 24.6


def test_the_picture_of_a_line_is_the_one_of_its_day(mine, order_of, goods):
    Goods.objects.update(goods_front_image="goods/old.webp")
    answer = order_of(1)
    Goods.objects.update(goods_front_image="goods/new.webp", is_on_sale=False)
    [line] = mine.get(f"/orders/{answer['id']}/").json()["goods"]
    assert line["image"] == "http://testserver/media/goods/old.webp"


def test_others_see_nothing_of_it(theirs, api, order_of):
    answer = order_of(1)
    assert theirs.get("/orders/").json() == []
    for method in ("get", "delete"):
        assert getattr(theirs, method)(f"/orders/{answer['id']}/").status_code == 404
        assert getattr(api, method)(f"/orders/{answer['id']}/").status_code == 401
    assert status_of(answer) == ("paying", "")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_nobody_writes_to_an_order(mine, order_of, method):
    answer = order_of(1)
    response = getattr(mine, method)(f"/orders/{answer['id']}/", {"pay_status": "TRADE_SUCCESS"})
    assert response.status_code == 405
    assert status_of(answer) == ("paying", "")


@pytest.mark.parametrize("lines", [1, 20])
def test_detail_takes_the_same_queries_for_any_order(mine, goods, lines, django_assert_num_queries):
    for number in range(lines):
        row = make_goods(goods.category, stock=3, pictures=2, name=f"{number}")
        mine.post("/shopcarts/", {"goods": row.pk, "nums": 1})
    answer = mine.post("/orders/", DESTINATION).json()
    with django_assert_num_queries(2 + 4):  # session, user; order, lines, goods, pictures
        assert len(mine.get(f"/orders/{answer['id']}/").json()["goods"]) == lines


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_the_same_queries(mine, order_of, count, django_assert_num_queries):
    for _ in range(count):
        order_of(1)
    with django_assert_num_queries(2 + 2):  # session, user; orders, lines
        assert len(mine.get("/orders/").json()) == count


def test_pages_sign_the_links_of_their_own_orders_alone(
    mine, order_of, monkeypatch, django_assert_num_queries
):
    orders = [order_of(1) for _ in range(3)]
    shown: list[int] = []
    monkeypatch.setattr(
        "apps.trade.views.orders.pay_links_attach",
        lambda rows, **_kind: shown.extend(row.pk for row in rows),
    )
    monkeypatch.setattr(OrderInfo, "alipay_url", "made", raising=False)
    with django_assert_num_queries(2 + 3):  # session, user; count, orders, lines
        body = mine.get("/orders/?page=2&page_size=2").json()
    assert [order["id"] for order in body["results"]] == shown == [orders[0]["id"]]
    assert (body["count"], body["next"]) == (3, None)
    assert body["previous"] == "http://testserver/orders/?page=1&page_size=2"


def test_the_newest_hundred(mine, buyer, order_of):
    order_of(1)
    [row] = OrderInfo.objects.all()
    for number in range(100):
        row.pk, row.order_sn = None, f"{number:020}"
        row.is_hidden = False
        row.save(force_insert=True)
    ids = list(OrderInfo.objects.order_by("-pk").values_list("pk", flat=True))
    assert len(ids) == 101
    assert [order["id"] for order in mine.get("/orders/").json()] == ids[:100]


# --- Cancelling and hiding ----------------------------------------------------------------


def test_deleting_what_is_unpaid_gives_the_stock_back(mine, order_of, gateway, goods, stock):
    answer = order_of(3)
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
    assert status_of(answer) == ("TRADE_CLOSED", "cancel")
    assert stock(goods) == 10
    last = StockMovement.objects.latest("pk")
    assert (last.delta, last.reason, last.reference) == (3, "close", answer["order_sn"])
    assert gateway.asked == ["alipay.trade.query"]


def test_deleting_what_is_unpaid_closes_the_trade_at_the_gateway(mine, order_of, gateway):
    answer = order_of(3)
    trade_no = gateway.open(answer["alipay_url"])
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
    assert gateway.asked == ["alipay.trade.query", "alipay.trade.close"]
    assert gateway.press_pay(trade_no).status_code == 409
    assert status_of(answer) == ("TRADE_CLOSED", "cancel")


@pytest.mark.parametrize("is_closed", [False, True])
def test_deleting_hides(mine, order_of, gateway, goods, stock, is_closed):
    answer = order_of(3)
    if is_closed:
        order_close(order_id=answer["id"], event=Event.STAFF_CLOSE)
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
    assert gateway.asked == ([] if is_closed else ["alipay.trade.query"])
    assert mine.get("/orders/").json() == []
    assert mine.get(f"/orders/{answer['id']}/").status_code == 404
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 404
    assert (OrderInfo.objects.count(), stock(goods)) == (1, 10)


def test_a_paid_order_stays(mine, paid_order, goods, stock):
    response = mine.delete(f"/orders/{paid_order['id']}/")
    assert (response.status_code, response.json()) == (400, PAID)
    assert status_of(paid_order) == ("TRADE_SUCCESS", "")
    assert stock(goods) == 8
    assert len(mine.get("/orders/").json()) == 1


def test_a_finished_order_is_hidden(mine, paid_order):
    OrderInfo.objects.update(pay_status="TRADE_FINISHED")
    assert mine.delete(f"/orders/{paid_order['id']}/").status_code == 204
    assert mine.get("/orders/").json() == []


def test_money_for_a_deleted_order_brings_it_back(mine, order_of, gateway, goods, stock):
    answer = order_of(3)
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
    gateway.pay(answer["alipay_url"])  # on the page that was open all the time
    assert [row["pay_status"] for row in mine.get("/orders/").json()] == ["TRADE_SUCCESS"]
    assert mine.get(f"/orders/{answer['id']}/").status_code == 200
    assert stock(goods) == 7


def test_money_that_pays_no_order_brings_none_back(mine, theirs, order_of, gateway, goods):
    answer = order_of(3)
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
    theirs.post("/shopcarts/", {"goods": goods.pk, "nums": 10})
    gateway.pay(answer["alipay_url"])
    assert Payment.objects.get().flag == "sold_out"
    assert mine.get("/orders/").json() == []


def test_only_what_is_over_can_be_hidden(order_of, paid_order):
    for order in (order_of(), paid_order):
        with pytest.raises(OrderPaidError):
            order_hide(order_id=order["id"])
    assert not OrderInfo.objects.filter(is_hidden=True).exists()


def test_cancelling_what_was_paid_meanwhile_confirms_it(mine, order_of, gateway, goods, sold):
    """The notice is lost; the gateway knows better."""
    answer = order_of(2)
    gateway.pay(answer["alipay_url"], drop=True)
    assert status_of(answer) == ("paying", "")
    response = mine.delete(f"/orders/{answer['id']}/")
    assert (response.status_code, response.json()) == (400, PAID)
    assert status_of(answer) == ("TRADE_SUCCESS", "")
    assert sold(goods) == 2


def test_paid_between_the_question_and_the_close(
    order_of, gateway, monkeypatch, goods, stock, sold
):
    answer = order_of(2)
    trade_no = gateway.open(answer["alipay_url"])
    close = AlipayClient.close

    def too_late(self: AlipayClient, *, out_trade_no: str) -> Any:
        gateway.press_pay(trade_no, drop=True)
        return close(self, out_trade_no=out_trade_no)

    monkeypatch.setattr(AlipayClient, "close", too_late)
    assert order_close_via_gateway(order_id=answer["id"], event=Event.CANCEL) == Outcome.PAID
    assert gateway.asked == ["alipay.trade.query", "alipay.trade.close", "alipay.trade.query"]
    assert (status_of(answer), stock(goods), sold(goods)) == (("TRADE_SUCCESS", ""), 8, 2)


def test_cancelling_needs_the_gateway(mine, order_of, gateway, goods, stock):
    answer = order_of(2)
    gateway.silent = True
    response = mine.delete(f"/orders/{answer['id']}/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert (status_of(answer), stock(goods)) == (("paying", ""), 8)
    gateway.silent = False
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204


# --- The clock and the sweep --------------------------------------------------------------


def test_an_order_that_was_not_paid_in_time(mine, order_of, gateway, goods, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        answer = order_of(3)
        clock.shift(timedelta(minutes=29, seconds=59))
        assert mine.get("/orders/").json()[0]["pay_status"] == "paying"
        assert orders_close_expired() == {"closed": 0, "paid": 0, "left": 0}
        clock.shift(timedelta(seconds=1))
        # By the clock it is closed, swept or not.
        [shown] = mine.get("/orders/").json()
        assert (shown["pay_status"], shown["alipay_url"]) == ("TRADE_CLOSED", None)
        assert (status_of(answer), stock(goods)) == (("paying", ""), 7)
        assert orders_close_expired() == {"closed": 1, "paid": 0, "left": 0}
        assert orders_close_expired() == {"closed": 0, "paid": 0, "left": 0}
    assert (status_of(answer), stock(goods)) == (("TRADE_CLOSED", "expire"), 10)


def test_deleting_what_is_over_by_the_clock_hides_it(mine, order_of, gateway, goods, stock):
    with time_machine.travel(NOW, tick=False) as clock:
        answer = order_of(3)
        clock.shift(timedelta(minutes=30))
        assert mine.delete(f"/orders/{answer['id']}/").status_code == 204
        assert mine.get("/orders/").json() == []
    assert (status_of(answer), stock(goods)) == (("TRADE_CLOSED", "expire"), 10)


def test_the_sweep_asks_before_it_gives_stock_back(order_of, gateway, goods, stock, sold):
    with time_machine.travel(NOW, tick=False) as clock:
        answer = order_of(3)
        gateway.pay(answer["alipay_url"], drop=True)
        clock.shift(timedelta(minutes=31))
        assert orders_close_expired() == {"closed": 0, "paid": 1, "left": 0}
    assert (status_of(answer), stock(goods), sold(goods)) == (("TRADE_SUCCESS", ""), 7, 3)


def test_the_sweep_leaves_what_the_gateway_does_not_answer(order_of, gateway, goods, stock):
    gateway.silent = True
    with time_machine.travel(NOW, tick=False) as clock:
        answers = [order_of(1), order_of(1)]
        clock.shift(timedelta(minutes=31))
        assert orders_close_expired() == {"closed": 0, "paid": 0, "left": 2}
        assert {status_of(answer) for answer in answers} == {("paying", "")}
        gateway.silent = False
        assert orders_close_expired() == {"closed": 2, "paid": 0, "left": 0}
    assert stock(goods) == 10


def test_the_sweep_waits_for_a_silent_gateway_three_times(order_of, gateway, settings):
    settings.ORDER_MAX_UNPAID = 7
    with time_machine.travel(NOW, tick=False) as clock:
        orders = [order_of(1) for _ in range(7)]
        clock.shift(timedelta(minutes=31))
        gateway.silent = True
        # Others than last time come first: one that never gets an answer holds up nobody.
        for asked in (3, 6, 7):
            clock.shift(timedelta(seconds=30))
            gateway.asked.clear()
            assert orders_close_expired() == {"closed": 0, "paid": 0, "left": 7}
            assert len(gateway.asked) == 3
            assert OrderInfo.objects.exclude(asked_at=None).count() == asked
        gateway.silent = False
        assert orders_close_expired() == {"closed": 7, "paid": 0, "left": 0}
    assert {status_of(order) for order in orders} == {("TRADE_CLOSED", "expire")}


def test_an_answer_now_and_then_keeps_the_sweep_going(order_of, gateway, monkeypatch, settings):
    settings.ORDER_MAX_UNPAID = 7
    query, calls = AlipayClient.query, count(1)

    def stuttering(self: AlipayClient, *, out_trade_no: str) -> Any:
        if next(calls) % 3:
            raise AlipayUnreachableError
        return query(self, out_trade_no=out_trade_no)

    monkeypatch.setattr(AlipayClient, "query", stuttering)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(7):
            order_of(1)
        clock.shift(timedelta(minutes=31))
        assert orders_close_expired() == {"closed": 2, "paid": 0, "left": 5}


def test_reconciling_waits_for_a_silent_gateway_three_times(order_of, gateway):
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            order_of(1)
        clock.shift(timedelta(minutes=3))
        gateway.silent = True
        asked = {"notices": 0, "asked": 0, "refunds": 0}
        assert payments_reconcile() == {**asked, "silent": 5}
        assert len(gateway.asked) == 3
        gateway.silent = False
        # The other two; the three were asked about a moment ago.
        assert payments_reconcile() == {**asked, "asked": 2, "silent": 0}


def test_the_sweep_looks_at_nothing_that_is_over(
    mine, order_of, paid_order, gateway, django_assert_num_queries
):
    assert mine.delete(f"/orders/{order_of(1)['id']}/").status_code == 204
    gateway.asked.clear()
    later = timezone.now() + timedelta(days=1)
    with django_assert_num_queries(1):
        assert orders_close_expired(now=later) == {"closed": 0, "paid": 0, "left": 0}
    assert gateway.asked == []


def test_a_longer_time_to_pay_holds_for_new_orders_only(order_of, settings):
    with time_machine.travel(NOW, tick=False):
        settings.ORDER_PAY_MINUTES = 5
        assert order_of(1)["expires_at"] == "2026-11-23T10:05:00+08:00"
        settings.ORDER_PAY_MINUTES = 60
        assert order_of(1)["expires_at"] == "2026-11-23T11:00:00+08:00"
        assert OrderInfo.objects.earliest("pk").expires_at == NOW + timedelta(minutes=5)


def test_an_order_keeps_its_stock_though_its_cart_would_have_lapsed(order_of, goods, stock):
    order_of(3)
    assert holds_release_lapsed(now=timezone.now() + timedelta(days=1)) == 0
    assert stock(goods) == 7


# --- The table of moves -------------------------------------------------------------------


def test_every_move_is_one_that_was_meant():
    lines = sorted(f"{status} -{event}-> {target}" for (status, event), target in MOVES.items())
    assert lines == [
        "TRADE_CLOSED -pay-> TRADE_SUCCESS",
        "TRADE_FINISHED -receive-> TRADE_FINISHED",
        "TRADE_FINISHED -refund-> TRADE_CLOSED",
        "TRADE_FINISHED -ship-> TRADE_FINISHED",
        "TRADE_SUCCESS -finish-> TRADE_FINISHED",
        "TRADE_SUCCESS -receive-> TRADE_SUCCESS",
        "TRADE_SUCCESS -refund-> TRADE_CLOSED",
        "TRADE_SUCCESS -ship-> TRADE_SUCCESS",
        "WAIT_BUYER_PAY -cancel-> TRADE_CLOSED",
        "WAIT_BUYER_PAY -dismiss-> TRADE_CLOSED",
        "WAIT_BUYER_PAY -expire-> TRADE_CLOSED",
        "WAIT_BUYER_PAY -pay-> TRADE_SUCCESS",
        "paying -cancel-> TRADE_CLOSED",
        "paying -cashier-> WAIT_BUYER_PAY",
        "paying -dismiss-> TRADE_CLOSED",
        "paying -expire-> TRADE_CLOSED",
        "paying -pay-> TRADE_SUCCESS",
    ]


@pytest.mark.parametrize("status", PayStatus)
@pytest.mark.parametrize("event", Event)
def test_every_other_move_is_refused(status, event):
    if (status, event) not in MOVES:
        with pytest.raises(MoveRefusedError, match=f"{event} is not for an order that is {status}"):
            next_status(status, event)


def test_closing_what_is_paid_is_refused(paid_order, goods, stock):
    for event in (Event.CANCEL, Event.EXPIRE, Event.STAFF_CLOSE):
        with pytest.raises(MoveRefusedError):
            order_close(order_id=paid_order["id"], event=event)
    assert (status_of(paid_order), stock(goods)) == (("TRADE_SUCCESS", ""), 8)


def test_closing_twice_gives_back_once(order_of, goods, stock):
    answer = order_of(3)
    assert order_close(order_id=answer["id"], event=Event.CANCEL) is True
    assert order_close(order_id=answer["id"], event=Event.EXPIRE) is False
    assert (status_of(answer), stock(goods)) == (("TRADE_CLOSED", "cancel"), 10)
