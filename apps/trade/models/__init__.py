"""Carts, orders and the money that came for them."""

from .carts import CartLine, ShoppingCart
from .holds import Holder, HoldWindow
from .orders import OrderGoods, OrderInfo
from .payments import Payment, PaymentNotice, Refund

__all__ = [
    "CartLine", "HoldWindow", "Holder", "OrderGoods", "OrderInfo", "Payment", "PaymentNotice",
    "Refund", "ShoppingCart",
]  # fmt: skip
