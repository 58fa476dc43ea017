"""A trade's life: opened by a look at the cashier, then paid, or closed."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..clock import SHANGHAI
from ..conf import sandbox_conf
from ..content import CashierContent
from ..courier import wake
from ..models import SandboxTrade, TradeStatus
from ..refusals import RefusalError, failed, invalid_content, trade_missing
from ..switches import Switches
from .notices import payment_notices_write
from .refunds import trade_refund

BUYER_ID = "2088000000000088"
BUYER_LOGON_ID = "buy***@sandbox.local"


def trade_open(*, content: CashierContent, notify_url: str, return_url: str) -> SandboxTrade:
    """Return the merchant's order as a trade, making it at its first sight.

    Until it is paid, the last link counts for its addresses, its end, and whether a phone has
    opened it. Raises RefusalError when the time is over before anybody looked, or when the order
    was of another amount or subject before (ACQ.CONTEXT_INCONSISTENT).
    """
    addresses = {
        "notify_url": notify_url, "return_url": return_url,
        "quit_url": content.quit_url, "product_code": content.product_code,
    }  # fmt: skip
    now = timezone.now()
    trade = SandboxTrade.objects.filter(out_trade_no=content.out_trade_no).first()
    if trade is None:
        if content.time_expire <= now:
            raise invalid_content("time_expire", _("The time to pay is over."))
        try:
            with transaction.atomic():
                return SandboxTrade.objects.create(
                    trade_no=_trade_no_make(now),
                    out_trade_no=content.out_trade_no,
                    subject=content.subject,
                    body=content.body,
                    passback_params=content.passback_params,
                    total_amount=content.total_amount,
                    time_expire=content.time_expire,
                    created_at=now,
                    **addresses,
                )
        except IntegrityError:  # another look was faster
            trade = SandboxTrade.objects.get(out_trade_no=content.out_trade_no)
    if (trade.total_amount, trade.subject) != (content.total_amount, content.subject):
        raise failed(
            "ACQ.CONTEXT_INCONSISTENT",
            _("This order number belongs to a trade of another amount or subject."),
        )
    _close_what_is_over(pk=trade.pk)  # a new link does not bring it back
    SandboxTrade.objects.filter(pk=trade.pk, status=TradeStatus.WAIT_BUYER_PAY).update(
        time_expire=content.time_expire, **addresses
    )
    return trade_now(trade_no=trade.trade_no)


def trade_now(**key: str) -> SandboxTrade:
    """Return the trade as it stands at this moment; one whose time is over gets closed.

    ``key`` is trade_no or out_trade_no. Raises RefusalError (ACQ.TRADE_NOT_EXIST).
    """
    _close_what_is_over(**key)
    try:
        return SandboxTrade.objects.get(**key)
    except SandboxTrade.DoesNotExist:
        raise trade_missing() from None


def trade_pay(*, trade_no: str, switches: Switches) -> SandboxTrade:
    """Pay the trade, once; the notices go out after the commit.

    Of many who pay at once one wins; a close at the same time wins, or loses, as a whole.
    Raises RefusalError: ACQ.TRADE_NOT_EXIST, ACQ.TRADE_HAS_SUCCESS, ACQ.TRADE_HAS_CLOSE.
    """
    now = timezone.now()
    may_be_paid = Q(status=TradeStatus.WAIT_BUYER_PAY, time_expire__gt=now)
    if switches.late:
        may_be_paid = Q(status=TradeStatus.WAIT_BUYER_PAY) | Q(
            status=TradeStatus.TRADE_CLOSED, paid_at__isnull=True
        )
    with transaction.atomic():
        paid = SandboxTrade.objects.filter(may_be_paid, trade_no=trade_no).update(
            status=TradeStatus.TRADE_SUCCESS,
            paid_at=now,
            closed_at=None,
            buyer_id=BUYER_ID,
            buyer_logon_id=BUYER_LOGON_ID,
        )
        if paid:
            trade = SandboxTrade.objects.get(trade_no=trade_no)
            payment_notices_write(trade=trade, conf=sandbox_conf(), switches=switches)
            transaction.on_commit(wake)
    if not paid:
        raise _why_not_paid(trade_no)
    if switches.refund:
        trade_refund(
            trade_no=trade_no,
            amount=trade.total_amount,
            out_request_no=f"{trade.out_trade_no[:48]}_{secrets.token_hex(4)}",
            reason="",
        )
        trade.refresh_from_db()
    return trade


def trade_close(**key: str) -> SandboxTrade:
    """Close a trade that waits for its buyer; ``key`` is trade_no or out_trade_no.

    Raises RefusalError: ACQ.TRADE_NOT_EXIST, ACQ.TRADE_STATUS_ERROR.
    """
    trade = trade_now(**key)
    now = timezone.now()
    closed = SandboxTrade.objects.filter(pk=trade.pk, status=TradeStatus.WAIT_BUYER_PAY).update(
        status=TradeStatus.TRADE_CLOSED, closed_at=now
    )
    if not closed:
        raise failed(
            "ACQ.TRADE_STATUS_ERROR", _("Only a trade that waits for its buyer can be closed.")
        )
    trade.status, trade.closed_at = TradeStatus.TRADE_CLOSED, now
    return trade


def _why_not_paid(trade_no: str) -> RefusalError:
    statuses = SandboxTrade.objects.filter(trade_no=trade_no).values_list("status", flat=True)
    status = statuses.first()
    if status is None:
        return trade_missing()
    # One that waits although it could not be paid is over; the next look closes it.
    if status in (TradeStatus.TRADE_CLOSED, TradeStatus.WAIT_BUYER_PAY):
        return failed("ACQ.TRADE_HAS_CLOSE", _("This trade is closed; no money has moved."))
    return failed(
        "ACQ.TRADE_HAS_SUCCESS", _("This trade was paid before; no money has moved this time.")
    )


def _close_what_is_over(**key: str | int) -> None:
    now = timezone.now()
    SandboxTrade.objects.filter(
        **key, status=TradeStatus.WAIT_BUYER_PAY, time_expire__lte=now
    ).update(status=TradeStatus.TRADE_CLOSED, closed_at=now)


def _trade_no_make(now: datetime) -> str:
    """Return 28 digits, the day first."""
    return f"{now.astimezone(SHANGHAI):%Y%m%d}22001{secrets.randbelow(10**15):015}"
