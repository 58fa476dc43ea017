"""Two who do it at once, on a real MariaDB."""

import threading
from typing import Any

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.test import Client

from extra_apps.alipay_sandbox.models import SandboxNotice, SandboxRefund, SandboxTrade
from extra_apps.alipay_sandbox.services import refunds
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from tests.parallel import in_parallel

from .merchant import GATEWAY, Merchant, Order, envelope, signed

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

CROWD = 8


def call(method: str, content: dict[str, Any]) -> dict[str, Any]:
    answer = Client().post(GATEWAY, signed(envelope(method, content))).json()
    return answer[f"{method.replace('.', '_')}_response"]


def test_many_first_looks_open_one_trade(merchant: Merchant) -> None:
    link = merchant.link(Order())
    found = in_parallel(CROWD, lambda _number: Client().get(link))
    assert {response.status_code for response in found} == {302}
    assert len({response.headers["Location"] for response in found}) == 1
    assert SandboxTrade.objects.count() == 1


def test_many_pays_pay_once(merchant: Merchant) -> None:
    order = merchant.open()
    path = f"/alipay-sandbox/cashier/{order.trade_no}/pay/"
    statuses = in_parallel(CROWD, lambda _number: Client().post(path).status_code)
    assert sorted(statuses) == [302] + [409] * (CROWD - 1)
    assert SandboxNotice.objects.count() == 1


def test_pay_or_close_but_not_both(merchant: Merchant) -> None:
    winners = set()
    for _ in range(12):
        order = merchant.open()
        path = f"/alipay-sandbox/cashier/{order.trade_no}/pay/"
        paid, closed = in_parallel(
            2,
            lambda number, path=path, order=order: (
                Client().post(path).status_code
                if number == 0
                else call("alipay.trade.close", {"trade_no": order.trade_no})["code"]
            ),
        )
        status = SandboxTrade.objects.get(trade_no=order.trade_no).status
        assert (paid, closed, status) in [
            (302, "40004", "TRADE_SUCCESS"), (409, "10000", "TRADE_CLOSED"),
        ]  # fmt: skip
        winners.add(status)
        notices = SandboxNotice.objects.filter(trade__trade_no=order.trade_no)
        assert notices.count() == (status == "TRADE_SUCCESS")
    assert winners


def refunds_at_once(merchant: Merchant, *, is_same: bool) -> tuple[list[str], str, int]:
    """Eight refunds of 30 out of 88.80: the answers, what is given back, and the rows."""
    order = merchant.paid()

    def refund(number: int) -> str:
        content = {"trade_no": order.trade_no, "refund_amount": "30",
                   "out_request_no": "R" if is_same else f"R{number}"}  # fmt: skip
        answer = call("alipay.trade.refund", content)
        return answer.get("fund_change") or answer["sub_code"]

    answers = sorted(in_parallel(CROWD, refund))
    trade = SandboxTrade.objects.get(trade_no=order.trade_no)
    return answers, str(trade.refunded_amount), SandboxRefund.objects.filter(trade=trade).count()


def test_refunds_at_once_stay_within_what_was_paid(merchant: Merchant) -> None:
    answers, refunded, rows = refunds_at_once(merchant, is_same=False)
    assert answers == ["ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"] * 6 + ["Y", "Y"]
    assert (refunded, rows) == ("60.00", 2)


def test_one_refund_asked_for_at_once_moves_once(merchant: Merchant) -> None:
    answers, refunded, rows = refunds_at_once(merchant, is_same=True)
    assert answers == ["N"] * 7 + ["Y"]
    assert (refunded, rows) == ("30.00", 1)


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_refund_in_the_middle_of_another(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """The lock makes the rival wait; without it, both give back more than was paid."""
    order = merchant.paid()
    refusal_of = refunds._refusal
    rivals: list[threading.Thread] = []

    def ask(number: str) -> None:
        content = {"trade_no": order.trade_no, "refund_amount": "50", "out_request_no": number}
        call("alipay.trade.refund", content)
        connections.close_all()

    def with_a_rival(*args: Any, **kwargs: Any) -> Any:
        answer = refusal_of(*args, **kwargs)
        if not rivals:
            rivals.append(threading.Thread(target=ask, args=["rival"]))
            rivals[0].start()
            rivals[0].join(timeout=0.5 if is_locked else 30)
        return answer

    monkeypatch.setattr(refunds, "_refusal", with_a_rival)
    if not is_locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, **kwargs: queryset)
    ask("first")
    rivals[0].join(timeout=30)
    given = sum(SandboxRefund.objects.values_list("amount", flat=True))
    assert str(given) == ("50.00" if is_locked else "100.00")


def test_many_senders_send_a_notice_once(merchant: Merchant) -> None:
    for _ in range(5):
        merchant.paid()
    attempts = in_parallel(4, lambda _number: notices_send_due())
    assert sum(attempts) == 5
    assert len({form["notify_id"] for form in merchant.inbox}) == len(merchant.inbox) == 5
