"""Finds what got lost: notices, answers, and refunds that the shop was not told about."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from utils.alipay import AlipayError, gateway_patience
from utils.db import clock
from utils.db.failures import collect_errors
from utils.db.shared_work import SharedWork

from ..models import OrderInfo, Refund
from .asking import order_ask
from .notices import notices_process_left
from .refunds import refund_send

logger = logging.getLogger(__name__)

# A notice comes within seconds; an order without one is asked about from then on, so often.
NOTICE_IS_LATE = timedelta(minutes=2)
ASK_AGAIN = timedelta(minutes=5)
# A message, or a refund, that somebody may still be busy with.
UNDER_WAY = timedelta(minutes=1)


def payments_reconcile(
    *, now: datetime | None = None, seconds: float | None = None
) -> dict[str, int]:
    """Find out what was lost: notices, answers, refunds. Return how many of each were taken up.

    ``notices`` a crash left unprocessed; ``asked``: unpaid orders whose notice may be lost;
    ``refunds`` that were in doubt (did the money move?); ``silent``: the gateway did
    not answer about these, or they were left for the next run. ``now`` is the database's time
    by default. Each of the three has a third of ``seconds``, so that a backlog of one does
    not hold up the others. Several runners share the orders and refunds. Raises
    ExceptionGroup, having done the others, when something is wrong with one.
    """
    now = now or clock.database_now()
    part = None if seconds is None else seconds / 3
    counts: Counter[str] = Counter()
    with collect_errors() as collecting:
        with collecting():
            counts["notices"] = notices_process_left(before=now - UNDER_WAY, seconds=part)
        with collecting():
            _ask_about_orders(now, part, counts)
        with collecting():
            _ask_about_refunds(now, part, counts)
    return {name: counts[name] for name in ("notices", "asked", "refunds", "silent")}


def _ask_about_orders(now: datetime, seconds: float | None, counts: Counter[str]) -> None:
    unasked_first = F("asked_at").asc(nulls_first=True)
    in_doubt = OrderInfo.objects.unpaid().filter(
        Q(asked_at=None) | Q(asked_at__lt=now - ASK_AGAIN),
        add_time__lt=now - NOTICE_IS_LATE,
        expires_at__gt=now,
    )
    work = SharedWork(
        in_doubt.order_by(unasked_first, "pk"),
        now=now,
        threads=settings.JOBS_CALLS_AT_ONCE,
        seconds=seconds,
        frees_done=True,  # should it expire a moment later, closing wants it
    )

    def ask(order_id: int) -> bool:
        try:
            with gateway_patience():
                order_ask(order_id=order_id)
        except AlipayError as error:
            logger.warning("order %s: %s", order_id, error)
            return False
        counts["asked"] += 1
        return True

    try:
        work.run(ask)
    finally:
        counts["silent"] += work.left()


def _ask_about_refunds(now: datetime, seconds: float | None, counts: Counter[str]) -> None:
    unasked_first = F("asked_at").asc(nulls_first=True)
    in_doubt = Refund.objects.filter(
        Q(asked_at=None) | Q(asked_at__lt=now - UNDER_WAY),
        state=Refund.State.PENDING,
        add_time__lt=now - UNDER_WAY,
    )
    work = SharedWork(
        in_doubt.order_by(unasked_first, "pk"),
        now=now,
        threads=settings.JOBS_CALLS_AT_ONCE,
        seconds=seconds,
    )

    def send(refund_id: int) -> bool:
        if refund_send(refund_id=refund_id).state == Refund.State.PENDING:
            return False
        counts["refunds"] += 1
        return True

    try:
        work.run(send)
    finally:
        counts["silent"] += work.left()
