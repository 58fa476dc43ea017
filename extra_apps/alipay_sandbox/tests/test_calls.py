"""The four server calls, over HTTP, signatures checked both ways (Merchant.call)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from extra_apps.alipay_sandbox.models import SandboxRefund, SandboxTrade
from extra_apps.alipay_sandbox.services.notices import notices_send_due

from .merchant import GATEWAY, Merchant, Order, envelope, is_signed_notice, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

QUERY = "alipay.trade.query"
CALLS = [QUERY, "alipay.trade.close", "alipay.trade.refund", "alipay.trade.fastpay.refund.query"]
OK = {"code": "10000", "msg": "Success"}


def failure(answer: dict[str, Any]) -> str:
    """The reason of a refusal; asserts its shape."""
    assert (answer["code"], answer["msg"]) == ("40004", "Business Failed")
    assert set(answer) == {"code", "msg", "sub_code", "sub_msg"}
    assert answer["sub_msg"]
    return answer["sub_code"]


def error(merchant: Merchant, params: dict[str, str]) -> dict[str, str]:
    """What is answered to a request that is not the merchant's."""
    response = merchant.server.post(GATEWAY, params)
    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["error_response"]
    return answer["error_response"]


class TestQuery:
    def test_before_anybody_looked(self, merchant: Merchant) -> None:
        assert failure(merchant.query(Order())) == "ACQ.TRADE_NOT_EXIST"

    def test_waiting(self, merchant: Merchant) -> None:
        order = merchant.open()
        assert merchant.query(order) == {
            **OK, "trade_no": order.trade_no, "out_trade_no": order.out_trade_no,
            "trade_status": "WAIT_BUYER_PAY", "total_amount": "88.80",
        }  # fmt: skip

    def test_paid(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T16:00:00.999Z", tick=False)
        order = merchant.paid()
        answer = merchant.query(order)
        assert answer == {
            **OK, "trade_no": order.trade_no, "out_trade_no": order.out_trade_no,
            "trade_status": "TRADE_SUCCESS", "total_amount": "88.80",
            "buyer_pay_amount": "88.80", "receipt_amount": "88.80", "invoice_amount": "88.80",
            "point_amount": "0.00", "send_pay_date": "2026-11-25 00:00:00",
            "buyer_user_id": answer["buyer_user_id"], "buyer_logon_id": answer["buyer_logon_id"],
        }  # fmt: skip
        assert merchant.call(QUERY, trade_no=order.trade_no) == answer
        # trade_no goes before the other.
        assert merchant.call(QUERY, trade_no=order.trade_no, out_trade_no="x") == answer

    def test_over(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order = merchant.open()
        time_machine.shift(1799)
        assert merchant.query(order)["trade_status"] == "WAIT_BUYER_PAY"
        time_machine.shift(1)
        assert merchant.query(order)["trade_status"] == "TRADE_CLOSED"

    @pytest.mark.parametrize("content", [{}, {"trade_no": ""}, {"trade_no": 7}])
    def test_of_nothing(self, merchant: Merchant, content: Any) -> None:
        assert failure(merchant.call(QUERY, **content)) == "ACQ.INVALID_PARAMETER"


class TestClose:
    def test_waiting(self, merchant: Merchant) -> None:
        order = merchant.open()
        answer = merchant.call("alipay.trade.close", out_trade_no=order.out_trade_no)
        assert answer == {
            **OK, "trade_no": order.trade_no, "out_trade_no": order.out_trade_no,
        }  # fmt: skip
        assert merchant.query(order)["trade_status"] == "TRADE_CLOSED"
        again = merchant.call("alipay.trade.close", out_trade_no=order.out_trade_no)
        assert failure(again) == "ACQ.TRADE_STATUS_ERROR"
        assert notices_send_due() == 0  # Alipay tells of no close of this product

    def test_paid(self, merchant: Merchant) -> None:
        order = merchant.paid()
        answer = merchant.call("alipay.trade.close", trade_no=order.trade_no)
        assert failure(answer) == "ACQ.TRADE_STATUS_ERROR"
        assert merchant.query(order)["trade_status"] == "TRADE_SUCCESS"

    def test_unknown(self, merchant: Merchant) -> None:
        answer = merchant.call("alipay.trade.close", out_trade_no="x")
        assert failure(answer) == "ACQ.TRADE_NOT_EXIST"


class TestRefund:
    def test_parts_up_to_the_whole(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00.120Z", tick=False)
        order = merchant.paid()
        notices_send_due()
        merchant.inbox.clear()
        for number, (amount, total, left) in enumerate(
            [("30.00", "30.00", "58.80"), (0.8, "30.80", "58.00"), ("58", "88.80", "0.00")]
        ):
            answer = merchant.refund(order, amount, f"R{number}")
            assert answer == {
                **OK, "trade_no": order.trade_no, "out_trade_no": order.out_trade_no,
                "buyer_user_id": answer["buyer_user_id"],
                "buyer_logon_id": answer["buyer_logon_id"],
                "fund_change": "Y", "refund_fee": total,
                "send_back_fee": f"{Decimal(str(amount)):.2f}",
                "gmt_refund_pay": "2026-11-24 08:00:00",
            }  # fmt: skip
            assert str(SandboxTrade.objects.get().refundable_amount) == left
            notices_send_due()
            notice = merchant.inbox.pop()
            assert is_signed_notice(notice)
            is_last = left == "0.00"
            assert (notice["trade_status"], notice["refund_fee"], notice["out_biz_no"]) == (
                "TRADE_CLOSED" if is_last else "TRADE_SUCCESS", total, f"R{number}",
            )  # fmt: skip
            assert notice["total_amount"] == "88.80"
            assert notice["gmt_refund"] == "2026-11-24 08:00:00.120"
            assert notice.get("gmt_close") == ("2026-11-24 08:00:00" if is_last else None)
        answer = merchant.refund(order, "0.01", "R9")
        assert failure(answer) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
        assert merchant.query(order)["trade_status"] == "TRADE_CLOSED"
        assert SandboxRefund.objects.count() == 3

    def test_repeated_moves_no_money(self, merchant: Merchant) -> None:
        order = merchant.paid()
        notices_send_due()
        first = merchant.refund(order, "30.00", "R1")
        assert notices_send_due() == 1
        again = merchant.refund(order, "30", "R1")
        assert again == {**first, "fund_change": "N", "send_back_fee": "0.00"}
        answer = merchant.refund(order, "30.01", "R1")
        assert failure(answer) == "ACQ.DISCORDANT_REPEAT_REQUEST"
        assert notices_send_due() == 0
        assert str(SandboxTrade.objects.get().refunded_amount) == "30.00"
        merchant.refund(order, "58.80", "R2")
        closed = merchant.refund(order, "30.00", "R1")
        assert (closed["fund_change"], closed["refund_fee"]) == ("N", "88.80")

    def test_without_a_number_only_the_whole(self, merchant: Merchant) -> None:
        order = merchant.paid()
        answer = merchant.refund(order, "1.00")
        assert failure(answer) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
        assert merchant.refund(order, "88.80")["fund_change"] == "Y"
        assert merchant.refund(order, "88.80")["fund_change"] == "N"
        assert SandboxRefund.objects.get().out_request_no == order.out_trade_no

    @pytest.mark.parametrize("amount", ["88.81", "100000000.00"])
    def test_too_much(self, merchant: Merchant, amount: str) -> None:
        answer = merchant.refund(merchant.paid(), amount, "R1")
        assert failure(answer) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
        assert not SandboxRefund.objects.exists()

    @pytest.mark.parametrize("amount", [None, "", "0", "0.001", "-1", "1e1", True, "9" * 31, []])
    def test_no_amount(self, merchant: Merchant, amount: Any) -> None:
        answer = merchant.refund(merchant.paid(), amount, "R1")
        assert failure(answer) == "ACQ.INVALID_PARAMETER"

    def test_of_what_is_not_paid(self, merchant: Merchant) -> None:
        order = merchant.open()
        assert failure(merchant.refund(order, "1", "R1")) == "ACQ.TRADE_STATUS_ERROR"
        merchant.call("alipay.trade.close", trade_no=order.trade_no)
        assert failure(merchant.refund(order, "1", "R1")) == "ACQ.TRADE_STATUS_ERROR"
        assert failure(merchant.refund(Order(), "1", "R1")) == "ACQ.TRADE_NOT_EXIST"

    def test_of_what_is_over(self, merchant: Merchant) -> None:
        order = merchant.paid()
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        assert failure(merchant.refund(order, "1", "R1")) == "ACQ.TRADE_HAS_FINISHED"


class TestRefundQuery:
    METHOD = "alipay.trade.fastpay.refund.query"

    def test_done(self, merchant: Merchant, time_machine: Any) -> None:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=False)
        order = merchant.paid()
        merchant.call("alipay.trade.refund", trade_no=order.trade_no, refund_amount="1",
                      out_request_no="R1", refund_reason="少了一件")  # fmt: skip
        for key in ("trade_no", "out_trade_no"):
            content = {key: getattr(order, key), "out_request_no": "R1"}
            assert merchant.call(self.METHOD, **content) == {
                **OK, "trade_no": order.trade_no, "out_trade_no": order.out_trade_no,
                "out_request_no": "R1", "refund_reason": "少了一件", "total_amount": "88.80",
                "refund_amount": "1.00", "refund_status": "REFUND_SUCCESS",
                "gmt_refund_pay": "2026-11-24 08:00:00",
            }  # fmt: skip

    def test_never_was(self, merchant: Merchant) -> None:
        order = merchant.paid()
        answer = merchant.call(self.METHOD, trade_no=order.trade_no, out_request_no="R1")
        assert answer == OK

    def test_refused(self, merchant: Merchant) -> None:
        order = merchant.paid()
        answer = merchant.call(self.METHOD, trade_no=order.trade_no)
        assert failure(answer) == "ACQ.INVALID_PARAMETER"
        answer = merchant.call(self.METHOD, trade_no="1" * 28, out_request_no="R1")
        assert failure(answer) == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("method", CALLS)
class TestTheEnvelope:
    def test_forged(self, merchant: Merchant, method: str) -> None:
        order = merchant.paid()
        params = signed(envelope(method, {"out_trade_no": order.out_trade_no}))
        content = {"out_trade_no": order.out_trade_no, "refund_amount": "88.80"}
        found = error(merchant, {**params, "biz_content": json.dumps(content)})
        assert (found["code"], found["sub_code"]) == ("40002", "isv.invalid-signature")
        assert '"refund_amount": "88.80"' in found["sub_msg"]
        assert not SandboxRefund.objects.exists()

    def test_unknown_application(self, merchant: Merchant, method: str) -> None:
        found = error(merchant, signed(envelope(method, {}, app_id="1")))
        assert (found["code"], found["sub_code"]) == ("40002", "isv.invalid-app-id")

    @pytest.mark.parametrize("name", ["app_id", "charset", "timestamp", "version", "biz_content"])
    def test_missing(self, merchant: Merchant, method: str, name: str) -> None:
        params = signed(envelope(method, {}))
        del params[name]
        found = error(merchant, params)
        assert found == {
            "code": "40001", "msg": "Missing Required Arguments",
            "sub_code": f"isv.missing-{name.replace('_', '-')}",
            "sub_msg": f"{name} | 缺少参数 {name}。",
        }  # fmt: skip

    def test_no_object(self, merchant: Merchant, method: str) -> None:
        for content in ("[]", "{", "\x00", "1" * 5000):
            found = error(merchant, signed(envelope(method, content)))
            assert (found["code"], found["sub_code"]) == ("40002", "isv.invalid-parameter")

    @pytest.mark.parametrize(
        "value", ["a\x00b", "\ud800", "x" * 65, {"a": {}}, [[]], 10**4000, "<script>", "'--"]
    )
    def test_hostile(self, merchant: Merchant, method: str, value: Any) -> None:
        for name in ("out_trade_no", "trade_no", "out_request_no", "refund_amount"):
            content = {"out_trade_no": "x", "refund_amount": "1", "out_request_no": "1",
                       name: value}  # fmt: skip
            assert failure(merchant.call(method, **content)) in (
                "ACQ.INVALID_PARAMETER", "ACQ.TRADE_NOT_EXIST",
            )  # fmt: skip


def test_a_method_that_is_none(merchant: Merchant) -> None:
    assert error(merchant, {})["sub_code"] == "isv.missing-method"
    found = error(merchant, signed(envelope("alipay.trade.pay", {})))
    assert found["sub_code"] == "isv.invalid-method"


def test_by_get_as_well(merchant: Merchant) -> None:
    order = merchant.open()
    params = signed(envelope(QUERY, {"trade_no": order.trade_no}))
    answer = merchant.server.get(GATEWAY, params).json()
    assert answer["alipay_trade_query_response"]["code"] == "10000"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain",
     "application/x-www-form-urlencoded; charset=nonsense",
     "application/x-www-form-urlencoded; charset=gbk"],
)  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"--x\r\n\r\n", b"a=%ff&method=%00"])
def test_any_bytes(merchant: Merchant, content_type: str, body: bytes) -> None:
    response = merchant.server.generic("POST", GATEWAY, body, content_type)
    assert response.status_code in (200, 400)
