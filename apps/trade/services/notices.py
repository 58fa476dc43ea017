"""What Alipay says of a trade: kept as it came, and processed once.

The row is committed before anything is done about it. Processing is one transaction, which
writes the verdict with whatever the message changed: after a crash a notice is processed as a
whole or not at all, and notices_process_left() takes it up again.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F

from utils.alipay import Trade
from utils.alipay.wire import parse_amount, parse_time, write_time
from utils.db import clock
from utils.db.deadline import Deadline
from utils.db.failures import collect_errors
from utils.db.transactions import atomic_retry_on_deadlock, retry_on_deadlock
from utils.db.written_inserts import Insert
from utils.db.written_once import Given, Read, Update

from ..models import OrderInfo, Payment, PaymentNotice
from ..order_status import Event, MoveRefusedError
from .orders import order_at_cashier, order_close
from .payments import payment_confirm, payment_finish
from .refunds import refund_sync

logger = logging.getLogger(__name__)

Verdict = PaymentNotice.Verdict
Source = PaymentNotice.Source

# Notices that are answered "failure": not meant for this shop, or nonsense.
REFUSED = {
    Verdict.BAD_SIGNATURE,
    Verdict.WRONG_APP,
    Verdict.WRONG_SELLER,
    Verdict.UNKNOWN_ORDER,
    Verdict.WRONG_AMOUNT,
    Verdict.MALFORMED,
}
# Alipay signs each attempt anew, with the time of the attempt.
VARIES_ON_REPEAT = {"notify_time", "sign", "sign_type"}
PROCESSED_AT_ONCE = 100

_NOTICE = Insert(PaymentNotice)
_SAME = Read(lambda: PaymentNotice.objects.filter(content_key=Given("content_key")))
# What it leads to is guarded by the lock of the order, which is a write.
_LOCKED = Read(
    lambda: PaymentNotice.objects.filter(pk=Given("notice_id")).select_for_update(), locks=True
)
_VERDICT = Update(
    lambda: PaymentNotice.objects.filter(pk=Given("notice_id")),
    verdict=Given("verdict"),
    order=Given("order_id"),
)
_ORDER = Read(
    lambda: (
        OrderInfo.objects.only("order_sn", "order_mount")
        .filter(order_sn=Given("order_sn"))
        .order_by()
    )
)


@dataclass(frozen=True, kw_only=True)
class _News:
    """What a message says of a trade; amounts in yuan, times aware."""

    trade_no: str
    status: str
    amount: Decimal
    paid_at: datetime | None
    refunded: Decimal
    refund_no: str


def notice_keep(*, params: Mapping[str, str], raw: str, is_genuine: bool) -> PaymentNotice:
    """Store a notice as it came (``raw``: its body) and return its row.

    One that was stored before is counted there, and makes no row. Unless ``is_genuine`` (its
    signature is Alipay's) it is refused and never processed.
    """
    if not is_genuine:
        return PaymentNotice.objects.create(
            **_columns(Source.NOTIFY, params, raw), verdict=Verdict.BAD_SIGNATURE
        )
    return _keep(Source.NOTIFY, params, raw)


def answer_keep(*, trade: Trade) -> PaymentNotice:
    """Store what the gateway answered when it was asked about a trade, and return its row.

    The same answer as before is counted there, and makes no row.
    """
    params = {
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "trade_status": trade.trade_status,
        "total_amount": str(trade.total_amount),
    }
    if trade.paid_at:
        params["gmt_payment"] = write_time(trade.paid_at)
    return _keep(Source.QUERY, params, json.dumps(params, ensure_ascii=False))


@atomic_retry_on_deadlock
def notice_process(*, notice_id: int) -> PaymentNotice.Verdict:
    """Act on a stored notice and write its verdict; return that.

    One that was accepted stays as it is: all that it says was done. One that was refused, and
    came again, is processed again: the reason may be a setting that has been corrected since.
    """
    [notice] = _LOCKED(notice_id=notice_id)
    if notice.verdict == Verdict.RECEIVED or notice.verdict in REFUSED - {Verdict.BAD_SIGNATURE}:
        notice.verdict, notice.order_id = _process(notice)
        _VERDICT(notice_id=notice_id, verdict=notice.verdict, order_id=notice.order_id)
    return Verdict(notice.verdict)


def notices_process_left(*, before: datetime, seconds: float | None = None) -> int:
    """Process the notices that a crash left, stored before that moment; return how many.

    After ``seconds`` no other one is begun. Raises ExceptionGroup, having processed the others,
    when something is wrong with one.
    """
    deadline = Deadline(seconds)
    left = PaymentNotice.objects.filter(verdict=Verdict.RECEIVED, add_time__lt=before)
    processed = last = 0
    with collect_errors() as collecting:
        # Some at a time, so that two runs meet in none but the first.
        while notice_ids := list(
            left.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PROCESSED_AT_ONCE]
        ):
            for last in notice_ids:
                if deadline.is_over:
                    return processed
                with collecting():
                    notice_process(notice_id=last)
                processed += 1
    return processed


@retry_on_deadlock
def _keep(source: str, params: Mapping[str, str], raw: str) -> PaymentNotice:
    key = content_key(source, params)
    notice = _SAME.first(content_key=key)
    if notice is None:
        try:
            # One statement, which commits by itself.
            return _NOTICE.one(PaymentNotice(content_key=key, **_columns(source, params, raw)))
        except IntegrityError:  # its twin came in between
            [notice] = _SAME(content_key=key)
    repeated = {"repeats": F("repeats") + 1, "repeated_at": clock.database_now()}
    PaymentNotice.objects.filter(pk=notice.pk).update(**repeated)
    return notice


def content_key(source: str, params: Mapping[str, str]) -> str:
    """Return a hash of what a message says: all but what differs when Alipay repeats it."""
    content = {name: value for name, value in params.items() if name not in VARIES_ON_REPEAT}
    text = json.dumps([source, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def notice_fields(notice: PaymentNotice) -> list[tuple[str, str]]:
    """Return the names and values of a notice, in their order.

    Raises ValueError, AttributeError or RecursionError if the body of an answer is not JSON, or
    not an object; only a row that was not stored by this module has one.
    """
    if notice.source == Source.QUERY:
        return list(json.loads(notice.raw).items())
    return parse_qsl(notice.raw, keep_blank_values=True)


def _columns(source: str, params: Mapping[str, str], raw: str) -> dict[str, str]:
    def text(name: str) -> str:
        field: Any = PaymentNotice._meta.get_field(name)
        return params.get(name, "").replace("\0", "")[: field.max_length]

    names = ("notify_id", "out_trade_no", "trade_no", "trade_status")
    return {
        "source": source,
        "raw": raw.replace("\0", "\\0"),
        **{name: text(name) for name in names},
    }


def _process(notice: PaymentNotice) -> tuple[Verdict, int | None]:
    """Act on a notice whose signature was right; return the verdict, and the order's id."""
    params = dict(notice_fields(notice))
    # An answer was asked for by us, of our gateway: it needs not say whom it is for.
    if notice.source == Source.NOTIFY:
        if params.get("app_id") != settings.ALIPAY_APP_ID:
            return Verdict.WRONG_APP, None
        if params.get("seller_id") != settings.ALIPAY_SELLER_ID:
            return Verdict.WRONG_SELLER, None
    # Read again, under its lock, by what changes it.
    order = _ORDER.first(order_sn=notice.out_trade_no)
    if order is None:
        return Verdict.UNKNOWN_ORDER, None
    try:
        news = _read(params)
    except ValueError:
        return Verdict.MALFORMED, order.pk
    if news.amount != order.order_mount:
        return Verdict.WRONG_AMOUNT, order.pk
    return _act(order, news), order.pk


def _act(order: OrderInfo, news: _News) -> Verdict:
    if news.status == "WAIT_BUYER_PAY":
        return Verdict.WAITING if order_at_cashier(order_id=order.pk) else Verdict.IGNORED
    if news.status == "TRADE_CLOSED" and news.paid_at is None and not news.refunded:
        return _act_on_closed(order)
    if news.status not in ("TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"):
        return Verdict.IGNORED
    paid_at = news.paid_at or clock.database_now()
    verdict = payment_confirm(
        order_id=order.pk, trade_no=news.trade_no, amount=news.amount, paid_at=paid_at
    )
    if verdict == Verdict.MALFORMED:
        return verdict
    is_refund = news.refunded and _sync_refund(news)
    is_finish = news.status == "TRADE_FINISHED" and payment_finish(
        order_id=order.pk, trade_no=news.trade_no
    )
    if is_refund:
        return Verdict.REFUND
    return Verdict.FINISHED if is_finish and verdict == Verdict.REPEAT else verdict


def _act_on_closed(order: OrderInfo) -> Verdict:
    """The trade ended unpaid: nobody can pay this order any more."""
    try:
        return (
            Verdict.CLOSED
            if order_close(order_id=order.pk, event=Event.EXPIRE)
            else Verdict.IGNORED
        )
    except MoveRefusedError:
        logger.warning("order %s is paid, and a notice says that its trade is not", order)
        return Verdict.IGNORED


def _sync_refund(news: _News) -> bool:
    return refund_sync(
        payment_id=Payment.objects.only("pk").get(trade_no=news.trade_no).pk,
        out_request_no=news.refund_no,
        refunded=news.refunded,
        done_at=clock.database_now(),
    )


def _read(params: Mapping[str, str]) -> _News:
    """Return what a message says; raises ValueError when a field is missing or nonsense."""
    trade_no = params.get("trade_no", "")
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", trade_no):
        raise ValueError("trade_no")
    amount = parse_amount(params.get("total_amount", ""))
    status = params.get("trade_status", "")
    paid_at = parse_time(params["gmt_payment"]) if params.get("gmt_payment") else None
    if params.get("refund_fee"):
        refunded = parse_amount(params["refund_fee"])
    else:
        # The gateway's answer does not say it, but what was paid and is closed was refunded.
        refunded = amount if status == "TRADE_CLOSED" and paid_at else Decimal(0)
    return _News(
        trade_no=trade_no,
        status=status,
        amount=amount,
        paid_at=paid_at,
        refunded=refunded,
        refund_no=params.get("out_biz_no", "")[:64],
    )
