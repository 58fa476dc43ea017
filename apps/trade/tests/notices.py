"""Notices as Alipay would send them, signed with its key, one field at a time as a test wants."""

from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from rest_framework.test import APIClient

from apps.trade.models import OrderInfo
from extra_apps.alipay_sandbox.signing import notice_text, sign

FORM = "application/x-www-form-urlencoded"
TRADE_NO = "2026112322001400000000000001"

_numbers = count(1)


def notice_of(order: dict[str, Any], **fields: str | None) -> dict[str, str]:
    """Return a signed notice that the order is paid; ``fields`` differ, None leaves one out.

    Each has a number of its own: to repeat one, send it again.
    """
    params = {
        "notify_time": "2026-11-23 10:05:01",
        "notify_type": "trade_status_sync",
        "notify_id": f"20261123002221005{next(_numbers):011}",
        "charset": "utf-8",
        "version": "1.0",
        "app_id": settings.ALIPAY_APP_ID,
        "auth_app_id": settings.ALIPAY_APP_ID,
        "seller_id": settings.ALIPAY_SELLER_ID,
        "trade_no": TRADE_NO,
        "out_trade_no": order["order_sn"],
        "trade_status": "TRADE_SUCCESS",
        "total_amount": f"{order['order_mount']:.2f}",
        "subject": "MxShop 订单",
        "body": "",
        "gmt_create": "2026-11-23 10:04:00",
        "gmt_payment": "2026-11-23 10:05:00",
        **fields,
    }
    return signed({name: value for name, value in params.items() if value is not None})


def signed(params: dict[str, str], *, private_key: str | None = None) -> dict[str, str]:
    """Return the parameters with Alipay's signature, or that of another key."""
    key = private_key or settings.ALIPAY_SANDBOX["PRIVATE_KEY"]
    return {**params, "sign": sign(notice_text(params), private_key=key), "sign_type": "RSA2"}


def send_notice(params: dict[str, str], path: str = "/alipay/notify/") -> Any:
    return APIClient().post(path, urlencode(params), content_type=FORM)


def status_of(order: dict[str, Any]) -> str:
    return OrderInfo.objects.values_list("pay_status", flat=True).get(pk=order["id"])
