"""What an order says of itself."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from ..models import OrderGoods, OrderInfo
from ..order_status import Event, PayStatus


def checks() -> Iterator[Check]:
    orders = OrderInfo.objects.order_by("pk")
    counted = orders.count()

    empty = rows_unless(orders, Q(Exists(OrderGoods.objects.filter(order=OuterRef("pk")))))
    yield Check(
        "an order has lines",
        counted,
        [f"order {order_sn}" for order_sn in empty.values_list("order_sn", flat=True)],
    )

    differing = sums_that_differ(
        amounts(orders, "order_sn", recorded="order_mount", found="freight_amount"),
        amounts(OrderGoods.objects.all(), "order__order_sn", found=F("price") * F("goods_num")),
    )
    yield Check(
        "an order's total is the sum of its lines and its freight",
        counted,
        [
            f"order {order_sn}: {recorded}, lines and freight {found}"
            for order_sn, recorded, found in differing
        ],
    )

    closed = Q(pay_status=PayStatus.TRADE_CLOSED)
    came_too_late = Q(closed_by=Event.REFUND, shipped_at__isnull=False)
    unfit = rows_unless(
        orders,
        Q(~closed, holds_stock=True)
        | Q(closed, came_too_late, holds_stock=True)
        | Q(closed, ~came_too_late, holds_stock=False),
    )
    yield Check(
        "an order holds stock until it is closed, or refunded before it was shipped",
        counted,
        [
            f"order {order_sn}: {status}, {'has them' if holds_stock else 'has them not'}"
            for order_sn, status, holds_stock in unfit.values_list(
                "order_sn", "pay_status", "holds_stock"
            )
        ],
    )
