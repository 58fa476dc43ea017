"""Notices: their parameters, when they are repeated, and what ends that."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from extra_apps.alipay_sandbox.courier import Courier
from extra_apps.alipay_sandbox.models import SandboxNotice
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from tests.http_server import Answer, Received, closed_port, http_server

from .merchant import Merchant, is_signed_notice

pytestmark = pytest.mark.django_db(transaction=True)

MINUTES = [4, 10, 10, 60, 120, 360, 900]


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to("2026-11-24T00:00:00Z", tick=False)


def use(settings: Any, **values: Any) -> None:
    settings.ALIPAY_SANDBOX = {**settings.ALIPAY_SANDBOX, **values}


def wait_until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_the_parameters(merchant: Merchant, time_machine: Any) -> None:
    order = merchant.open(content={"body": "三箱", "passback_params": "a%3D1"})
    time_machine.shift(60)
    merchant.pay(order)
    time_machine.shift(5)
    notices_send_due()
    [received] = merchant.received
    assert (received.method, received.path) == ("POST", "/notify")
    assert received.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    [notice] = merchant.inbox
    assert is_signed_notice(notice)
    assert notice.pop("sign")
    assert len(notice.pop("notify_id")) == 34
    assert notice.pop("buyer_id").startswith("2088")
    assert notice.pop("buyer_logon_id")
    assert notice == {
        "notify_type": "trade_status_sync", "notify_time": "2026-11-24 08:01:05",
        "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
        "app_id": "2021000000000009", "auth_app_id": "2021000000000009",
        "seller_id": "2088000000000009", "trade_no": order.trade_no,
        "out_trade_no": order.out_trade_no, "trade_status": "TRADE_SUCCESS",
        "subject": "MxShop 订单 & 水果", "body": "三箱", "passback_params": "a%3D1",
        "total_amount": "88.80", "receipt_amount": "88.80", "invoice_amount": "88.80",
        "buyer_pay_amount": "88.80", "point_amount": "0.00",
        "fund_bill_list": '[{"amount":"88.80","fundChannel":"ALIPAYACCOUNT"}]',
        "gmt_create": "2026-11-24 08:00:00", "gmt_payment": "2026-11-24 08:01:00",
    }  # fmt: skip


def test_without_an_address_there_are_none(merchant: Merchant) -> None:
    merchant.pay(merchant.open(notify_url=None))
    assert not SandboxNotice.objects.exists()


@pytest.mark.parametrize("speedup", [60, 1])
def test_the_times_of_the_repeats(
    merchant: Merchant, time_machine: Any, settings: Any, speedup: int
) -> None:
    if speedup != 60:  # the default
        use(settings, NOTIFY_SPEEDUP=speedup)
    merchant.reply = Answer(400, b"failure", "text/plain")
    merchant.paid()
    assert notices_send_due() == 1
    for count, minutes in enumerate(MINUTES, start=1):
        time_machine.shift(minutes * 60 / speedup - 0.001)
        assert notices_send_due() == 0
        time_machine.shift(0.001)
        assert (notices_send_due(), len(merchant.inbox)) == (1, count + 1)
    time_machine.shift(30 * 86400)
    assert notices_send_due() == 0
    notice = SandboxNotice.objects.get()
    assert (notice.attempts, notice.next_at, notice.delivered_at) == (8, None, None)
    assert [(r["status"], r["text"]) for r in notice.replies] == [(400, "failure")] * 8
    assert len({form["notify_id"] for form in merchant.inbox}) == 1
    assert len({form["notify_time"] for form in merchant.inbox}) == 8
    assert all(is_signed_notice(form) for form in merchant.inbox)


def test_success_ends_it(merchant: Merchant, time_machine: Any) -> None:
    merchant.reply = Answer(500)
    merchant.paid()
    notices_send_due()
    merchant.reply = Answer(200, b"success", "text/plain")
    time_machine.shift(4)
    assert notices_send_due() == 1
    time_machine.shift(86400)
    assert notices_send_due() == 0
    notice = SandboxNotice.objects.get()
    assert notice.delivered_at == datetime.fromisoformat("2026-11-24T00:00:04Z")
    assert [(r["at"], r["status"], r["text"]) for r in notice.replies] == [
        ("2026-11-24 08:00:00", 500, ""), ("2026-11-24 08:00:04", 200, "success"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        Answer(200, b"success\n"), Answer(200, b" success"), Answer(200, b"SUCCESS"),
        Answer(200, b'"success"'), Answer(200, b""), Answer(200, b"fail"),
        Answer(200, b"success" * 10_000), Answer(200, b"\xff\x00success"),
        Answer(201, b"success"), Answer(400, b"success"), Answer(500, b"success"),
        Answer(302, b"success", headers={"Location": "/elsewhere"}),
    ],
)  # fmt: skip
def test_what_is_no_success(merchant: Merchant, reply: Answer) -> None:
    merchant.reply = reply
    merchant.paid()
    assert notices_send_due() == 1
    notice = SandboxNotice.objects.get()
    assert notice.delivered_at is None
    assert notice.next_at == datetime.fromisoformat("2026-11-24T00:00:04Z")
    assert len(notice.replies[0]["text"]) <= 200
    assert [received.path for received in merchant.received] == ["/notify"]  # redirects end here


@pytest.mark.parametrize("host", ["closed", "http://no-such-host.invalid", "http://a..b"])
def test_nobody_there(merchant: Merchant, host: str) -> None:
    url = closed_port() if host == "closed" else host
    merchant.pay(merchant.open(notify_url=f"{url}/notify"))
    assert notices_send_due() == 1
    notice = SandboxNotice.objects.get()
    assert (notice.replies[0]["status"], notice.delivered_at) == (None, None)
    assert notice.next_at == datetime.fromisoformat("2026-11-24T00:00:04Z")


def test_a_server_that_is_silent(merchant: Merchant, settings: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-11-24T00:00:00Z", tick=True)
    use(settings, NOTIFY_TIMEOUT=0.1)
    is_over = threading.Event()

    def wait(received: Received) -> Answer:
        is_over.wait(timeout=5)
        return Answer(200, b"success")

    with http_server(wait) as origin:
        merchant.pay(merchant.open(notify_url=f"{origin}/notify"))
        assert notices_send_due() == 1
        is_over.set()
    assert SandboxNotice.objects.get().replies[0]["text"].startswith("ReadTimeout")


def test_an_attempt_that_broke_off_is_made_again(
    merchant: Merchant, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.paid()

    def killed(*args: Any, **kwargs: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("extra_apps.alipay_sandbox.services.notices._post", killed)
        with pytest.raises(KeyboardInterrupt):
            notices_send_due()
    assert notices_send_due() == 0  # it might still be under way
    time_machine.shift(60)
    assert notices_send_due() == 1
    assert len(merchant.inbox) == 1


def test_no_payment_without_its_notice(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    order = merchant.open()

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("extra_apps.alipay_sandbox.services.notices.notice_params", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        merchant.pay(order)
    assert merchant.query(order)["trade_status"] == "WAIT_BUYER_PAY"


def test_never_inside_a_transaction(merchant: Merchant) -> None:
    merchant.paid()
    with transaction.atomic(), pytest.raises(RuntimeError):
        notices_send_due()
    assert merchant.inbox == []


def test_the_oldest_goes_first(merchant: Merchant, time_machine: Any) -> None:
    orders = []
    for _ in range(3):
        orders.append(merchant.paid())
        time_machine.shift(1)
    assert notices_send_due() == 3
    assert [form["out_trade_no"] for form in merchant.inbox] == [o.out_trade_no for o in orders]


def test_by_hand(merchant: Merchant) -> None:
    merchant.paid()
    out = StringIO()
    call_command("alipay_sandbox_notify", stdout=out)
    call_command("alipay_sandbox_notify", stdout=out)
    assert out.getvalue() == "attempts made: 1\nattempts made: 0\n"
    assert len(merchant.inbox) == 1


def test_by_hand_for_ever(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 1:
            merchant.paid()
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr(
        "extra_apps.alipay_sandbox.management.commands.alipay_sandbox_notify.time.sleep", rest
    )
    out = StringIO()
    with pytest.raises(KeyboardInterrupt):
        call_command("alipay_sandbox_notify", "--forever", stdout=out)
    assert (out.getvalue(), rests) == ("attempts made: 1\n", [1.0, 1.0])


class TestTheThread:
    @pytest.fixture(autouse=True)
    def courier(self, settings: Any, monkeypatch: pytest.MonkeyPatch, time_machine: Any) -> Any:
        time_machine.move_to("2026-11-24T00:00:00Z", tick=True)
        use(settings, NOTIFY_IN_BACKGROUND=True, NOTIFY_SPEEDUP=1200)
        courier = Courier()
        for module in ("services.trades", "services.refunds", "views.gateway", "views.cashier",
                       "views.board"):  # fmt: skip
            monkeypatch.setattr(f"extra_apps.alipay_sandbox.{module}.wake", courier.wake)
        yield courier
        courier.stop()

    def wait_for(self, merchant: Merchant, count: int) -> None:
        """Until so many attempts are made, and written down."""
        wait_until(lambda: len(merchant.inbox) >= count)
        wait_until(lambda: sum(len(n.replies) for n in SandboxNotice.objects.all()) >= count)
        assert len(merchant.inbox) == count

    def test_sends_after_the_payment_and_repeats(self, merchant: Merchant) -> None:
        merchant.reply = Answer(500)
        order = merchant.open()
        merchant.pay(order)
        wait_until(lambda: len(merchant.inbox) == 1)
        merchant.reply = Answer(200, b"success")
        self.wait_for(merchant, 2)
        assert SandboxNotice.objects.get().attempts == 2

    def test_sends_after_a_refund(self, merchant: Merchant) -> None:
        order = merchant.paid()
        self.wait_for(merchant, 1)
        merchant.refund(order, "1", "R1")
        self.wait_for(merchant, 2)
        assert merchant.inbox[1]["refund_fee"] == "1.00"

    def test_outlives_a_fault(
        self, merchant: Merchant, courier: Courier, monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        faults = []

        def fail() -> int:
            faults.append(1)
            raise RuntimeError("a fault of the database")

        monkeypatch.setattr("extra_apps.alipay_sandbox.courier.REST_AFTER_A_FAULT", 0.05)
        with monkeypatch.context() as patch:
            patch.setattr("extra_apps.alipay_sandbox.courier.notices_send_due", fail)
            merchant.paid()
            wait_until(lambda: len(faults) >= 3)
        self.wait_for(merchant, 1)
        assert "a fault of the database" in caplog.text

    def test_is_one(self, merchant: Merchant, courier: Courier) -> None:
        for _ in range(20):
            courier.wake()
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("alipay-sandbox-notices") == 1

    def test_starts_again_in_a_forked_process(self, courier: Courier) -> None:
        courier.wake()
        first = courier._thread
        courier._pid -= 1  # as a child sees its parent's
        courier.wake()
        assert courier._thread is not first
        assert courier._thread.is_alive()


def test_no_thread_where_the_settings_say_so() -> None:
    courier = Courier()
    courier.wake()
    assert courier._thread is None
