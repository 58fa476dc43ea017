"""Notices: written with the change they tell of, sent afterwards, repeated until answered."""

import logging
import secrets
from datetime import datetime, timedelta

import requests
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from urllib3.exceptions import HTTPError

from ..clock import to_text
from ..conf import SandboxConf, sandbox_conf
from ..messages_out import notice_form, notice_params
from ..models import SandboxNotice, SandboxRefund, SandboxTrade, TradeStatus
from ..switches import Switches

logger = logging.getLogger(__name__)

# Alipay's repeats: 4m 10m 10m 1h 2h 6h 15h after the attempt before, then no more.
REPEATS = [timedelta(minutes=minutes) for minutes in (4, 10, 10, 60, 120, 360, 900)]
RECEIVED = b"success"  # all of the answer, nothing around it
# Longer than an attempt takes: an attempt that stops in the middle is repeated.
LEASE = timedelta(minutes=1)
REPLY_BYTES = 200


def payment_notices_write(*, trade: SandboxTrade, conf: SandboxConf, switches: Switches) -> None:
    """Plan what follows a payment, as the switches say; to be called in its transaction."""
    now = timezone.now()
    due = None if switches.drop else now + timedelta(seconds=switches.delay)
    _write(trade=trade, conf=conf, switches=switches, now=now, due=due)
    if switches.reorder:
        _write(
            trade=trade, conf=conf, switches=switches, now=now, due=due,
            status=TradeStatus.WAIT_BUYER_PAY,
        )  # fmt: skip


def refund_notice_write(*, trade: SandboxTrade, refund: SandboxRefund, conf: SandboxConf) -> None:
    """Plan the notice of a refund; to be called in its transaction."""
    now = timezone.now()
    _write(trade=trade, conf=conf, switches=Switches(), now=now, due=now, refund=refund)


def notice_resend(*, pk: int) -> bool:
    """Make a notice due at once, whatever its state; False when it does not exist."""
    changed = SandboxNotice.objects.filter(pk=pk).update(next_at=timezone.now())
    return changed == 1


def notices_send_due() -> int:
    """Send every notice that is due, the oldest first; return how many attempts were made.

    Safe in several processes at once: an attempt belongs to the process that moves ``next_at``.
    Must not run inside a transaction, because it asks the merchant over the network.
    """
    attempts = 0
    while due := list(_due()):
        for pk, next_at in due:
            if _claim(pk, next_at):
                _attempt(pk)
                attempts += 1
    return attempts


def next_due_at() -> datetime | None:
    """Return when the next notice is due; None when none is planned."""
    planned = SandboxNotice.objects.filter(next_at__isnull=False).order_by("next_at")
    return planned.values_list("next_at", flat=True).first()


def _write(
    *,
    trade: SandboxTrade,
    conf: SandboxConf,
    switches: Switches,
    now: datetime,
    due: datetime | None,
    status: str | None = None,
    refund: SandboxRefund | None = None,
) -> None:
    if not trade.notify_url:
        return
    notify_id = f"{now:%Y%m%d}{secrets.randbelow(10**26):026}"
    SandboxNotice.objects.create(
        trade=trade,
        notify_id=notify_id,
        params=notice_params(
            trade, conf=conf, notify_id=notify_id, switches=switches, status=status, refund=refund
        ),
        is_forged=switches.forged,
        repeats_left=1 if switches.duplicate else 0,
        next_at=due,
        created_at=now,
    )


def _due() -> list[tuple[int, datetime | None]]:
    due = SandboxNotice.objects.filter(next_at__lte=timezone.now()).order_by("next_at", "pk")
    return list(due.values_list("pk", "next_at"))


def _claim(pk: int, next_at: datetime | None) -> bool:
    with transaction.atomic(durable=True):
        claimed = SandboxNotice.objects.filter(pk=pk, next_at=next_at).update(
            next_at=timezone.now() + LEASE, attempts=F("attempts") + 1
        )
    return claimed == 1


def _attempt(pk: int) -> None:
    conf = sandbox_conf()
    notice = SandboxNotice.objects.select_related("trade").get(pk=pk)
    now = timezone.now()
    form = notice_form(notice.params, conf=conf, now=now, is_forged=notice.is_forged)
    status, body = _post(notice.trade.notify_url, form, timeout=conf.notify_timeout)
    is_received = status == 200 and body == RECEIVED
    with transaction.atomic():
        notice = SandboxNotice.objects.select_for_update().get(pk=pk)
        text = body[:REPLY_BYTES].decode(errors="replace").replace("\0", "�")
        notice.replies = [*notice.replies, {"at": to_text(now), "status": status, "text": text}]
        if is_received:
            notice.delivered_at = notice.delivered_at or now
            notice.next_at = timezone.now() if notice.repeats_left else None
            notice.repeats_left = max(notice.repeats_left - 1, 0)
        elif notice.delivered_at is None and notice.attempts <= len(REPEATS):
            notice.next_at = now + REPEATS[notice.attempts - 1] / conf.notify_speedup
        else:
            notice.next_at = None
        notice.save(update_fields=["replies", "delivered_at", "next_at", "repeats_left"])
    logger.info("notice %s, attempt %d: %s %r", notice.notify_id, notice.attempts, status, text)


def _post(url: str, form: dict[str, str], *, timeout: float) -> tuple[int | None, bytes]:
    """Return HTTP status and the beginning of the body; None and the reason without an answer."""
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between two servers of one machine
            with session.post(
                url, data=form, timeout=timeout, stream=True,
                # Only the address that the merchant has signed is asked, wherever it points.
                allow_redirects=False,
                headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
            ) as response:  # fmt: skip
                return response.status_code, next(response.iter_content(REPLY_BYTES + 1), b"")
    except (requests.RequestException, HTTPError, UnicodeError) as error:
        # The latter two: what requests lets through for names that no host can have.
        return None, f"{type(error).__name__}: {error}".encode()
