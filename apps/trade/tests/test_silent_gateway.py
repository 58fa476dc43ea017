"""A gateway that does not answer: what a request costs, and what it says."""

import threading
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.trade.models import OrderInfo
from apps.trade.order_status import Event
from apps.trade.services.closing import order_close_via_gateway
from tests.clocks import Clock
from utils.alipay import AlipayClient, AlipayUnreachableError, client, patience
from utils.alipay.patience import MAX_FAILURES

from .staff import ORDERS, VIEW, confirm, staff_client, told

pytestmark = pytest.mark.django_db

SAYS = {"detail": "支付宝没有响应，请稍后再试。"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Clock:
    settings.GATEWAY_SECONDS = 6
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def slow(monkeypatch: pytest.MonkeyPatch, clock: Clock, seconds: float) -> None:
    """Let every answer of the gateway take so long."""
    send = client.post

    def post(url: str, *, left: Any, **sent: Any) -> bytes:
        had = left()
        clock.now += min(seconds, had)
        if seconds > had:
            raise AlipayUnreachableError("ReadTimeout")
        return send(url, left=lambda: 60.0, **sent)

    monkeypatch.setattr(client, "post", post)


def test_cancelling_costs_one_deadline_however_many_calls(
    mine, order_of, gateway, clock, monkeypatch
):
    answer = order_of(2)
    gateway.open(answer["alipay_url"])
    slow(monkeypatch, clock, 4)  # the question is answered; closing the trade is not
    response = mine.delete(f"/orders/{answer['id']}/")
    assert (response.status_code, response["Retry-After"], response.json()) == (503, "5", SAYS)
    assert clock.now == 1006
    assert gateway.asked == ["alipay.trade.query"]
    assert OrderInfo.objects.get().pay_status in ("paying", "WAIT_BUYER_PAY")


def test_after_three_failures_requests_are_refused_without_a_question(mine, order_of, gateway):
    answer = order_of(2)
    gateway.silent = True
    for number in range(MAX_FAILURES + 3):
        response = mine.delete(f"/orders/{answer['id']}/")
        assert (response.status_code, response.json()) == (503, SAYS)
        assert len(gateway.asked) == min(number + 1, MAX_FAILURES)
    # The rest of the shop, and background work, which keeps its own count.
    assert mine.get("/orders/").status_code == 200
    gateway.silent = False
    assert order_close_via_gateway(order_id=answer["id"], event=Event.EXPIRE).value == "closed"


def test_the_one_too_many_is_refused_at_once(mine, order_of, gateway, settings):
    answer = order_of(2)
    settings.GATEWAY_CALLS_AT_ONCE = 1
    inside, answered = threading.Event(), threading.Event()

    def wait() -> None:
        with patience.guard.call():
            inside.set()
            answered.wait(10)

    thread = threading.Thread(target=wait)
    thread.start()
    inside.wait(10)
    response = mine.delete(f"/orders/{answer['id']}/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert gateway.asked == []
    answered.set()
    thread.join()
    assert mine.delete(f"/orders/{answer['id']}/").status_code == 204


class TestStaff:
    @pytest.fixture
    def staff(self, db: None) -> Client:
        return staff_client("change_orderinfo", *VIEW)

    def test_a_batch_ends_with_the_requests_time_and_says_what_is_done(
        self, staff, order_of, gateway, clock, monkeypatch, settings
    ):
        settings.ORDER_MAX_UNPAID = 6
        orders = [OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(6)]
        slow(monkeypatch, clock, 2)
        response = confirm(staff, ORDERS, "close_unpaid", *orders)
        assert clock.now == 1006
        done = [order.order_sn for order in orders[:3]]
        rest = [order.order_sn for order in orders[3:]]
        messages = told(response)
        assert len(messages) == 2
        assert all(number in messages[0] for number in done)
        assert all(number in messages[1] for number in rest)
        assert "choose it again" in messages[1] or "重新选择" in messages[1]
        assert OrderInfo.objects.filter(closed_by="dismiss").count() == 3

    def test_history_is_written_order_by_order(self, staff, order_of, gateway, monkeypatch):
        orders = [OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(2)]
        query, seen = AlipayClient.query, []

        def watching(self: AlipayClient, **asked: Any) -> Any:
            seen.append(LogEntry.objects.count())
            return query(self, **asked)

        monkeypatch.setattr(AlipayClient, "query", watching)
        confirm(staff, ORDERS, "close_unpaid", *orders)
        assert seen == [0, 1]
