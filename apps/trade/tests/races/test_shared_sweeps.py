"""Several runners of the sweeps: they share the work, and one that dies loses nothing."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.goods.models import StockMovement
from apps.trade.models import OrderInfo, Payment, Refund
from apps.trade.order_status import PayStatus
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.reconciling import payments_reconcile
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, tell
from utils.alipay import AlipayClient
from utils.db import shared_work

from .helpers import Shop, crowd, order_of, shelf, stock_of

MANY = crowd(24, on_sqlite=12)
HOUR = timedelta(hours=1)


class Gateway:
    """Answers that it knows of no trade, and counts how often it was asked about which order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self.dies_after: int | None = None
        self._lock = threading.Lock()
        self._pause = threading.Event()  # never set: a place to wait
        monkeypatch.setattr(AlipayClient, "query", lambda client, **asked: self._query(**asked))

    def _query(self, *, out_trade_no: str) -> None:
        with self._lock:
            self.asked[out_trade_no] += 1
            if self.dies_after is not None and self.asked.total() > self.dies_after:
                raise KeyboardInterrupt  # nothing is tidied up, as after kill -9
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        self._pause.wait(0.01)
        with self._lock:
            self.at_once -= 1


@pytest.fixture
def gateway(shop: Shop, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Gateway:
    settings.JOBS_CALLS_AT_ONCE = 4
    return Gateway(monkeypatch)


def expired_orders(shop: Shop) -> list[str]:
    [goods], buyers = shelf(MANY), shop.buyers(MANY)
    return [order_of(buyer, goods).order_sn for buyer in buyers]


def sweep(now: datetime | None = None) -> dict[str, int]:
    return orders_close_expired(now=now or timezone.now() + HOUR)


def closed() -> int:
    return OrderInfo.objects.filter(closed_by="expire", holds_stock=False).count()


def test_two_runners_ask_about_each_order_once(shop: Shop, gateway: Gateway) -> None:
    numbers = expired_orders(shop)
    swept = in_parallel(2, lambda _number: sweep())
    assert gateway.asked == dict.fromkeys(numbers, 1)
    assert sum(found["closed"] for found in swept) == closed() == MANY
    assert [found["left"] for found in swept] == [0, 0]
    assert StockMovement.objects.filter(reason="close").count() == MANY
    assert 1 < gateway.most_at_once <= 8
    assert_audit_clean()
    tell(f"two runners: {[found['closed'] for found in swept]} of {MANY} orders closed, "
         f"{gateway.asked.total()} calls, {gateway.most_at_once} at once")  # fmt: skip


@pytest.mark.mariadb
def test_control_two_runners_without_claims(
    shop: Shop, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway is asked about orders twice; closing them is still guarded by their rows."""
    monkeypatch.setattr(shared_work, "row_claim", lambda row, *, until: True)
    expired_orders(shop)
    in_parallel(2, lambda _number: sweep())
    tell(f"control: no claims: {gateway.asked.total()} calls for {MANY} orders")
    assert gateway.asked.total() > MANY
    assert closed() == MANY


def test_what_a_dead_runner_had_claimed_is_taken_over(
    shop: Shop, gateway: Gateway, settings: Any
) -> None:
    settings.JOBS_CALLS_AT_ONCE = 1
    numbers = expired_orders(shop)
    now = timezone.now() + HOUR
    gateway.dies_after = 5
    with pytest.raises(KeyboardInterrupt):
        sweep(now)
    gateway.dies_after = None
    in_parallel(2, lambda _number: sweep(now))
    # What it had in hand is still claimed: those it had asked about, and the next.
    assert MANY - closed() == OrderInfo.objects.unpaid().filter(claimed_until__gt=now).count() > 0
    in_parallel(2, lambda _number: sweep(now + timedelta(seconds=shared_work.CLAIM_SECONDS + 60)))
    assert closed() == MANY
    assert set(gateway.asked) == set(numbers)
    assert gateway.asked.total() == MANY + 1  # about the one, it died
    assert StockMovement.objects.filter(reason="close").count() == MANY
    assert_audit_clean()


def test_two_runners_share_what_is_in_doubt(
    shop: Shop, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders without a notice, and refunds without an answer: each asked about once."""
    numbers = expired_orders(shop)
    refunded: Counter[str] = Counter()
    order = OrderInfo.objects.latest("pk")
    paid = {"pay_status": PayStatus.TRADE_SUCCESS, "pay_time": timezone.now(), "trade_no": "T1"}
    OrderInfo.objects.filter(pk=order.pk).update(**paid)
    payment = Payment.objects.create(
        order=order, trade_no="T1", amount=order.order_mount, paid_at=paid["pay_time"],
        state=Payment.State.APPLIED,
    )  # fmt: skip
    for number in range(8):
        Refund.objects.create(
            payment=payment, out_request_no=f"R{number}", amount=Decimal("0.01"), reason="x"
        )

    def refund(client: AlipayClient, *, out_request_no: str, **asked: Any) -> Any:
        refunded[out_request_no] += 1
        return type("Done", (), {"fund_changed": True})

    monkeypatch.setattr(AlipayClient, "refund", refund)
    later = timezone.now() + timedelta(minutes=3)
    found = in_parallel(2, lambda _number: payments_reconcile(now=later))
    assert gateway.asked == dict.fromkeys(set(numbers) - {order.order_sn}, 1)
    assert refunded == {f"R{number}": 1 for number in range(8)}
    assert sum(each["asked"] for each in found) == MANY - 1
    assert sum(each["refunds"] for each in found) == 8
    # Should they expire a moment later, closing may claim them at once.
    assert not OrderInfo.objects.unpaid().exclude(claimed_until=None).exists()
    payment.refresh_from_db()
    assert payment.refunded == Decimal("0.08")
    assert stock_of(order.lines.get().goods) == 0


def test_a_sweep_ends_when_its_time_is_over(shop: Shop, gateway: Gateway) -> None:
    expired_orders(shop)
    now = timezone.now() + HOUR
    assert orders_close_expired(now=now, seconds=0) == {"closed": 0, "paid": 0, "left": MANY}
    assert gateway.asked.total() == 0
    # What it had claimed is free for the next.
    assert not OrderInfo.objects.exclude(claimed_until=None).exists()
