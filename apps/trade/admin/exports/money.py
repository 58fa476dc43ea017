"""Payments by the day they came in, refunds by the day they went out, and each day's sums.

All money is here, that which pays no order as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.db.pages import rows_in_pages
from utils.spreadsheets.xlsx_stream import Sheet

from ...models import Payment, Refund
from .columns import Column, day, sheet_of

NO_MONEY = Decimal("0.00")


@dataclass(frozen=True)
class Span:
    """From one day to another of the shop's zone, both included."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))


@dataclass
class Day:
    name: str
    payments: int = 0
    paid: Decimal = NO_MONEY
    refunds: int = 0
    refunded: Decimal = NO_MONEY

    @property
    def kept(self) -> Decimal:
        return self.paid - self.refunded


PAYMENT_COLUMNS = (
    Column(_("day of payment"), lambda payment: day(payment.paid_at)),
    Column(_("paid"), lambda payment: payment.paid_at),
    Column(_("trade number"), lambda payment: payment.trade_no),
    Column(_("order number"), lambda payment: payment.order.order_sn),
    Column(_("username"), lambda payment: payment.order.user.username),
    Column(_("amount"), lambda payment: payment.amount, True),
    Column(_("state"), lambda payment: payment.get_state_display()),
    Column(_("why flagged"), lambda payment: payment.get_flag_display()),
    Column(_("given back so far"), lambda payment: payment.refunded, True),
)
REFUND_COLUMNS = (
    Column(_("day of refund"), lambda refund: day(refund.done_at)),
    Column(_("done at"), lambda refund: refund.done_at),
    Column(_("refund number"), lambda refund: refund.out_request_no),
    Column(_("trade number"), lambda refund: refund.payment.trade_no),
    Column(_("day of payment"), lambda refund: day(refund.payment.paid_at)),
    Column(_("order number"), lambda refund: refund.payment.order.order_sn),
    Column(_("amount"), lambda refund: refund.amount, True),
    Column(_("reason"), lambda refund: refund.reason),
    Column(_("by"), lambda refund: refund.staff.username if refund.staff else "Alipay"),
)
DAY_COLUMNS = (
    Column(_("day"), lambda row: row.name),
    Column(_("payments"), lambda row: row.payments, True),
    Column(_("amount paid"), lambda row: row.paid, True),
    Column(_("refunds"), lambda row: row.refunds, True),
    Column(_("given back"), lambda row: row.refunded, True),
    Column(_("paid less given back"), lambda row: row.kept, True),
)


def payments_sheet(span: Span) -> Sheet:
    rows = payments_of(span).prefetch_related("order__user")
    return sheet_of(gettext("payments"), PAYMENT_COLUMNS, rows_in_pages(rows))


def refunds_sheet(span: Span) -> Sheet:
    rows = refunds_of(span).prefetch_related("payment__order", "staff")
    return sheet_of(gettext("refunds"), REFUND_COLUMNS, rows_in_pages(rows))


def days_sheet(span: Span) -> Sheet:
    return sheet_of(gettext("by day"), DAY_COLUMNS, [[*days_of(span)]])


def days_of(span: Span) -> Sequence[Day]:
    """Return the days on which money moved, in their order.

    Added up here, not by the database: days are those of the shop's zone, and SQLite has no
    exact sums.
    """
    days: dict[str, Day] = {}

    def at(moment: datetime) -> Day:
        name = day(moment)
        return days.setdefault(name, Day(name))

    for page in rows_in_pages(payments_of(span).only("paid_at", "amount")):
        for payment in page:
            row = at(payment.paid_at)
            row.payments += 1
            row.paid += payment.amount
    for page in rows_in_pages(refunds_of(span).only("done_at", "amount")):
        for refund in page:
            assert refund.done_at is not None
            row = at(refund.done_at)
            row.refunds += 1
            row.refunded += refund.amount
    return [days[name] for name in sorted(days)]


def payments_of(span: Span) -> QuerySet[Payment]:
    first, end = span.moments
    return Payment.objects.filter(paid_at__gte=first, paid_at__lt=end)


def refunds_of(span: Span) -> QuerySet[Refund]:
    """Those that are done: what is under way has moved nothing yet."""
    first, end = span.moments
    return Refund.objects.filter(state=Refund.State.DONE, done_at__gte=first, done_at__lt=end)


def sum_of(days: Sequence[Day]) -> Day:
    total = Day("")
    for each in days:
        total.payments += each.payments
        total.paid += each.paid
        total.refunds += each.refunds
        total.refunded += each.refunded
    return total


def _midnight(moment: date) -> Any:
    return timezone.make_aware(datetime.combine(moment, time.min))
