"""Whether what is said of parcels fits what is said of their orders."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from utils.db.audit import Check, rows_unless

from ..models import OrderInfo, Shipment
from ..order_status import ReceivedBy


def checks() -> Iterator[Check]:
    orders = OrderInfo.objects.order_by("pk")
    counted = orders.count()
    columns = ("order_sn", "pay_status", "shipped_at", "received_at", "received_by")

    was_paid = Q(pay_time__isnull=False)
    never = Q(received_at__isnull=True, received_by="")
    once = Q(received_at__gte=F("shipped_at"), received_by__in=ReceivedBy.values)
    unfit = rows_unless(
        orders,
        Q(never, shipped_at__isnull=True) | Q(never | once, was_paid, shipped_at__isnull=False),
    )
    yield Check(
        "an order is shipped after it was paid, and received after it was shipped",
        counted,
        [
            f"order {order_sn}: {status}, shipped {shipped}, received {received} {by}".rstrip()
            for order_sn, status, shipped, received, by in unfit.values_list(*columns)
        ],
    )

    current = Shipment.objects.filter(order=OuterRef("pk"), is_current=True)
    unfit = rows_unless(
        orders,
        Q(Exists(current), shipped_at__isnull=False)
        | Q(~Exists(Shipment.objects.filter(order=OuterRef("pk"))), shipped_at__isnull=True),
    )
    # What a process of the release before ships has no parcel until the next sweep.
    yield Check(
        "an order has a parcel if, and only if, it was shipped",
        counted,
        [
            f"order {order_sn}: shipped {shipped}"
            for order_sn, shipped in unfit.values_list("order_sn", "shipped_at")
        ],
    )

    shipments = Shipment.objects.order_by("pk")
    corrected = Exists(Shipment.objects.filter(corrects=OuterRef("pk")))
    unfit = rows_unless(
        shipments,
        Q(Q(is_current=True) & ~corrected | Q(is_current=False) & corrected)
        & (Q(corrects=None) | Q(corrects__order=F("order"))),
    )
    yield Check(
        "a parcel is current unless another row of its order corrects it",
        shipments.count(),
        [
            f"shipment {pk} of order {order_sn}: corrects {corrects}, "
            f"{'current' if is_current else 'not current'}"
            for pk, order_sn, corrects, is_current in unfit.values_list(
                "pk", "order__order_sn", "corrects", "is_current"
            )
        ],
    )
