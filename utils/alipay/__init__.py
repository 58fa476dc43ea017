"""Alipay: signed cashier addresses, calls of the gateway, and proof of what comes from there.

Knows no order and no model; ``client_from_settings()`` is what the shop calls.
"""

from .answers import CloseResult, RefundAnswer, RefundQueryAnswer, Trade
from .cashier import PayTerms
from .client import AlipayClient
from .configured import client_from_settings
from .errors import (
    AlipayAnswerForgedError,
    AlipayAnswerUnsignedError,
    AlipayError,
    AlipayKeyError,
    AlipayNotAskedError,
    AlipayRefusedError,
    AlipayUnreachableError,
)
from .patience import gateway_patience, gateway_seconds_left

__all__ = [
    "AlipayAnswerForgedError",
    "AlipayAnswerUnsignedError",
    "AlipayClient",
    "AlipayError",
    "AlipayKeyError",
    "AlipayNotAskedError",
    "AlipayRefusedError",
    "AlipayUnreachableError",
    "CloseResult",
    "PayTerms",
    "RefundAnswer",
    "RefundQueryAnswer",
    "Trade",
    "client_from_settings",
    "gateway_patience",
    "gateway_seconds_left",
]
