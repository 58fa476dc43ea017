"""The staff's view of carts, orders and money, one module per subject."""

from . import carts, notices, orders, payments, refunds

__all__ = ["carts", "notices", "orders", "payments", "refunds"]
