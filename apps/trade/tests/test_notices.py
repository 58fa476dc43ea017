"""What Alipay says, case by case: verdict, order, stock, answer (docs/payments.md)."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, transaction
from django.test import Client
from django.utils import timezone

from apps.goods.models import Goods
from apps.goods.services.stock import stock_adjust
from apps.goods.tests.factories import make_goods
from apps.trade import callbacks
from apps.trade.models import OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.order_status import Event
from apps.trade.services import notices
from apps.trade.services.orders import order_close
from apps.trade.services.payments import WrongAmountError, payment_confirm
from extra_apps.alipay_sandbox.keys import key_pair_make
from extra_apps.alipay_sandbox.models import SandboxTrade

from .notices import FORM, TRADE_NO, notice_of, send_notice, signed, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(order_of: Any) -> dict[str, Any]:
    """Two oranges for 24.60, not paid yet."""
    answer: dict[str, Any] = order_of(2)
    return answer


def verdicts() -> list[str]:
    return list(PaymentNotice.objects.order_by("pk").values_list("verdict", flat=True))


def accepted(response: Any) -> bool:
    """Whether the answer was "success", to the byte; anything else must be "failure"."""
    answer = (response.status_code, response.content, response["Content-Type"])
    if answer == (200, b"success", "text/plain"):
        return True
    assert answer == (400, b"failure", "text/plain")
    return False


# --- Paid ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/alipay/notify/", "/alipay/return/"])
def test_a_notice_pays_the_order(mine, order, goods, stock, sold, path):
    assert accepted(send_notice(notice_of(order), path))
    shown = mine.get(f"/orders/{order['id']}/").json()
    assert (shown["pay_status"], shown["trade_no"]) == ("TRADE_SUCCESS", TRADE_NO)
    assert shown["pay_time"] == "2026-11-23T10:05:00+08:00"
    assert shown["alipay_url"] is None
    assert (stock(goods), sold(goods)) == (8, 2)
    payment = Payment.objects.get()
    assert (payment.order_id, payment.amount, payment.state, payment.refunded) == (
        order["id"], Decimal("24.60"), "applied", 0,
    )  # fmt: skip


@pytest.mark.parametrize("lines", [1, 20])
def test_a_paid_notice_takes_the_same_queries(
    mine, order_of, goods, lines, django_assert_num_queries
):
    for number in range(lines - 1):
        more = make_goods(goods.category, stock=3, name=f"{number}")
        mine.post("/shopcarts/", {"goods": more.pk, "nums": 1})
    order = order_of(2)
    # Is it known? It is kept, locked (in the transaction's savepoint); the order, its lock, and
    # again; payments, a new one, the order, its lines; what was sold, windows, the verdict.
    with django_assert_num_queries(2 + 3 + 3 + 4 + 3):
        assert accepted(send_notice(notice_of(order)))


def test_a_notice_is_kept_as_it_came(order):
    params = notice_of(order)
    send_notice(params)
    notice = PaymentNotice.objects.get()
    assert dict(notices.notice_fields(notice)) == params
    assert (notice.verdict, notice.order_id, notice.source) == ("paid", order["id"], "notify")
    assert (notice.notify_id, notice.trade_no, notice.trade_status, notice.out_trade_no) == (
        params["notify_id"], TRADE_NO, "TRADE_SUCCESS", order["order_sn"],
    )  # fmt: skip


def test_repeats_sell_nothing_again(order, goods, stock, sold):
    for _ in range(5):
        assert accepted(send_notice(notice_of(order)))
    assert verdicts() == ["paid"] + ["repeat"] * 4
    assert (Payment.objects.count(), stock(goods), sold(goods)) == (1, 8, 2)


def test_finished_without_success_before(order, goods, sold):
    assert accepted(send_notice(notice_of(order, trade_status="TRADE_FINISHED")))
    assert (status_of(order), verdicts(), sold(goods)) == ("TRADE_FINISHED", ["paid"], 2)


def test_finished_after_success_and_success_again(order, sold, goods):
    for status in ("TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_SUCCESS", "TRADE_FINISHED"):
        assert accepted(send_notice(notice_of(order, trade_status=status)))
    assert verdicts() == ["paid", "finished", "repeat", "repeat"]
    assert (status_of(order), sold(goods)) == ("TRADE_FINISHED", 2)


def test_another_trades_end_does_not_finish_the_order(order):
    send_notice(notice_of(order))
    second = {"trade_no": "2026112322001400000000000002", "trade_status": "TRADE_FINISHED"}
    for _ in range(2):
        assert accepted(send_notice(notice_of(order, **second)))
    assert (status_of(order), verdicts()) == ("TRADE_SUCCESS", ["paid", "flagged", "repeat"])


def test_finished_with_a_refund_that_nobody_told_of(order):
    send_notice(notice_of(order))
    said = {"trade_status": "TRADE_FINISHED", "refund_fee": "4.60", "out_biz_no": "r1"}
    for verdict in ("refund", "repeat"):
        assert accepted(send_notice(notice_of(order, **said)))
        assert (status_of(order), verdicts()[-1]) == ("TRADE_FINISHED", verdict)
    assert Payment.objects.get().refunded == Decimal("4.60")


def test_at_the_cashier(mine, order):
    for _ in range(2):
        waiting = notice_of(order, trade_status="WAIT_BUYER_PAY", gmt_payment=None)
        assert accepted(send_notice(waiting))
    assert (status_of(order), verdicts()) == ("WAIT_BUYER_PAY", ["waiting", "ignored"])
    assert mine.get(f"/orders/{order['id']}/").json()["alipay_url"] is not None
    assert accepted(send_notice(notice_of(order)))
    assert status_of(order) == "TRADE_SUCCESS"


def test_a_late_wait_buyer_pay_takes_nothing_back(order):
    send_notice(notice_of(order))
    assert accepted(send_notice(notice_of(order, trade_status="WAIT_BUYER_PAY", gmt_payment=None)))
    assert (status_of(order), verdicts()) == ("TRADE_SUCCESS", ["paid", "ignored"])


def test_a_status_that_nobody_knows(order):
    assert accepted(send_notice(notice_of(order, trade_status="TRADE_PENDING")))
    assert (status_of(order), verdicts()) == ("paying", ["ignored"])


# --- Closed, late, twice ------------------------------------------------------------------


def test_the_trade_ended_unpaid(order, goods, stock):
    for _ in range(2):
        closed = notice_of(order, trade_status="TRADE_CLOSED", gmt_payment=None)
        assert accepted(send_notice(closed))
    assert (status_of(order), verdicts(), stock(goods)) == (
        "TRADE_CLOSED", ["closed", "ignored"], 10,
    )  # fmt: skip


def test_an_unpaid_end_that_comes_after_the_payment(order, goods, stock):
    send_notice(notice_of(order))
    assert accepted(send_notice(notice_of(order, trade_status="TRADE_CLOSED", gmt_payment=None)))
    assert (status_of(order), verdicts(), stock(goods)) == ("TRADE_SUCCESS", ["paid", "ignored"], 8)


@pytest.mark.parametrize("event", [Event.CANCEL, Event.EXPIRE, Event.STAFF_CLOSE])
def test_money_for_a_closed_order_takes_the_stock_again(order, goods, stock, sold, event):
    order_close(order_id=order["id"], event=event)
    assert stock(goods) == 10
    assert accepted(send_notice(notice_of(order)))
    row = OrderInfo.objects.get()
    assert (row.pay_status, row.closed_by, row.holds_stock) == ("TRADE_SUCCESS", "", True)
    assert (verdicts(), stock(goods), sold(goods)) == (["paid_late"], 8, 2)


def test_money_for_an_order_that_its_buyer_deleted_shows_it_again(mine, order, gateway):
    for _ in range(2):  # cancelled, then hidden
        mine.delete(f"/orders/{order['id']}/")
    assert mine.get("/orders/").json() == []
    assert accepted(send_notice(notice_of(order)))
    [shown] = mine.get("/orders/").json()
    assert (shown["id"], shown["pay_status"], verdicts()) == (
        order["id"], "TRADE_SUCCESS", ["paid_late"],
    )  # fmt: skip


def test_money_for_a_closed_order_whose_goods_are_gone(order, goods, stock, sold):
    order_close(order_id=order["id"], event=Event.EXPIRE)
    stock_adjust(goods_id=goods.pk, delta=-9)
    for verdict in ("flagged", "repeat"):
        assert accepted(send_notice(notice_of(order)))
        assert verdicts()[-1] == verdict
    payment = Payment.objects.get()
    assert (payment.state, payment.flag, payment.amount) == (
        "flagged", "sold_out", Decimal("24.60"),
    )  # fmt: skip
    assert (status_of(order), stock(goods), sold(goods)) == ("TRADE_CLOSED", 1, 0)
    assert OrderInfo.objects.get().trade_no is None


def test_a_second_trade_for_a_paid_order_is_kept(order, goods, sold):
    send_notice(notice_of(order))
    assert accepted(send_notice(notice_of(order, trade_no="2026112322001400000000000002")))
    first, second = Payment.objects.order_by("pk")
    assert (first.state, second.state, second.flag) == ("applied", "flagged", "duplicate")
    assert (verdicts(), sold(goods)) == (["paid", "flagged"], 2)
    assert OrderInfo.objects.get().trade_no == TRADE_NO


def test_money_after_the_refund_is_kept(order, goods, stock):
    send_notice(notice_of(order))
    send_notice(notice_of(order, trade_status="TRADE_CLOSED", refund_fee="24.60", out_biz_no="r1"))
    assert accepted(send_notice(notice_of(order, trade_no="2026112322001400000000000002")))
    assert Payment.objects.latest("pk").flag == "refunded"
    assert (status_of(order), stock(goods)) == ("TRADE_CLOSED", 10)


# --- Refunds that notices tell of ---------------------------------------------------------


def test_a_partial_refund_made_at_alipay(order, goods, stock, sold):
    send_notice(notice_of(order))
    part = {
        "refund_fee": "4.60", "out_biz_no": "r1", "gmt_refund": "2026-11-23 11:00:00.123",
    }  # fmt: skip
    for verdict in ("refund", "repeat"):
        assert accepted(send_notice(notice_of(order, **part)))
        assert verdicts()[-1] == verdict
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.staff, refund.out_request_no) == (
        Decimal("4.60"), "done", None, "r1",
    )  # fmt: skip
    assert Payment.objects.get().refunded == Decimal("4.60")
    assert (status_of(order), stock(goods), sold(goods)) == ("TRADE_SUCCESS", 8, 2)
    # The fee of a notice is the sum so far.
    send_notice(notice_of(order, trade_status="TRADE_CLOSED", refund_fee="24.60", out_biz_no="r2"))
    assert [refund.amount for refund in Refund.objects.order_by("pk")] == [
        Decimal("4.60"), Decimal("20.00"),
    ]  # fmt: skip
    assert (status_of(order), stock(goods), sold(goods)) == ("TRADE_CLOSED", 10, 0)
    assert OrderInfo.objects.get().closed_by == "refund"


def test_paid_and_refunded_before_we_heard_of_either(order, goods, stock, sold):
    closed = notice_of(order, trade_status="TRADE_CLOSED", refund_fee="24.60", out_biz_no="r1")
    assert accepted(send_notice(closed))
    assert (status_of(order), stock(goods), sold(goods)) == ("TRADE_CLOSED", 10, 0)
    payment = Payment.objects.get()
    assert (payment.amount, payment.refunded, payment.state) == (
        Decimal("24.60"), Decimal("24.60"), "applied",
    )  # fmt: skip


def test_success_repeated_after_the_refund_brings_nothing_back(order, goods, stock, sold):
    send_notice(notice_of(order))
    send_notice(notice_of(order, trade_status="TRADE_CLOSED", refund_fee="24.60", out_biz_no="r1"))
    assert accepted(send_notice(notice_of(order)))
    assert (status_of(order), stock(goods), sold(goods)) == ("TRADE_CLOSED", 10, 0)
    assert verdicts() == ["paid", "refund", "repeat"]


# --- Refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"app_id": "2021999999999999"}, "wrong_app"),
        ({"app_id": None}, "wrong_app"),
        ({"seller_id": "2088999999999999"}, "wrong_seller"),
        ({"seller_id": None}, "wrong_seller"),
        ({"out_trade_no": "2026112310000000000000"}, "unknown_order"),
        ({"out_trade_no": None}, "unknown_order"),
        ({"total_amount": "0.01"}, "wrong_amount"),
        ({"total_amount": "24.59"}, "wrong_amount"),
        ({"total_amount": "24.61"}, "wrong_amount"),
        ({"total_amount": "0.01", "trade_status": "TRADE_FINISHED"}, "wrong_amount"),
        ({"total_amount": None}, "malformed"),
        ({"total_amount": "24.600"}, "malformed"),
        ({"total_amount": "2.46e1"}, "malformed"),
        ({"total_amount": "NaN"}, "malformed"),
        ({"total_amount": "-24.60"}, "malformed"),
        ({"total_amount": "٢٤.٦٠"}, "malformed"),
        ({"trade_no": None}, "malformed"),
        ({"trade_no": "x" * 65}, "malformed"),
        ({"gmt_payment": "yesterday"}, "malformed"),
        ({"gmt_payment": "2026-02-31 10:00:00"}, "malformed"),
        ({"refund_fee": "all"}, "malformed"),
    ],
)
def test_signed_and_yet_not_ours(order, goods, stock, sold, fields, verdict):
    assert not accepted(send_notice(notice_of(order, **fields)))
    assert (verdicts(), status_of(order)) == ([verdict], "paying")
    assert (Payment.objects.count(), stock(goods), sold(goods)) == (0, 8, 0)


def test_ten_yuan_written_without_decimals(order_of, goods):
    Goods.objects.update(shop_price=5)
    order = order_of(2)
    assert accepted(send_notice(notice_of(order, total_amount="10")))
    assert status_of(order) == "TRADE_SUCCESS"


@pytest.mark.parametrize("amount", ["24.59", "24.61", "0.01", "0"])
def test_payment_confirm_checks_the_amount(order, sold, goods, amount):
    with pytest.raises(WrongAmountError), transaction.atomic():
        payment_confirm(
            order_id=order["id"], trade_no=TRADE_NO, amount=Decimal(amount),
            paid_at=timezone.now(),
        )  # fmt: skip
    assert (status_of(order), Payment.objects.count(), sold(goods)) == ("paying", 0, 0)


def test_one_trade_cannot_pay_two_orders(order, order_of, goods, sold):
    send_notice(notice_of(order))
    again = order_of(2)
    assert not accepted(send_notice(notice_of(again)))
    assert (status_of(again), verdicts(), sold(goods)) == ("paying", ["paid", "malformed"], 2)


def forgeries(order: dict[str, Any]) -> dict[str, dict[str, str]]:
    true = notice_of(order)
    unsigned = {name: value for name, value in true.items() if name != "sign"}
    stranger = {name: value for name, value in true.items() if name not in ("sign", "sign_type")}
    return {
        "nothing at all": {},
        "no signature": unsigned,
        "an empty one": {**true, "sign": ""},
        "broken base64": {**true, "sign": "%%%"},
        "half of it": {**true, "sign": true["sign"][:100]},
        "a long one": {**true, "sign": true["sign"] * 100},
        "another key": signed(stranger, private_key=key_pair_make().private),
        "the amount changed": {**true, "total_amount": "0.01"},
        "the order changed": {**true, "out_trade_no": "1"},
        "something added": {**true, "refund_fee": "24.60"},
        "something gone": {name: value for name, value in true.items() if name != "seller_id"},
        "an empty value gone": {name: value for name, value in true.items() if name != "body"},
        "another algorithm": {**unsigned, "sign_type": "MD5", "sign": "0" * 32},
        "null bytes": {**true, "trade_no": "1\0"},
    }


@pytest.mark.parametrize("path", ["/alipay/notify/", "/alipay/return/"])
def test_forged(order, goods, sold, path):
    for name, params in forgeries(order).items():
        PaymentNotice.objects.all().delete()
        assert not accepted(send_notice(params, path)), name
        assert (verdicts(), status_of(order)) == (["bad_signature"], "paying"), name
    assert (Payment.objects.count(), sold(goods)) == (0, 0)


def test_the_algorithm_is_not_the_messages_to_choose(order):
    params = {name: value for name, value in notice_of(order).items() if name != "sign_type"}
    assert accepted(send_notice({**params, "sign_type": "RSA"}))  # it is RSA2 all the same


@pytest.mark.parametrize("amount", ["24.60", "0.01"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_field_that_is_there_twice(order, amount, is_first):
    """Whichever of the two was read, the signature would fit one of these."""
    both = [urlencode(notice_of(order)), f"total_amount={amount}"]
    body = "&".join(reversed(both) if is_first else both)
    response = Client().post("/alipay/notify/", body, content_type=FORM)
    assert not accepted(response)
    assert (status_of(order), verdicts()) == ("paying", ["bad_signature"])


def test_forgeries_are_kept_up_to_a_number(order, monkeypatch):
    monkeypatch.setattr(callbacks, "FORGERIES_KEPT", 3)
    for _ in range(5):
        assert not accepted(send_notice({**notice_of(order), "sign": "x"}))
    assert verdicts() == ["bad_signature"] * 3
    assert accepted(send_notice(notice_of(order)))
    assert status_of(order) == "TRADE_SUCCESS"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods(client, method):
    assert getattr(client, method)("/alipay/notify/").status_code == 405


def test_neither_csrf_nor_session_nor_throttle(order, settings):
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "anon": "1/hour"}
    client = Client(enforce_csrf_checks=True)
    for _ in range(3):
        response = client.post("/alipay/notify/", notice_of(order))
        assert accepted(response)
        assert response.cookies == {}


# --- Again and again ----------------------------------------------------------------------


def rows() -> list[tuple[str, int]]:
    return list(PaymentNotice.objects.order_by("pk").values_list("verdict", "repeats"))


def test_a_repeat_is_counted_and_makes_no_row(order, goods, stock, sold):
    notice = notice_of(order)
    for _ in range(5):
        assert accepted(send_notice(notice))
    assert rows() == [("paid", 4)]
    assert PaymentNotice.objects.get().repeated_at is not None
    assert (Payment.objects.count(), stock(goods), sold(goods)) == (1, 8, 2)


def test_alipay_signs_each_attempt_anew(order):
    said = {k: v for k, v in notice_of(order).items() if not k.startswith("sign")}
    for second in range(3):
        again = {**said, "notify_time": f"2026-11-23 10:05:0{second}"}
        assert accepted(send_notice(signed(again)))
    assert rows() == [("paid", 2)]


def test_the_same_number_with_something_else_to_say(order):
    paid = {k: v for k, v in notice_of(order).items() if not k.startswith("sign")}
    assert accepted(send_notice(signed(paid)))
    assert accepted(send_notice(signed({**paid, "trade_status": "TRADE_FINISHED"})))
    assert rows() == [("paid", 0), ("finished", 0)]
    assert status_of(order) == "TRADE_FINISHED"


def test_a_repeat_of_what_was_refused_is_processed_again(order, settings):
    """It is refused again; or not, when what was wrong was a setting."""
    notice, own = notice_of(order), settings.ALIPAY_SELLER_ID
    settings.ALIPAY_SELLER_ID = "2088999999999999"
    for _ in range(3):
        assert not accepted(send_notice(notice))
    assert rows() == [("wrong_seller", 2)]
    settings.ALIPAY_SELLER_ID = own
    assert accepted(send_notice(notice))
    assert (rows(), status_of(order)) == ([("paid", 3)], "TRADE_SUCCESS")


@pytest.mark.parametrize("path", ["/alipay/notify/", "/alipay/return/"])
def test_the_address_of_a_return_is_no_notice(order, gateway, path):
    address = urlsplit(returned(gateway, order))
    PaymentNotice.objects.all().delete()
    for _ in range(3):
        response = Client().post(path, address.query, content_type=FORM)
        assert not accepted(response)
    assert (rows(), status_of(order), gateway.asked) == ([], "paying", [])


@pytest.mark.parametrize("without", [{"notify_id": None}, {"notify_id": ""}, {"method": "x"}])
def test_signed_and_no_notice(order, without):
    assert not accepted(send_notice(notice_of(order, **without)))
    assert (rows(), status_of(order)) == ([], "paying")


def test_an_answer_of_the_gateway_that_repeats(order, gateway, client):
    """The trade is closed; whoever has the address of the return asks about it for ever."""
    address = returned(gateway, order)
    SandboxTrade.objects.update(status="TRADE_CLOSED", paid_at=None, closed_at=timezone.now())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            assert client.get(address)["Location"] == ORDERS_PAGE
            clock.shift(2)  # a question serves for three seconds
    assert gateway.asked == ["alipay.trade.query"] * 2
    assert rows() == [("closed", 1)]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (urlencode({"notify_id": "1", "sign": "x" * 70_000}), FORM),
        ("&".join(f"f{number}=1" for number in range(101)), FORM),
        ("a=1&" * 101, FORM),
    ],
)
def test_what_is_longer_than_any_notice_is_not_kept(order, body, content_type):
    assert not accepted(Client().post("/alipay/notify/", body, content_type=content_type))
    assert rows() == []


def test_a_file_is_not_even_read(order):
    file = SimpleUploadedFile("x.bin", b"x" * 70_000)
    assert not accepted(Client().post("/alipay/notify/", {"notify_id": "1", "file": file}))
    assert rows() == []


# --- Crashes ------------------------------------------------------------------------------


def test_a_notice_that_was_kept_and_not_processed(order, monkeypatch):
    """The process dies in between: Alipay gets no answer; the sweep processes what is left."""

    def die(**arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(callbacks, "notice_process", die)
    with pytest.raises(RuntimeError):
        send_notice(notice_of(order))
    assert (verdicts(), status_of(order)) == (["received"], "paying")
    assert notices.notices_process_left(before=timezone.now() - timedelta(minutes=1)) == 0
    assert notices.notices_process_left(before=timezone.now() + timedelta(seconds=1)) == 1
    assert (verdicts(), status_of(order)) == (["paid"], "TRADE_SUCCESS")


def test_an_error_while_judging_leaves_no_half(order, goods, sold, monkeypatch):
    def break_down(**arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("apps.trade.services.payments.sold_count", break_down)
    with pytest.raises(RuntimeError):
        send_notice(notice_of(order))
    assert (verdicts(), status_of(order), Payment.objects.count()) == (["received"], "paying", 0)
    monkeypatch.undo()
    assert accepted(send_notice(notice_of(order)))
    assert (status_of(order), sold(goods)) == ("TRADE_SUCCESS", 2)


# --- The return page ----------------------------------------------------------------------


def returned(gateway: Any, order: dict[str, Any], **switches: Any) -> str:
    """Pay without a notice; return the address to which the cashier sends the buyer."""
    trade_no = gateway.open(order["alipay_url"])
    return str(gateway.press_pay(trade_no, drop=True, **switches)["Location"])


ORDERS_PAGE = "/index/#/app/home/member/order"


def test_the_return_asks_the_gateway(order, gateway, client, goods, sold):
    response = client.get(returned(gateway, order))
    assert (response.status_code, response["Location"]) == (302, ORDERS_PAGE)
    assert gateway.asked == ["alipay.trade.query"]
    assert (status_of(order), sold(goods)) == ("TRADE_SUCCESS", 2)
    notice = PaymentNotice.objects.get()
    assert (notice.source, notice.verdict) == ("query", "paid")
    assert json.loads(notice.raw)["total_amount"] == "24.60"
    # The notice that comes after all.
    assert accepted(send_notice(notice_of(order, trade_no=notice.trade_no)))
    assert sold(goods) == 2


def test_the_return_to_an_order_that_somebody_holds(order, gateway, client, monkeypatch):
    def held(*, order_id):
        raise OperationalError(1205, "Lock wait timeout exceeded")

    monkeypatch.setattr(callbacks, "order_ask_on_return", held)
    response = client.get(returned(gateway, order))
    assert (response.status_code, response["Location"]) == (302, ORDERS_PAGE)


def test_the_return_to_a_paid_order_asks_nobody(order, gateway, client):
    address = returned(gateway, order)
    send_notice(notice_of(order))
    for _ in range(2):
        assert client.get(address)["Location"] == ORDERS_PAGE
    assert gateway.asked == []


def test_the_return_to_money_that_is_flagged_asks_nobody(order, gateway, client, goods):
    """It would be asked, and its answer kept, as often as the page is loaded."""
    address = returned(gateway, order)
    order_close(order_id=order["id"], event=Event.EXPIRE)
    stock_adjust(goods_id=goods.pk, delta=-9)
    for _ in range(3):
        assert client.get(address)["Location"] == ORDERS_PAGE
    assert (gateway.asked, verdicts()) == (["alipay.trade.query"], ["flagged"])


def test_an_answer_about_another_amount_pays_nothing(order, gateway, client, sold, goods):
    """As if the trade had been made by another link than the shop's."""
    trade_no = gateway.open(order["alipay_url"])
    SandboxTrade.objects.update(total_amount="0.01")
    client.get(gateway.press_pay(trade_no, drop=True)["Location"])
    notice = PaymentNotice.objects.get()
    assert (notice.source, notice.verdict) == ("query", "wrong_amount")
    assert (status_of(order), Payment.objects.count(), sold(goods)) == ("paying", 0, 0)


def test_a_return_without_payment_changes_nothing(order, gateway, client):
    """A true signature of an earlier return proves nothing about today."""
    params = signed({"out_trade_no": order["order_sn"], "total_amount": "24.60"})
    response = client.get("/alipay/return/", params)
    assert response["Location"] == ORDERS_PAGE
    assert (status_of(order), PaymentNotice.objects.count()) == ("paying", 0)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"out_trade_no": "x"},
        {"sign": ""},
        {"sign": "%%%", "out_trade_no": "\0"},
        {"sign": "a" * 5000, "trade_status": "TRADE_SUCCESS"},
    ],
)
def test_any_other_return_leads_to_the_front_page(order, client, params):
    response = client.get("/alipay/return/", {"out_trade_no": order["order_sn"], **params})
    assert (response.status_code, response["Location"]) == (302, "/index/")
    assert status_of(order) == "paying"


def test_a_return_for_an_unknown_order(client, db):
    response = client.get("/alipay/return/", signed({"out_trade_no": "2026"}))
    assert response["Location"] == "/index/"


def test_the_return_with_a_silent_gateway(order, gateway, client):
    address = returned(gateway, order)
    gateway.silent = True
    assert client.get(address)["Location"] == ORDERS_PAGE
    assert status_of(order) == "paying"


def test_the_time_of_payment_is_alipays(order, gateway):
    gateway.pay(order["alipay_url"])
    paid = datetime.fromisoformat(str(Payment.objects.get().paid_at))
    assert abs(timezone.now() - paid) < timedelta(minutes=1)
