"""biz_content: the JSON object with what a call is about."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from .addresses import is_address
from .clock import from_text
from .conf import SandboxConf
from .refusals import invalid, invalid_content
from .requests_in import PAGE_PAY, WAP_PAY

# Which cashier a product has is said twice: by the method, and by this code.
PRODUCT_CODES = {PAGE_PAY: "FAST_INSTANT_TRADE_PAY", WAP_PAY: "QUICK_WAP_WAY"}
QUIT_URL_MAX = 400
MIN_AMOUNT, MAX_AMOUNT = Decimal("0.01"), Decimal("100000000.00")
DEFAULT_TIMEOUT = timedelta(days=15)

_ORDER_NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_TIMEOUT = re.compile(r"([1-9][0-9]{0,4})([mhd])")


@dataclass(frozen=True, kw_only=True)
class CashierContent:
    """Of a link to the cashier; ``total_amount`` in yuan, ``time_expire`` aware.

    ``quit_url`` is "" on a computer.
    """

    out_trade_no: str
    total_amount: Decimal
    subject: str
    body: str
    passback_params: str
    time_expire: datetime
    product_code: str
    quit_url: str


@dataclass(frozen=True, kw_only=True)
class RefundContent:
    """Of alipay.trade.refund; ``out_request_no`` is "" where the merchant gave none."""

    refund_amount: Decimal
    out_request_no: str
    refund_reason: str


def content_parse(text: str) -> dict[str, Any]:
    """Return the object in ``text``; raises RefusalError."""
    try:
        content = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, ArithmeticError):
        content = None
    if not isinstance(content, dict):
        raise invalid("biz_content", _("biz_content must be a JSON object."))
    return content


def cashier_content(
    content: Mapping[str, Any], *, method: str, conf: SandboxConf, now: datetime
) -> CashierContent:
    """Check the content of a link to the cashier; raises RefusalError at the first fault."""
    seller_id = _text(content, "seller_id", 28)
    if seller_id not in ("", conf.seller_id):
        raise invalid_content("seller_id", _("This seller is not the application's."))
    out_trade_no = _text(content, "out_trade_no", 64, required=True)
    if not _ORDER_NUMBER.fullmatch(out_trade_no):
        raise invalid_content("out_trade_no", _("Letters, digits and underscores only."))
    product_code = _text(content, "product_code", 64, required=True)
    if product_code != PRODUCT_CODES[method]:
        text = _("It must be %(code)s.") % {"code": PRODUCT_CODES[method]}
        raise invalid_content("product_code", text)
    return CashierContent(
        out_trade_no=out_trade_no,
        total_amount=_amount(content, "total_amount"),
        subject=_text(content, "subject", 256, required=True),
        body=_text(content, "body", 128),
        passback_params=_text(content, "passback_params", 512),
        time_expire=_time_expire(content, now),
        product_code=product_code,
        quit_url=_quit_url(content) if method == WAP_PAY else "",
    )


def trade_key(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the lookup of the trade meant: ``trade_no`` goes before ``out_trade_no``."""
    for name in ("trade_no", "out_trade_no"):
        value = _text(content, name, 64)
        if value:
            return {name: value}
    raise invalid_content("out_trade_no", _("trade_no or out_trade_no must be given."))


def refund_content(content: Mapping[str, Any]) -> RefundContent:
    """Check the content of a refund; raises RefusalError at the first fault."""
    return RefundContent(
        refund_amount=_amount(content, "refund_amount"),
        out_request_no=_text(content, "out_request_no", 64),
        refund_reason=_text(content, "refund_reason", 256),
    )


def refund_query_number(content: Mapping[str, Any]) -> str:
    """Return out_request_no; raises RefusalError."""
    return _text(content, "out_request_no", 64, required=True)


def amount_parse(value: Any) -> Decimal | None:
    """Return yuan from 0.01 to 100000000.00 with at most two decimals; None for all else."""
    text = str(value) if isinstance(value, str | int | Decimal) else ""
    if not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(text).quantize(Decimal("0.01"))
    return amount if MIN_AMOUNT <= amount <= MAX_AMOUNT else None


def _amount(content: Mapping[str, Any], name: str) -> Decimal:
    amount = amount_parse(content.get(name))
    if amount is None:
        raise invalid_content(
            name, _("An amount from 0.01 to 100000000.00 with at most two decimals, in yuan.")
        )
    return amount


def _text(content: Mapping[str, Any], name: str, max_length: int, *, required: bool = False) -> str:
    value = content.get(name)
    if value is None or value == "":
        if required:
            raise invalid_content(name, _("It must be given and not be empty."))
        return ""
    if not isinstance(value, str) or _CONTROL.search(value):
        raise invalid_content(name, _("It must be a text of printable characters."))
    if required and not value.strip():
        raise invalid_content(name, _("It must be given and not be empty."))
    if len(value) > max_length:
        raise invalid_content(name, _("At most %(count)d characters.") % {"count": max_length})
    return value


def _quit_url(content: Mapping[str, Any]) -> str:
    url = _text(content, "quit_url", QUIT_URL_MAX, required=True)
    if not is_address(url, max_length=QUIT_URL_MAX):
        raise invalid_content("quit_url", _("This must be a whole http or https address."))
    return url


def _time_expire(content: Mapping[str, Any], now: datetime) -> datetime:
    text = _text(content, "time_expire", 32)
    if text:
        try:
            return from_text(text)
        except (ValueError, OverflowError) as error:
            raise invalid_content(
                "time_expire", _("It must look like 2026-11-24 08:00:00.")
            ) from error
    timeout = _text(content, "timeout_express", 6)
    if not timeout:
        return now + DEFAULT_TIMEOUT
    match = _TIMEOUT.fullmatch(timeout)
    after = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if after is None or after > DEFAULT_TIMEOUT:
        raise invalid_content("timeout_express", _("From 1m to 15d: minutes, hours or days."))
    return now + after


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON
