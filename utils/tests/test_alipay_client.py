"""The client against a gateway on this machine that signs with ``cryptography``."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from tests.http_server import Answer, Received, closed_port, http_server
from utils.alipay import (
    AlipayAnswerForgedError,
    AlipayAnswerUnsignedError,
    AlipayClient,
    AlipayRefusedError,
    AlipayUnreachableError,
    CloseResult,
    RefundAnswer,
    RefundQueryAnswer,
    Trade,
)

from .alipay_keys import bare, fits, key_from_seed, private_pem, public_pem, sign
from .data.make_alipay_vectors import ALIPAY_SEED, APP_ID, APP_SEED

pytestmark = pytest.mark.one_database

APP, ALIPAY = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
ORDER_SN, TRADE_NO = "2026112310000012345678", "2026112322001400050500001"
SHANGHAI = timezone(timedelta(hours=8))

QUERIED = {
    "code": "10000", "msg": "Success", "buyer_logon_id": "abc***@example.com",
    "buyer_pay_amount": "0.00", "out_trade_no": ORDER_SN, "point_amount": "0.00",
    "send_pay_date": "2026-11-23 10:00:09", "total_amount": "312.00", "trade_no": TRADE_NO,
    "trade_status": "TRADE_SUCCESS",
}  # fmt: skip
CLOSED = {"code": "10000", "msg": "Success", "out_trade_no": ORDER_SN, "trade_no": TRADE_NO}
REFUNDED = {
    "code": "10000", "msg": "Success", "buyer_logon_id": "abc***@example.com",
    "fund_change": "Y", "out_trade_no": ORDER_SN, "refund_fee": "12.50", "trade_no": TRADE_NO,
}  # fmt: skip
REFUND_FOUND = {
    "code": "10000", "msg": "Success", "out_request_no": "R1", "out_trade_no": ORDER_SN,
    "refund_amount": "12.50", "refund_status": "REFUND_SUCCESS", "total_amount": "312.00",
    "trade_no": TRADE_NO,
}  # fmt: skip


def refusal(sub_code: str, code: str = "40004", **more: str) -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "没有", **more}


NOT_EXIST = refusal("ACQ.TRADE_NOT_EXIST")


class Gateway:
    """Answers ``says`` under the right node, signed; or ``raw`` as it stands."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.says: Any = QUERIED
        self.node = ""  # empty: the one of the method asked for
        self.key = ALIPAY
        self.shape = '{{"{node}":{content},"sign":"{sign}"}}'
        self.charset = "utf-8"
        self.raw: Answer | None = None
        self.wait: threading.Event | None = None

    def __call__(self, received: Received) -> Answer:
        self.received.append(received)
        if self.wait is not None:
            self.wait.wait(5)
        if self.raw is not None:
            return self.raw
        content = self.says
        if not isinstance(content, str):
            content = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return self.answer(received.form["method"], content, content)

    def answer(self, method: str, content: str, signed: str) -> Answer:
        node = self.node or f"{method.replace('.', '_')}_response"
        signature = sign(signed.encode(self.charset), self.key)
        body = self.shape.format(node=node, content=content, sign=signature)
        return Answer(body=body.encode(self.charset), content_type="text/html;charset=utf-8")


class _Stage:
    """The one server of this module, on which each test puts its own gateway."""

    gateway: Gateway

    def __call__(self, received: Received) -> Answer:
        return self.gateway(received)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[_Stage, AlipayClient]]:
    stage = _Stage()
    with http_server(stage) as origin:
        yield stage, make_client(f"{origin}/gateway.do")


@pytest.fixture
def gateway(stage: tuple[_Stage, AlipayClient]) -> Gateway:
    stage[0].gateway = Gateway()
    return stage[0].gateway


@pytest.fixture
def client(stage: tuple[_Stage, AlipayClient], gateway: Gateway) -> AlipayClient:
    return stage[1]


def make_client(gateway_url: str) -> AlipayClient:
    return AlipayClient(
        app_id=APP_ID, gateway_url=gateway_url, private_key=bare(private_pem(APP)),
        alipay_public_key=bare(public_pem(ALIPAY)),
    )  # fmt: skip


def refund(client: AlipayClient, **changed: Any) -> RefundAnswer:
    return client.refund(**{
        "out_trade_no": ORDER_SN, "out_request_no": "R1", "refund_amount": Decimal("12.5"),
        "refund_reason": "卖完了", **changed,
    })  # fmt: skip


CALLS = {
    "query": lambda client: client.query(out_trade_no=ORDER_SN),
    "close": lambda client: client.close(out_trade_no=ORDER_SN),
    "refund": refund,
    "refund_query": lambda client: client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1"),
}
RIGHT = {"query": QUERIED, "close": CLOSED, "refund": REFUNDED, "refund_query": REFUND_FOUND}
each_call = pytest.mark.parametrize("call", CALLS)


class TestTheRequest:
    @time_machine.travel(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), tick=False)
    @pytest.mark.parametrize(
        ("call", "method", "content"),
        [
            ("query", "alipay.trade.query", {"out_trade_no": ORDER_SN}),
            ("close", "alipay.trade.close", {"out_trade_no": ORDER_SN}),
            ("refund", "alipay.trade.refund", {
                "out_trade_no": ORDER_SN, "out_request_no": "R1", "refund_amount": "12.50",
                "refund_reason": "卖完了",
            }),
            ("refund_query", "alipay.trade.fastpay.refund.query", {
                "out_trade_no": ORDER_SN, "out_request_no": "R1",
            }),
        ],
    )  # fmt: skip
    def test_the_wire(self, client, gateway, call, method, content):
        gateway.says = RIGHT[call]
        CALLS[call](client)
        [received] = gateway.received
        assert (received.method, received.path, received.query) == ("POST", "/gateway.do", {})
        assert received.headers["Content-Type"] == (
            "application/x-www-form-urlencoded;charset=utf-8"
        )
        assert received.body.isascii()
        form = dict(received.form)
        signature = form.pop("sign")
        assert json.loads(form.pop("biz_content")) == content
        assert form == {
            "app_id": APP_ID, "method": method, "format": "JSON", "charset": "utf-8",
            "sign_type": "RSA2", "timestamp": "2026-11-23 10:00:00", "version": "1.0",
        }  # fmt: skip
        signed = {k: v for k, v in received.form.items() if k != "sign"}
        assert fits("&".join(f"{k}={signed[k]}" for k in sorted(signed)), signature, APP)

    def test_a_reason_left_out_is_not_sent(self, client, gateway):
        gateway.says = REFUNDED
        refund(client, refund_reason="")
        assert "refund_reason" not in json.loads(gateway.received[0].form["biz_content"])

    @pytest.mark.parametrize(
        "amount", [Decimal(0), Decimal("-1"), Decimal("0.001"), Decimal("1.005"), Decimal("NaN"),
                   Decimal("Infinity"), Decimal("100000000.01"), 12.5, 12, "12.50", None],
    )  # fmt: skip
    def test_an_amount_that_is_none_is_not_sent(self, client, gateway, amount):
        with pytest.raises(ValueError, match=r"is n|two decimals"):
            refund(client, refund_amount=amount)
        assert gateway.received == []


class TestQuery:
    def test_paid(self, client):
        assert client.query(out_trade_no=ORDER_SN) == Trade(
            out_trade_no=ORDER_SN, trade_no=TRADE_NO, trade_status="TRADE_SUCCESS",
            total_amount=Decimal("312.00"), buyer_logon_id="abc***@example.com",
            paid_at=datetime(2026, 11, 23, 10, 0, 9, tzinfo=SHANGHAI),
        )  # fmt: skip

    def test_waiting(self, client, gateway):
        gateway.says = {
            **QUERIED, "trade_status": "WAIT_BUYER_PAY", "send_pay_date": "",
            "total_amount": "0.01",
        }  # fmt: skip
        trade = client.query(out_trade_no=ORDER_SN)
        assert (trade.trade_status, trade.paid_at) == ("WAIT_BUYER_PAY", None)
        assert trade.total_amount == Decimal("0.01")

    def test_amounts_written_as_numbers(self, client, gateway):
        gateway.says = json.dumps(QUERIED).replace('"312.00"', "312.10").replace('"10000"', "10000")
        assert client.query(out_trade_no=ORDER_SN).total_amount == Decimal("312.10")

    @pytest.mark.parametrize("more", [{}, {"out_trade_no": ORDER_SN, "receipt_amount": "0.00"}])
    def test_no_trade(self, client, gateway, more):
        gateway.says = {**NOT_EXIST, **more}
        assert client.query(out_trade_no=ORDER_SN) is None


class TestClose:
    @pytest.mark.parametrize(
        ("says", "result"),
        [
            (CLOSED, CloseResult.CLOSED),
            (NOT_EXIST, CloseResult.NOT_EXIST),
            (refusal("ACQ.TRADE_STATUS_ERROR"), CloseResult.STATE_REFUSED),
            (refusal("ACQ.REASON_TRADE_STATUS_INVALID"), CloseResult.STATE_REFUSED),
            (refusal("ACQ.REASON_ILLEGAL_STATUS", out_trade_no=ORDER_SN),
             CloseResult.STATE_REFUSED),
        ],
    )  # fmt: skip
    def test_results(self, client, gateway, says, result):
        gateway.says = says
        assert client.close(out_trade_no=ORDER_SN) is result


class TestRefund:
    @pytest.mark.parametrize(
        ("fund_change", "changed"), [("Y", True), ("N", False), ("", False), ("y", False)]
    )
    def test_accepted(self, client, gateway, fund_change, changed):
        gateway.says = {**REFUNDED, "fund_change": fund_change}
        assert refund(client) == RefundAnswer(
            out_trade_no=ORDER_SN, trade_no=TRADE_NO, fund_changed=changed,
            refund_fee=Decimal("12.50"),
        )  # fmt: skip

    def test_no_word_of_the_money(self, client, gateway):
        gateway.says = {k: v for k, v in REFUNDED.items() if k != "fund_change"}
        assert not refund(client).fund_changed

    def test_a_trade_that_does_not_exist(self, client, gateway):
        gateway.says = NOT_EXIST
        with pytest.raises(AlipayRefusedError):
            refund(client)

    def test_found(self, client, gateway):
        gateway.says = REFUND_FOUND
        found = client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1")
        assert found == RefundQueryAnswer(
            out_trade_no=ORDER_SN, trade_no=TRADE_NO, out_request_no="R1",
            refund_status="REFUND_SUCCESS", refund_amount=Decimal("12.50"),
        )  # fmt: skip
        assert found.money_moved

    def test_under_way(self, client, gateway):
        gateway.says = {**REFUND_FOUND, "refund_status": "REFUND_PROCESSING"}
        assert not client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1").money_moved

    @pytest.mark.parametrize(
        "says",
        [
            {"code": "10000", "msg": "Success"},
            {**REFUND_FOUND, "refund_status": ""},
            {k: v for k, v in REFUND_FOUND.items() if k != "refund_status"},
            NOT_EXIST,
            refusal("ACQ.REFUND_NOT_EXIST"),
        ],
    )
    def test_not_found(self, client, gateway, says):
        gateway.says = says
        assert client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1") is None

    def test_one_of_several_trades_of_an_order(self, client, gateway):
        gateway.says = REFUNDED
        assert refund(client, trade_no=TRADE_NO).trade_no == TRADE_NO
        gateway.says = REFUND_FOUND
        ask = {"out_trade_no": ORDER_SN, "out_request_no": "R1"}
        assert client.refund_query(**ask, trade_no=TRADE_NO).trade_no == TRADE_NO
        sent = [json.loads(received.form["biz_content"]) for received in gateway.received]
        assert [content["trade_no"] for content in sent] == [TRADE_NO, TRADE_NO]

    def test_an_answer_about_another_trade_of_the_order(self, client, gateway):
        for says, call in ((REFUNDED, refund), (REFUND_FOUND, CALLS["refund_query"])):
            gateway.says = {**says, "trade_no": "1"}
            call(client)
        gateway.says = {**REFUNDED, "trade_no": "1"}
        with pytest.raises(AlipayAnswerForgedError, match="another trade"):
            refund(client, trade_no=TRADE_NO)
        gateway.says = {**REFUND_FOUND, "trade_no": "1"}
        with pytest.raises(AlipayAnswerForgedError, match="another trade"):
            client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1", trade_no=TRADE_NO)

    @pytest.mark.parametrize("other", ["R2", ""])
    def test_another_refund_of_the_same_trade(self, client, gateway, other):
        gateway.says = {**REFUND_FOUND, "out_request_no": other}
        with pytest.raises(AlipayAnswerForgedError):
            client.refund_query(out_trade_no=ORDER_SN, out_request_no="R1")


class TestRefusals:
    @each_call
    def test_a_refusal_is_alipays_own_words(self, client, gateway, call):
        gateway.says = refusal("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        with pytest.raises(AlipayRefusedError) as refused:
            CALLS[call](client)
        error = refused.value
        assert (error.code, error.sub_code, error.message) == (
            "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "没有",
        )  # fmt: skip
        assert str(error) == "40004 ACQ.SELLER_BALANCE_NOT_ENOUGH: 没有"

    @pytest.mark.parametrize(
        "says",
        [
            refusal("isv.invalid-signature", "40002"), refusal("isv.missing-app-id", "40001"),
            refusal("isv.insufficient-isv-permissions", "40006"),
            refusal("app-call-limited", "40005"), refusal("aop.invalid-auth-token", "20001"),
        ],
    )  # fmt: skip
    def test_other_refusals_under_either_node(self, client, gateway, says):
        for gateway.node in ("", "error_response"):
            gateway.says = says
            with pytest.raises(AlipayRefusedError):
                refund(client)

    @each_call
    @pytest.mark.parametrize(
        "says",
        [
            refusal("ACQ.SYSTEM_ERROR"), refusal("aop.ACQ.SYSTEM_ERROR"), refusal("SYSTEM_ERROR"),
            refusal("isp.unknow-error", "20000"), refusal("aop.unknow-error", "20000"),
            refusal("isp.unknown-error", "40004"), refusal("", "20000"), refusal("x", "10003"),
            refusal("x", "99999"), refusal("x", ""), {"msg": "Success"},
        ],
        ids=lambda says: f"{says.get('code')} {says.get('sub_code')}",
    )  # fmt: skip
    def test_nobody_knows_what_was_done(self, client, gateway, call, says):
        gateway.says = says
        with pytest.raises(AlipayUnreachableError):
            CALLS[call](client)

    def test_a_refusal_is_one_line_of_a_log(self, client, gateway, caplog):
        gateway.says = {**refusal("x"), "sub_msg": "a\nERROR b\r\n\ud800" + "x" * 5000}
        gateway.says = json.dumps(gateway.says)
        caplog.set_level(logging.INFO)
        with pytest.raises(AlipayRefusedError):
            client.query(out_trade_no=ORDER_SN)
        [line] = [r.getMessage() for r in caplog.records if r.name == "utils.alipay.client"]
        assert line.startswith(
            f"alipay.trade.query of {ORDER_SN}: AlipayRefusedError: 40004 x: a E"
        )
        assert len(line.splitlines()) == 1
        assert len(line.encode()) < 300


class TestAnswersNotBelieved:
    @each_call
    def test_signed_by_somebody_else(self, client, gateway, call):
        gateway.key, gateway.says = APP, RIGHT[call]
        with pytest.raises(AlipayAnswerForgedError, match="does not fit"):
            CALLS[call](client)

    @each_call
    def test_not_signed(self, client, gateway, call):
        for gateway.shape in ('{{"{node}":{content}}}', '{{"{node}":{content},"sign":null}}',
                              '{{"{node}":{content},"sign":""}}'):  # fmt: skip
            gateway.says = RIGHT[call]
            with pytest.raises(AlipayAnswerForgedError) as error:
                CALLS[call](client)
            assert not isinstance(error.value, AlipayAnswerUnsignedError)

    @each_call
    def test_an_error_without_a_signature_says_so(self, client, gateway, call, caplog):
        gateway.raw = Answer(body=json.dumps({
            "error_response": refusal("isv.invalid-app-id", "40002", msg="Invalid Arguments"),
        }))  # fmt: skip
        with pytest.raises(AlipayAnswerUnsignedError) as error:
            CALLS[call](client)
        assert str(error.value) == "unsigned, not believed: 40002 isv.invalid-app-id: 没有"
        assert "isv.invalid-app-id" in caplog.text

    def test_an_unsigned_no_trade_is_not_believed(self, client, gateway):
        gateway.says, gateway.shape = NOT_EXIST, '{{"{node}":{content}}}'
        for call in CALLS.values():
            with pytest.raises(AlipayAnswerUnsignedError):
                call(client)

    @each_call
    def test_the_answer_of_another_trade(self, client, gateway, call):
        other = {**RIGHT[call], "out_trade_no": ORDER_SN[:-1] + "9"}
        for gateway.says in (other, {**NOT_EXIST, "out_trade_no": "1"}):
            with pytest.raises(AlipayAnswerForgedError, match="another trade"):
                CALLS[call](client)
        gateway.says = {k: v for k, v in RIGHT[call].items() if k != "out_trade_no"}
        with pytest.raises(AlipayAnswerForgedError, match="no out_trade_no"):
            CALLS[call](client)

    def test_the_answer_of_another_call(self, client, gateway):
        gateway.node, gateway.says = "alipay_trade_query_response", CLOSED
        with pytest.raises(AlipayAnswerForgedError, match="has no alipay_trade_close_response"):
            client.close(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda body: body.replace("312.00", "312.01"),
            lambda body: body.replace("TRADE_SUCCESS", "TRADE_FINISHED"),
            lambda body: body.replace('"code":"10000"', '"code": "10000"'),
            lambda body: body.replace('"msg":"Success",', ""),
            lambda body: body.replace('"msg":"Success"', '"msg":"\\u0053uccess"'),
            lambda body: body.replace("@", "\\u0040"),
        ],
    )
    def test_changed_on_the_way(self, client, gateway, tamper):
        honest = gateway.answer(
            "alipay.trade.query", *[json.dumps(QUERIED, separators=(",", ":"))] * 2
        )
        changed = tamper(honest.body.decode())
        assert changed != honest.body.decode()
        gateway.raw = honest
        assert client.query(out_trade_no=ORDER_SN)
        gateway.raw = Answer(body=changed)
        with pytest.raises(AlipayAnswerForgedError):
            client.query(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize(
        "shape",
        [
            '{{"{node}":{{"code":"40004"}},"{node}":{content},"sign":"{sign}"}}',
            '{{"{node}":{content},"{node}":{{"code":"40004"}},"sign":"{sign}"}}',
            '{{"{node}":{content},"sign":"x","sign":"{sign}"}}',
            '{{"{node}":{content},"error_response":{{}},"sign":"{sign}"}}',
            '{{"x":{{"{node}":{content}}},"sign":"{sign}"}}',
            '{{"{node}":[{content}],"sign":"{sign}"}}',
            '{{"{node}":"text","sign":"{sign}"}}',
            '{{"sign":"{sign}"}}', "{{}}",
            '{{"{node}":{content},"sign":["{sign}"]}}', '{{"{node}":{content},"sign":1}}',
        ],
    )  # fmt: skip
    def test_shapes(self, client, gateway, shape):
        gateway.shape = shape
        with pytest.raises(AlipayAnswerForgedError):
            client.query(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize("says", ["[1]", '"text"', "1", "null", "true"])
    def test_a_signed_answer_that_is_no_object(self, client, gateway, says):
        gateway.says = says
        for shape in (gateway.shape, '{{"{node}":{content}}}'):
            gateway.shape = shape
            with pytest.raises(AlipayAnswerForgedError, match="not an object"):
                client.query(out_trade_no=ORDER_SN)

    def test_a_member_twice(self, client, gateway):
        gateway.says = json.dumps(QUERIED)[:-1] + ', "total_amount": "0.01"}'
        with pytest.raises(AlipayAnswerForgedError, match="twice"):
            client.query(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize("amount", ["", "x", "-1", "1.001", "1e3", "NaN", "１", "1.", " 1",
                                        "9" * 5000, None, True, ["1"], {}])  # fmt: skip
    def test_amounts_that_are_none(self, client, gateway, amount):
        for call, name in (("query", "total_amount"), ("refund", "refund_fee"),
                           ("refund_query", "refund_amount")):  # fmt: skip
            gateway.says = {**RIGHT[call], name: amount}
            reason = f"{name} of the answer is not an amount"
            with pytest.raises(AlipayAnswerForgedError, match=reason):
                CALLS[call](client)

    @pytest.mark.parametrize("time", ["yesterday", "2026-11-23", "2026-02-30 00:00:00"])
    def test_times_that_are_none(self, client, gateway, time):
        gateway.says = {**QUERIED, "send_pay_date": time}
        with pytest.raises(AlipayAnswerForgedError, match="not a time"):
            client.query(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize("name", ["trade_no", "trade_status", "total_amount"])
    def test_what_every_trade_has(self, client, gateway, name):
        gateway.says = {k: v for k, v in QUERIED.items() if k != name}
        with pytest.raises(AlipayAnswerForgedError, match=name):
            client.query(out_trade_no=ORDER_SN)


class TestHowAnAnswerIsWritten:
    @pytest.mark.parametrize(
        "shape",
        [
            '{{"sign":"{sign}","{node}":{content}}}',
            '{{"alipay_cert_sn":"x","{node}":{content},"sign":"{sign}","more":[1,{{"a":2.5}}]}}',
            ' \r\n{{ "{node}" :\t{content} ,\n "sign" : "{sign}" }} \n',
            '{{"\\u0073ign":"{sign}","{node}":{content}}}',
        ],
    )
    def test_order_and_space(self, client, gateway, shape):
        gateway.shape = shape
        assert client.query(out_trade_no=ORDER_SN).total_amount == Decimal("312.00")

    @pytest.mark.parametrize(
        "name",
        [
            '}', '{', '"}', '","sign":"x"}', "\\", "\\\\", '\\"}', "a\tb", "张三", "😀", "/", "]",
            'x","sign":"', "}}", "\u2028", "\x7f", "a=b&c", "联通",
        ],
    )  # fmt: skip
    def test_what_texts_may_hold(self, client, gateway, name):
        for spelled in (
            json.dumps({**QUERIED, "buyer_logon_id": name}),
            json.dumps({**QUERIED, "buyer_logon_id": name}, ensure_ascii=False, indent=2),
        ):
            gateway.says = spelled
            assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == name

    def test_a_tab_as_it_is(self, client, gateway):
        gateway.says = json.dumps(QUERIED).replace("abc***", "a\tc")
        assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == "a\tc@example.com"

    def test_nested(self, client, gateway):
        gateway.says = {
            **QUERIED, "fund_bill_list": [{"amount": "312.00", "fund_channel": "ALIPAYACCOUNT"}],
            "extend": {"sign": "x", "alipay_trade_query_response": {"code": "40004"}},
        }  # fmt: skip
        assert client.query(out_trade_no=ORDER_SN)

    def test_gbk(self, client, gateway):
        gateway.charset, gateway.says = "gbk", {**QUERIED, "buyer_logon_id": "张三\\"}
        for content_type in ("text/html;charset=GBK", "text/html;charset=utf-8", "nonsense"):
            content = json.dumps(gateway.says, ensure_ascii=False)
            gateway.raw = gateway.answer("alipay.trade.query", content, content)
            gateway.raw.content_type = content_type
            assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == "张三\\"

    def test_slashes_escaped_after_signing(self, client, gateway):
        signed = json.dumps({**QUERIED, "buyer_logon_id": "a/b"})
        sent = signed.replace("/", "\\/")
        gateway.raw = gateway.answer("alipay.trade.query", sent, signed)
        assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == "a/b"
        # As sent it would read a\/b, but what was signed reads otherwise, and counts.
        signed = json.dumps({**QUERIED, "buyer_logon_id": "a/b"}).replace("/", "\\/")
        sent = signed.replace("\\/", "\\\\/")
        gateway.raw = gateway.answer("alipay.trade.query", sent, signed)
        assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == "a/b"

    def test_a_slash_behind_a_backslash(self, client, gateway):
        sent = json.dumps({**QUERIED, "buyer_logon_id": "a\\/"}).replace("\\\\/", "\\\\\\/")
        signed = sent.replace("\\/", "/")
        gateway.raw = gateway.answer("alipay.trade.query", sent, signed)
        assert client.query(out_trade_no=ORDER_SN).buyer_logon_id == "a\\/"


@pytest.mark.slow  # each waits for what does not come
class TestNoAnswer:
    @pytest.mark.parametrize(
        "answer",
        [
            Answer(502, "<html>Bad Gateway</html>", "text/html"), Answer(500, "{}"),
            Answer(404, ""), Answer(204, ""), Answer(201, "{}"), Answer(200, ""), Answer(200, "[]"),
            Answer(200, "null"), Answer(200, '"text"'), Answer(200, "{"), Answer(200, '{"a"}'),
            Answer(200, '{"a":1'), Answer(200, '{"a":1}}'), Answer(200, '{"a":1,}'),
            Answer(200, '{,"a":1}'), Answer(200, '{"a":1 "b":2}'), Answer(200, "{1:2}"),
            Answer(200, '{"a":NaN}'), Answer(200, '{"a":Infinity}'), Answer(200, b"\xff\xfe\xff"),
            Answer(200, "<html>Please log in</html>"), Answer(200, "[" * 200_000),
            Answer(200, '{"a":' + "[" * 100_000),
            Answer(200, b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
        ],
        ids=lambda answer: f"{answer.status} {answer.body[:12]!r}",
    )  # fmt: skip
    def test_what_is_no_answer(self, client, gateway, answer):
        gateway.raw = answer
        with pytest.raises(AlipayUnreachableError):
            refund(client)
        assert len(gateway.received) == 1  # not repeated

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, client, gateway, status):
        honest = gateway.answer("alipay.trade.query", "{}", "{}")
        gateway.raw = Answer(status, honest.body, headers={"Location": "/elsewhere"})
        with pytest.raises(AlipayUnreachableError, match=f"HTTP status {status}"):
            refund(client)
        assert len(gateway.received) == 1

    @each_call
    def test_nobody_listens(self, call):
        with pytest.raises(AlipayUnreachableError, match="ConnectionError"):
            CALLS[call](make_client(f"{closed_port()}/gateway.do"))

    def test_too_slow(self, client, gateway, settings):
        settings.GATEWAY_SECONDS = 0.3
        gateway.wait = threading.Event()
        with pytest.raises(AlipayUnreachableError, match="ReadTimeout"):
            client.query(out_trade_no=ORDER_SN)
        gateway.wait.set()

    @pytest.mark.parametrize("drip", [b"", b"{", b'{"alipay_trade_query_response":{}'])
    def test_an_answer_that_breaks_off(self, drip):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        with raw_server([head + drip]) as client, pytest.raises(AlipayUnreachableError):
            client.query(out_trade_no=ORDER_SN)

    def test_a_body_without_an_end(self):
        head = b"HTTP/1.1 200 OK\r\n\r\n{"
        with (
            raw_server([head, *[b" " * 65536] * 1000]) as client,
            pytest.raises(AlipayUnreachableError, match="too long"),
        ):
            client.query(out_trade_no=ORDER_SN)

    @pytest.mark.parametrize(
        "head",
        [
            b"",  # byte by byte from the first one on
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        ],
    )
    def test_a_drip(self, head, settings):
        """Each byte comes in time, and all of them together never."""
        settings.GATEWAY_SECONDS = 0.4
        drip = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX-A: b\r\n" * 2]
        with (
            raw_server([head, *drip] if head else drip, pause=0.1) as client,
            pytest.raises(AlipayUnreachableError, match=r"ReadTimeout|takes too long"),
        ):
            client.query(out_trade_no=ORDER_SN)

    def test_a_name_server_that_is_silent(self, settings, monkeypatch):
        settings.GATEWAY_SECONDS = 0.2
        answer = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer.wait(5) and [])
        with pytest.raises(AlipayUnreachableError, match="ConnectionError"):
            make_client("http://gateway.example/gateway.do").query(out_trade_no=ORDER_SN)
        answer.set()

    def test_a_handshake_that_never_ends(self, settings):
        settings.GATEWAY_SECONDS = 0.3
        with raw_server([b""], pause=1) as plain:
            client = make_client(plain.gateway_url.replace("http://", "https://"))
            with pytest.raises(AlipayUnreachableError, match=r"Timeout|SSLError|ConnectionError"):
                client.query(out_trade_no=ORDER_SN)

    def test_an_answer_in_chunks(self, gateway):
        content = json.dumps(QUERIED)
        body = gateway.answer("alipay.trade.query", content, content).body
        chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:50], body[50:])]
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        with raw_server([head, *chunks, b"0\r\n\r\n"]) as client:
            assert client.query(out_trade_no=ORDER_SN).trade_no == TRADE_NO

    def test_it_is_logged_without_what_was_sent(self, client, gateway, caplog):
        caplog.set_level(logging.DEBUG)
        gateway.raw = Answer(503, "")
        with pytest.raises(AlipayUnreachableError):
            refund(client)
        assert f"alipay.trade.refund of {ORDER_SN}: AlipayUnreachableError: HTTP status 503" in (
            caplog.messages
        )
        assert gateway.received[0].form["sign"] not in caplog.text


class raw_server:  # noqa: N801  (used as a function)
    """A server that sends these bytes and hangs up; yields a client of it."""

    def __init__(self, parts: list[bytes], pause: float = 0) -> None:
        self.parts, self.pause = parts, pause
        self.over = threading.Event()

    def __enter__(self) -> AlipayClient:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return make_client(f"http://127.0.0.1:{self.listener.getsockname()[1]}/gateway.do")

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        self.thread.join()
        self.listener.close()

    def serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            with connection.makefile("rb") as request:
                length = 0
                while (line := request.readline()).strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                request.read(length)
            try:
                for part in self.parts:
                    connection.sendall(part)
                    if self.over.wait(self.pause):
                        return
            except OSError:  # the client has hung up
                return
