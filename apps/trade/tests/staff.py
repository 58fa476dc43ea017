"""What the tests of the staff's pages share: who is staff, what pages said, rows in numbers."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import (
    CartLine,
    OrderGoods,
    OrderInfo,
    Payment,
    PaymentNotice,
    Refund,
    RefundRequest,
    ShoppingCart,
)
from apps.users.models import UserProfile

VIEW = ("view_orderinfo", "view_payment", "view_refund", "view_paymentnotice", "view_cartline",
        "view_refundrequest")  # fmt: skip
ORDERS = "/admin/trade/orderinfo/"
PAYMENTS = "/admin/trade/payment/"
REFUNDS = "/admin/trade/refund/"
REQUESTS = "/admin/trade/refundrequest/"

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def staff_client(*permissions: str) -> Client:
    """Return the client of somebody in the staff with these permissions of the app."""
    number = UserProfile.objects.count()
    user = UserProfile.objects.create_user(f"staff{number}", is_staff=True)
    granted = Permission.objects.filter(content_type__app_label="trade", codename__in=permissions)
    assert granted.count() == len(permissions)
    user.user_permissions.set(granted)
    client = Client()
    client.force_login(user)
    return client


def told(response: Any) -> list[str]:
    """Return the messages that a page leaves for the next one, with their levels."""
    return [f"{message.level_tag}: {message}" for message in get_messages(response.wsgi_request)]


def hidden(response: Any) -> dict[str, Any]:
    """Return the hidden fields of a page's forms, by name; of repeated ones all values."""
    fields: dict[str, Any] = {}
    for name, value in _HIDDEN.findall(response.content.decode()):
        fields.setdefault(name, []).append(unescape(value))
    fields.pop("csrfmiddlewaretoken", None)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def act(client: Client, address: str, action: str, *rows: Any, **fields: Any) -> Any:
    """Send an action about rows, as the list does."""
    chosen = [row.pk for row in rows]
    return client.post(address, {"action": action, "_selected_action": chosen, **fields})


def confirm(client: Client, address: str, action: str, *rows: Any) -> Any:
    """Send an action, and then the page that asks whether it is meant."""
    page = act(client, address, action, *rows)
    assert page.status_code == 200, page.headers
    return client.post(address, {**hidden(page), "confirmed": "yes"})


def rows_make(count: int, goods: Goods) -> None:
    """Make ``count`` orders of several buyers with a row of everything that hangs on them."""
    now = timezone.now()
    start = OrderInfo.objects.count()
    for number in range(start, start + count):
        user = UserProfile.objects.create(username=f"b{number}", mobile=f"139{number:08}")
        ShoppingCart.objects.create(user=user)
        CartLine.objects.create(user=user, goods=goods, nums=1)
        order = OrderInfo.objects.create(
            user=user, order_sn=f"{now:%Y%m%d%H%M%S}{number:08}", order_mount=Decimal("12.30"),
            expires_at=now + timedelta(minutes=30), pay_status="TRADE_SUCCESS", pay_time=now,
            trade_no=f"T{number}", address="平江路", signer_name="满",
            singer_mobile=f"137{number:08}",
        )  # fmt: skip
        OrderGoods.objects.create(
            order=order, goods=goods, goods_num=1, name=goods.name, price=Decimal("12.30")
        )
        payments = [
            Payment.objects.create(
                order=order, trade_no=trade_no, amount=order.order_mount, paid_at=now,
                state="flagged" if flag else "applied", flag=flag,
            )
            for trade_no, flag in ((f"T{number}", ""), (f"D{number}", "duplicate"))
        ]  # fmt: skip
        PaymentNotice.objects.create(
            source="notify", raw="a=b", order=order, out_trade_no=order.order_sn,
            trade_no=f"T{number}", verdict="paid", notify_id=f"N{number}",
        )  # fmt: skip
        RefundRequest.objects.create(order=order, amount=Decimal("1.00"), reason="other")
        for payment in payments:
            Refund.objects.create(
                payment=payment, out_request_no=f"{order.order_sn}-{payment.pk}-{number}",
                amount=Decimal("1.00"), reason="x", staff=user,
            )  # fmt: skip
