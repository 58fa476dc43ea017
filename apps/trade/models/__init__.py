"""Carts, orders and the money that came for them."""

from .carts import CartLine, ShoppingCart
from .orders import OrderGoods, OrderInfo
from .payments import Payment, PaymentNotice, Refund

__all__ = [
    "CartLine", "OrderGoods", "OrderInfo", "Payment", "PaymentNotice", "Refund", "ShoppingCart",
]  # fmt: skip
