"""The Yunpian client against a server that speaks Yunpian's wire."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.http_server import Answer, Received, closed_port, http_server
from utils.sms.yunpian import YunpianClient, YunpianRefusedError, YunpianUnreachableError

pytestmark = pytest.mark.one_database

API_KEY = "0123456789abcdef0123456789abcdef"
TEXT = "【MxShop】您的验证码是1234，5分钟内有效。"

SENT = {"code": 0, "msg": "发送成功", "count": 1, "fee": 0.05, "unit": "RMB",
        "mobile": "13912345678", "sid": 3310228982}  # fmt: skip
TOO_OFTEN = {
    "http_status_code": 400, "code": 22, "msg": "验证码类短信1小时内同一手机号发送次数不能超过3次",
    "detail": "验证码类短信1小时内同一手机号发送次数不能超过3次",
}  # fmt: skip


class Yunpian:
    """Answers ``next``; keeps what it received."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.next = Answer(body=json.dumps(SENT))
        self.release: threading.Event | None = None

    def __call__(self, received: Received) -> Answer:
        self.received.append(received)
        if self.release is not None:
            self.release.wait(5)
        return self.next


@pytest.fixture
def yunpian() -> Yunpian:
    return Yunpian()


@pytest.fixture
def client(yunpian: Yunpian) -> Iterator[YunpianClient]:
    with http_server(yunpian) as origin:
        yield YunpianClient(api_key=API_KEY, origin=origin, timeout=1)


def send(client: YunpianClient) -> None:
    client.send(mobile="13912345678", text=TEXT)


def test_the_wire(client, yunpian):
    send(client)
    [received] = yunpian.received
    assert (received.method, received.path) == ("POST", "/v2/sms/single_send.json")
    assert received.query == {}
    assert received.form == {"apikey": API_KEY, "mobile": "13912345678", "text": TEXT}
    assert received.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert received.headers["Accept"] == "application/json"


@pytest.mark.parametrize("status", [200, 400])
def test_a_refusal_is_yunpians_own_message(client, yunpian, status):
    yunpian.next = Answer(status, json.dumps(TOO_OFTEN), "application/json;charset=utf-8")
    with pytest.raises(YunpianRefusedError) as refused:
        send(client)
    assert (refused.value.code, str(refused.value)) == (22, TOO_OFTEN["msg"])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(502, "<html>Bad Gateway</html>", "text/html"), Answer(200, ""), Answer(200, "[]"),
        Answer(200, "null"), Answer(200, "{}"), Answer(200, '{"code": "0"}'),
        Answer(200, '{"code": true}'), Answer(200, b"\xff\xfe"), Answer(200, '{"code": 0'),
        Answer(302, "", headers={"Location": "http://evil.example/"}),
    ],
)  # fmt: skip
def test_what_is_no_answer(client, yunpian, answer):
    yunpian.next = answer
    with pytest.raises(YunpianUnreachableError):
        send(client)
    assert len(yunpian.received) == 1  # not followed, not repeated


def test_nobody_listens():
    with pytest.raises(YunpianUnreachableError):
        send(YunpianClient(api_key=API_KEY, origin=closed_port()))


def test_too_slow(client, yunpian):
    yunpian.release = threading.Event()
    with pytest.raises(YunpianUnreachableError):
        send(client)
    yunpian.release.set()


@pytest.mark.parametrize(
    "break_it",
    [
        lambda yunpian: setattr(yunpian, "next", Answer(400, json.dumps(
            {"code": -1, "msg": f"非法的apikey {API_KEY}", "detail": API_KEY}
        ))),
        lambda yunpian: setattr(yunpian, "next", Answer(500, API_KEY, "text/plain")),
        lambda yunpian: setattr(yunpian, "next", Answer(200, json.dumps(SENT))),
    ],
)  # fmt: skip
def test_the_key_is_in_no_log_and_no_error(
    client: YunpianClient, yunpian: Yunpian, caplog: Any, break_it: Callable[[Yunpian], None]
):
    break_it(yunpian)
    caplog.set_level(logging.DEBUG)
    try:
        send(client)
    except (YunpianRefusedError, YunpianUnreachableError) as error:
        chain: list[BaseException | None] = [error]
        while chain[-1] is not None:
            assert API_KEY not in f"{chain[-1]!s}{chain[-1]!r}"
            chain.append(chain[-1].__cause__ or chain[-1].__context__)
    assert caplog.records
    assert API_KEY not in caplog.text
    assert API_KEY not in repr(client)


def test_the_key_is_in_no_error_of_the_network(caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(YunpianUnreachableError) as error:
        send(YunpianClient(api_key=API_KEY, origin=closed_port()))
    assert isinstance(error.value.__cause__, requests.ConnectionError)
    assert API_KEY not in f"{error.value}{error.value.__cause__}{caplog.text}"
