"""The staff's view of carts, orders and money, one module per subject."""

from . import carts, holders, notices, orders, payments, refunds

__all__ = ["carts", "holders", "notices", "orders", "payments", "refunds"]
