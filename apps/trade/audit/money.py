"""What was paid, what was given back, and what Alipay said."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, FilteredRelation, Q, Sum
from django.db.models.functions import Round
from django.utils import timezone

from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from ..models import OrderInfo, Payment, PaymentNotice, Refund
from ..order_status import PAID, UNPAID, Event, PayStatus

# A notice is processed at once, or by the first reconciling after a crash.
NOTICE_IS_LEFT = timedelta(minutes=10)


def checks() -> Iterator[Check]:
    yield _payments_of_orders()
    yield from _payments()
    yield from _refunds()
    yield _notices()


def _payments_of_orders() -> Check:
    applied = FilteredRelation("payments", condition=Q(payments__state=Payment.State.APPLIED))
    orders = OrderInfo.objects.order_by("pk").annotate(
        applied=applied,
        payment=F("applied__pk"),
        amount=F("applied__amount"),
        refunded=F("applied__refunded"),
        paid_by=F("applied__trade_no"),
        paid_at=F("applied__paid_at"),
    )
    fits = Q(amount=F("order_mount"), paid_by=F("trade_no"), paid_at=F("pay_time"))
    refunded = Q(pay_status=PayStatus.TRADE_CLOSED, closed_by=Event.REFUND)
    never_paid = Q(pay_status__in=UNPAID) | Q(pay_status=PayStatus.TRADE_CLOSED) & ~refunded
    unfit = rows_unless(
        orders,
        Q(fits, pay_status__in=PAID, refunded__lt=F("amount"))
        | Q(fits, refunded, refunded=F("amount"))
        | Q(never_paid, payment=None, trade_no=None, pay_time=None),
    )
    columns = ("order_sn", "pay_status", "closed_by", "order_mount", "amount", "refunded")
    return Check(
        "an order is paid if, and only if, a payment of its total is applied and kept",
        orders.count(),
        [
            f"order {order_sn}: {status} {closed_by}".rstrip()
            + f", total {total}, payment {amount}, given back {given_back}"
            for order_sn, status, closed_by, total, amount, given_back in unfit.values_list(
                *columns
            )
        ],
    )


def _payments() -> Iterator[Check]:
    applied = Payment.objects.filter(state=Payment.State.APPLIED)
    several = applied.order_by("order_id").values("order_id").annotate(number=Count("pk"))
    yield Check(
        "at most one payment is applied to an order",
        applied.count(),
        [
            f"order {order_id}: {number} payments"
            for order_id, number in several.filter(number__gt=1).values_list("order_id", "number")
        ],
    )
    unfit = rows_unless(
        Payment.objects.order_by("pk"),
        Q(state=Payment.State.APPLIED, flag="")
        | Q(state=Payment.State.FLAGGED, flag__in=Payment.Flag.values),
    )
    yield Check(
        "a payment is applied, or flagged with a reason",
        Payment.objects.count(),
        [
            f"payment {trade_no}: {state} {flag}"
            for trade_no, state, flag in unfit.values_list("trade_no", "state", "flag")
        ],
    )


def _refunds() -> Iterator[Check]:
    payments = Payment.objects.order_by("pk")
    counted = payments.count()
    done = Refund.objects.filter(state=Refund.State.DONE)
    differing = sums_that_differ(
        amounts(payments, "trade_no", recorded="refunded"),
        amounts(done, "payment__trade_no", found="amount"),
    )
    yield Check(
        "what was given back of a payment is the sum of its refunds",
        counted,
        [
            f"payment {trade_no}: {recorded}, refunds {found}"
            for trade_no, recorded, found in differing
        ],
    )
    not_failed = Q(refunds__state__in=[Refund.State.DONE, Refund.State.PENDING])
    asked_for = Sum("refunds__amount", filter=not_failed, default=0)
    rows = payments.annotate(asked_for=Round(asked_for, precision=2))
    too_much = rows_unless(rows, Q(asked_for__lte=F("amount"), refunded__range=(0, F("amount"))))
    yield Check(
        "no more is given back of a payment than was paid",
        counted,
        [
            f"payment {trade_no}: {amount}, refunds {asked_for}"
            for trade_no, amount, asked_for in too_much.values_list(
                "trade_no", "amount", "asked_for"
            )
        ],
    )
    unknown = rows_unless(rows, Q(asked_for__gte=F("gateway_refunded_total")))
    yield Check(
        "what Alipay told of as given back is in the refunds",
        counted,
        [
            f"payment {trade_no}: told of {told}, refunds {asked_for}"
            for trade_no, told, asked_for in unknown.values_list(
                "trade_no", "gateway_refunded_total", "asked_for"
            )
        ],
    )


def _notices() -> Check:
    unprocessed = PaymentNotice.objects.filter(verdict=PaymentNotice.Verdict.RECEIVED)
    before = timezone.now() - NOTICE_IS_LEFT
    left = unprocessed.filter(add_time__lt=before).order_by("pk")
    under_way = unprocessed.filter(add_time__gte=before).count()
    return Check(
        "a stored notice has a verdict",
        PaymentNotice.objects.count(),
        [
            f"notice {pk}: order {order_sn}, received {received:%Y-%m-%d %H:%M:%S}"
            for pk, order_sn, received in left.values_list("pk", "out_trade_no", "add_time")
        ],
        note=f"{under_way} under way" if under_way else "",
    )
