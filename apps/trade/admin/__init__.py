"""The staff's view of carts, orders and money, one module per subject."""

from . import (
    buyer_panels,
    carts,
    freight,
    holders,
    notices,
    orders,
    payments,
    refund_requests,
    refunds,
)

__all__ = [
    "buyer_panels", "carts", "freight", "holders", "notices", "orders", "payments",
    "refund_requests", "refunds",
]  # fmt: skip
