"""Carts, orders and the money that came for them."""

from .carts import CartLine, ShoppingCart
from .freight import FreightProvince, FreightRule
from .holds import Holder, HoldWindow
from .orders import OrderGoods, OrderInfo
from .payments import Payment, PaymentNotice, Refund
from .refund_requests import RefundLine, RefundPicture, RefundRequest
from .shipments import Shipment

__all__ = [
    "CartLine", "FreightProvince", "FreightRule", "HoldWindow", "Holder", "OrderGoods", "OrderInfo",
    "Payment", "PaymentNotice", "Refund", "RefundLine", "RefundPicture", "RefundRequest",
    "Shipment", "ShoppingCart",
]  # fmt: skip
