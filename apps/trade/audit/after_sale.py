"""What buyers asked to have back, and the pieces that came back with it."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from ..models import OrderGoods, Refund, RefundLine, RefundPicture, RefundRequest

State = RefundRequest.State


def checks() -> Iterator[Check]:
    yield from _requests()
    yield from _returns()


def _requests() -> Iterator[Check]:
    requests = RefundRequest.objects.order_by("pk")
    counted = requests.count()
    fits = Q(refund__payment__order=F("order"), refund__amount=F("approved_amount"))
    with_refund = [
        Q(fits, state=state, refund__state=moved)
        for state, moved in (
            (State.APPROVED, Refund.State.PENDING),
            (State.DONE, Refund.State.DONE),
            (State.FAILED, Refund.State.FAILED),
        )
    ]
    undecided = [State.REQUESTED, State.REJECTED, State.WITHDRAWN]
    unfit = rows_unless(
        requests,
        with_refund[0]
        | with_refund[1]
        | with_refund[2]
        | Q(state__in=undecided, refund=None, approved_amount=None),
    )
    yield Check(
        "a refund request is as the refund that it led to",
        counted,
        [
            f"request {pk}: {state}, approved {approved}, refund {moved} {amount}"
            for pk, state, approved, moved, amount in unfit.values_list(
                "pk", "state", "approved_amount", "refund__state", "refund__amount"
            )
        ],
    )
    still_open = requests.filter(state__in=RefundRequest.OPEN).order_by("order_id")
    several = still_open.values("order_id").annotate(number=Count("pk"))
    yield Check(
        "an order has at most one open refund request",
        counted,
        [
            f"order {order_id}: {number} requests"
            for order_id, number in several.filter(number__gt=1).values_list("order_id", "number")
        ],
    )
    pictures = Exists(RefundPicture.objects.filter(request=OuterRef("pk")))
    left = requests.filter(
        pictures | ~Q(description="") | ~Q(reply="") | Q(state__in=RefundRequest.OPEN),
        order__user__closed_at__isnull=False,
    )
    yield Check(
        "refund requests of a closed account are decided, without words and pictures",
        counted,
        [f"request {pk}: {state}" for pk, state in left.values_list("pk", "state")],
    )


def _returns() -> Iterator[Check]:
    lines = OrderGoods.objects.all()
    returned = RefundLine.objects.filter(refund__state=Refund.State.DONE)
    differing = sums_that_differ(
        amounts(lines.filter(returned_num__gt=0), "pk", recorded="returned_num"),
        amounts(returned, "line_id", found="nums"),
    )
    yield Check(
        "the pieces that came back are those of refunds that are done",
        RefundLine.objects.count(),
        [
            f"order line {pk}: {recorded} returned, refunds {found}"
            for pk, recorded, found in differing
        ],
    )
    # Returned and promised together; a promise of an order that gave all back keeps nothing.
    pending = Q(refund__state=Refund.State.PENDING)
    promised = (
        RefundLine.objects.filter(pending, line__order__holds_stock=True)
        .order_by("line_id")
        .values("line_id", "line__goods_num", "line__returned_num")
        .annotate(nums=Sum("nums"))
    )
    too_many = promised.filter(nums__gt=F("line__goods_num") - F("line__returned_num"))
    foreign = RefundLine.objects.exclude(line__order=F("refund__payment__order")).order_by("pk")
    yield Check(
        "no more pieces are to come back than were ordered, and of the refunded order",
        RefundLine.objects.count(),
        [
            *(
                f"order line {row['line_id']}: {row['nums']} to come back, "
                f"{row['line__returned_num']} of {row['line__goods_num']} did"
                for row in too_many
            ),
            *(
                f"returned pieces {pk}"
                for pk in foreign.order_by("pk").values_list("pk", flat=True)
            ),
        ],
    )
