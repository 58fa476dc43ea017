"""The cashier page: pay, cancel, too late, twice."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from extra_apps.alipay_sandbox.models import SandboxNotice, SandboxRefund, SandboxTrade
from extra_apps.alipay_sandbox.refusals import RefusalError
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from extra_apps.alipay_sandbox.services.trades import trade_pay
from extra_apps.alipay_sandbox.switches import Switches

from .merchant import Merchant, is_signed_notice, now_text, returned

pytestmark = pytest.mark.django_db(transaction=True)

TWICE = "交易已付款，本次没有重复扣款。"
CLOSED = "交易已关闭，没有扣款。"


def cashier(merchant: Merchant, order: Any) -> str:
    response = merchant.browser.get(f"/alipay-sandbox/cashier/{order.trade_no}/")
    assert response.status_code == 200
    return response.content.decode()


class TestPaying:
    def test_sends_the_browser_back_with_a_signature(self, merchant: Merchant) -> None:
        order = merchant.open()
        before = now_text()
        response = merchant.pay(order)
        location = response.headers["Location"]
        assert response.status_code == 302
        assert location.startswith(f"{merchant.origin}/return?")
        params = returned(location)
        assert is_signed_notice(params)
        assert params.pop("sign")
        assert before <= params.pop("timestamp") <= now_text()
        assert params == {
            "charset": "utf-8", "method": "alipay.trade.page.pay.return", "version": "1.0",
            "sign_type": "RSA2", "app_id": "2021000000000009", "auth_app_id": "2021000000000009",
            "seller_id": "2088000000000009", "out_trade_no": order.out_trade_no,
            "trade_no": order.trade_no, "total_amount": "88.80",
        }  # fmt: skip
        assert "付款成功" in cashier(merchant, order)

    def test_marks_the_trade(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order = merchant.paid()
        trade = SandboxTrade.objects.get(trade_no=order.trade_no)
        assert (trade.status, trade.paid_at.isoformat(), trade.closed_at) == (
            "TRADE_SUCCESS", "2026-11-24T00:00:00+00:00", None,
        )  # fmt: skip
        assert re.fullmatch(r"2088\d{12}", trade.buyer_id)

    def test_keeps_the_query_of_the_return_address(self, merchant: Merchant) -> None:
        order = merchant.open(return_url=f"{merchant.origin}/return?shop=1#top")
        location = merchant.pay(order).headers["Location"]
        assert location.startswith(f"{merchant.origin}/return?shop=1&charset=utf-8&")
        assert urlsplit(location).fragment == "top"
        params = returned(location)
        assert params.pop("shop") == "1"
        assert is_signed_notice(params)

    def test_without_a_return_address(self, merchant: Merchant) -> None:
        order = merchant.open(return_url=None)
        path = f"/alipay-sandbox/cashier/{order.trade_no}/"
        response = merchant.pay(order)
        assert (response.status_code, response.headers["Location"]) == (302, path)
        assert "付款成功" in cashier(merchant, order)

    def test_twice_moves_no_money(self, merchant: Merchant) -> None:
        order = merchant.paid()
        before = SandboxTrade.objects.values().get()
        response = merchant.pay(order)
        assert response.status_code == 409
        assert TWICE in response.content.decode()
        late = merchant.pay(order, late="on")
        assert (late.status_code, TWICE in late.content.decode()) == (409, True)
        assert SandboxTrade.objects.values().get() == before
        assert SandboxNotice.objects.count() == 1

    def test_after_the_merchant_closed(self, merchant: Merchant) -> None:
        order = merchant.open()
        merchant.call("alipay.trade.close", trade_no=order.trade_no)
        response = merchant.pay(order)
        assert (response.status_code, CLOSED in response.content.decode()) == (409, True)
        assert SandboxTrade.objects.get().status == "TRADE_CLOSED"
        assert not SandboxNotice.objects.exists()

    def test_at_the_last_second_and_after_it(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order, slow = merchant.open(), merchant.open()
        time_machine.shift(1799.9)
        assert merchant.pay(order).status_code == 302
        time_machine.shift(0.1)
        response = merchant.pay(slow)
        assert (response.status_code, CLOSED in response.content.decode()) == (409, True)
        assert merchant.query(slow)["trade_status"] == "TRADE_CLOSED"
        assert "交易已关闭" in cashier(merchant, slow)

    def test_too_late_by_a_moment(self, merchant: Merchant, time_machine: Any) -> None:
        """The time ends between the page's look at the trade and the payment."""
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order = merchant.open()
        time_machine.shift(1800)
        with pytest.raises(RefusalError, match="TRADE_HAS_CLOSE"):
            trade_pay(trade_no=order.trade_no, switches=Switches())
        with pytest.raises(RefusalError, match="TRADE_NOT_EXIST"):
            trade_pay(trade_no="1", switches=Switches())
        assert not SandboxNotice.objects.exists()

    def test_needs_the_token_of_the_page(self, merchant: Merchant) -> None:
        order = merchant.open()
        strict = Client(enforce_csrf_checks=True)
        path = f"/alipay-sandbox/cashier/{order.trade_no}/"
        for button in ("pay", "cancel"):
            assert strict.post(f"{path}{button}/").status_code == 403
        assert strict.post("/alipay-sandbox/notices/1/send/").status_code == 403
        assert strict.post(f"/alipay-sandbox/trades/{order.trade_no}/refund/").status_code == 403
        assert SandboxTrade.objects.get().status == "WAIT_BUYER_PAY"
        page = strict.get(path).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        paid = strict.post(f"{path}pay/", {"csrfmiddlewaretoken": token[1]})
        assert paid.status_code == 302
        assert SandboxTrade.objects.get().status == "TRADE_SUCCESS"

    def test_is_no_get(self, merchant: Merchant) -> None:
        order = merchant.open()
        for button in ("pay", "cancel"):
            path = f"/alipay-sandbox/cashier/{order.trade_no}/{button}/"
            assert merchant.browser.get(path).status_code == 405
        assert SandboxTrade.objects.get().status == "WAIT_BUYER_PAY"


class TestCancelling:
    def test_goes_back_with_nothing_signed(self, merchant: Merchant) -> None:
        order = merchant.open()
        response = merchant.browser.post(f"/alipay-sandbox/cashier/{order.trade_no}/cancel/")
        assert (response.status_code, response.headers["Location"]) == (
            302, f"{merchant.origin}/return",
        )  # fmt: skip
        assert SandboxTrade.objects.get().status == "WAIT_BUYER_PAY"
        assert merchant.pay(merchant.open(order)).status_code == 302

    def test_without_a_return_address(self, merchant: Merchant) -> None:
        order = merchant.open(return_url=None)
        path = f"/alipay-sandbox/cashier/{order.trade_no}/"
        response = merchant.browser.post(f"{path}cancel/")
        assert response.headers["Location"] == path


@pytest.mark.parametrize("trade_no", ["0" * 28, "x", "%00", "😀", "9" * 3000])
def test_no_such_trade(merchant: Merchant, trade_no: str) -> None:
    path = f"/alipay-sandbox/cashier/{trade_no}/"
    assert merchant.browser.get(path).status_code == 404
    assert merchant.browser.post(f"{path}pay/").status_code == 404
    assert merchant.browser.post(f"{path}cancel/").status_code == 404


class TestSwitches:
    """Each of them, as the merchant's server gets it."""

    def received(self, merchant: Merchant, **switches: str) -> list[dict[str, str]]:
        merchant.paid(**switches)
        notices_send_due()
        return merchant.inbox

    def test_none(self, merchant: Merchant) -> None:
        [notice] = self.received(merchant)
        assert is_signed_notice(notice)
        assert notice["trade_status"] == "TRADE_SUCCESS"

    def test_duplicate(self, merchant: Merchant) -> None:
        first, second = self.received(merchant, duplicate="on")
        assert first["notify_id"] == second["notify_id"]
        assert is_signed_notice(second)
        assert SandboxNotice.objects.values_list("attempts", "next_at").get() == (2, None)

    @pytest.mark.parametrize(
        ("delay", "seconds"),
        [("10", 10), ("0.5", 0.5), ("", 0), ("-5", 0), ("nan", 0), ("inf", 0), ("soon", 0),
         ("1e300", 86400)],
    )  # fmt: skip
    def test_delay(self, merchant: Merchant, time_machine: Any, delay: str, seconds: float) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        merchant.paid(delay=delay)
        if seconds:
            time_machine.shift(seconds - 0.001)
            assert notices_send_due() == 0
            time_machine.shift(0.001)
        assert notices_send_due() == 1

    def test_drop(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order = merchant.paid(drop="on")
        time_machine.shift(7 * 86400)
        assert notices_send_due() == 0
        assert merchant.query(order)["trade_status"] == "TRADE_SUCCESS"

    def test_reorder(self, merchant: Merchant) -> None:
        first, second = self.received(merchant, reorder="on")
        assert [n["trade_status"] for n in (first, second)] == ["TRADE_SUCCESS", "WAIT_BUYER_PAY"]
        assert first["notify_id"] != second["notify_id"]
        assert is_signed_notice(second)
        assert "gmt_payment" not in second

    def test_underpay(self, merchant: Merchant) -> None:
        [notice] = self.received(merchant, underpay="on")
        assert (notice["total_amount"], notice["receipt_amount"]) == ("0.01", "0.01")
        assert is_signed_notice(notice)
        assert str(SandboxTrade.objects.get().total_amount) == "88.80"

    @pytest.mark.parametrize(
        ("switch", "name", "right"),
        [("wrong_app", "app_id", "2021000000000009"),
         ("wrong_seller", "seller_id", "2088000000000009")],
    )  # fmt: skip
    def test_somebody_elses(self, merchant: Merchant, switch: str, name: str, right: str) -> None:
        [notice] = self.received(merchant, **{switch: "on"})
        assert len(notice[name]) == 16
        assert notice[name] != right
        assert is_signed_notice(notice)

    def test_forged(self, merchant: Merchant) -> None:
        [notice] = self.received(merchant, forged="on")
        assert notice["sign"]
        assert not is_signed_notice(notice)

    def test_late(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        closed, over = merchant.open(), merchant.open()
        merchant.call("alipay.trade.close", trade_no=closed.trade_no)
        time_machine.shift(1801)
        assert 'name="late" form="pay" checked' in cashier(merchant, over)
        for order in (closed, over):
            assert merchant.pay(order, late="on").status_code == 302
            answer = merchant.query(order)
            assert (answer["trade_status"], answer["send_pay_date"]) == (
                "TRADE_SUCCESS", "2026-11-24 08:30:01",
            )  # fmt: skip
        assert notices_send_due() == 2

    def test_late_does_not_pay_what_was_refunded(self, merchant: Merchant) -> None:
        order = merchant.paid(refund="on")
        assert merchant.pay(order, late="on").status_code == 409

    def test_refund(self, merchant: Merchant) -> None:
        paid, refunded = self.received(merchant, refund="on")
        assert [n["trade_status"] for n in (paid, refunded)] == ["TRADE_SUCCESS", "TRADE_CLOSED"]
        assert refunded["refund_fee"] == "88.80"
        refund = SandboxRefund.objects.get()
        assert refunded["out_biz_no"] == refund.out_request_no
        assert SandboxTrade.objects.get().status == "TRADE_CLOSED"


class TestTheBoard:
    def test_shows_trades_and_answers(self, merchant: Merchant) -> None:
        assert "还没有交易" in merchant.browser.get("/alipay-sandbox/").content.decode()
        merchant.reply.body = "<b>failure</b>"
        orders = [merchant.paid() for _ in range(3)]
        notices_send_due()
        page = merchant.browser.get("/alipay-sandbox/").content.decode()
        for order in orders:
            assert order.out_trade_no in page
        assert page.count("&lt;b&gt;failure&lt;/b&gt;") == 3

    def test_sends_again(self, merchant: Merchant) -> None:
        merchant.paid(drop="on")
        notice = SandboxNotice.objects.get()
        path = f"/alipay-sandbox/notices/{notice.pk}/send/"
        for count in (1, 2):
            assert merchant.browser.post(path).headers["Location"] == "/alipay-sandbox/"
            assert notices_send_due() == 1
            assert len(merchant.inbox) == count
        assert merchant.browser.post("/alipay-sandbox/notices/999999/send/").status_code == 404

    def test_refunds(self, merchant: Merchant) -> None:
        order = merchant.paid()
        path = f"/alipay-sandbox/trades/{order.trade_no}/refund/"
        for wrong in ("", "x", "0", "88.81", "1" * 31, "-1"):
            assert merchant.browser.post(path, {"amount": wrong}).status_code == 409
        assert not SandboxRefund.objects.exists()
        assert merchant.browser.post(path, {"amount": "0.30"}).status_code == 302
        page = merchant.browser.get("/alipay-sandbox/").content.decode()
        assert 'value="88.50"' in page
        assert merchant.browser.post(path, {"amount": "88.50"}).status_code == 302
        assert SandboxTrade.objects.get().status == "TRADE_CLOSED"
        unknown = "/alipay-sandbox/trades/1/refund/"
        assert merchant.browser.post(unknown, {"amount": "1"}).status_code == 409
