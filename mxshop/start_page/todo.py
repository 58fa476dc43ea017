"""What waits for somebody: counts with a link to the list in which it waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.trade.buyer_status import Tab
from apps.trade.holders import most_held
from apps.trade.models import RefundRequest
from apps.users.models import UserProfile
from mxshop import waiting
from mxshop.waiting import LOW_STOCK

from .figures import MayAsk


@dataclass(frozen=True, kw_only=True)
class Task:
    """``count`` of something, and where it is done; ``is_urgent``: money or a buyer waits."""

    name: Any
    count: int
    url: str
    is_urgent: bool = False
    note: str = ""


def tasks_read(may: MayAsk) -> list[Task]:
    """Return what waits for who has the permissions ``may``. At most ten queries."""
    return list(_tasks(may))


def _tasks(may: MayAsk) -> Iterator[Task]:
    now = timezone.now()
    if may("trade.view_orderinfo"):
        yield Task(
            name=_("orders to ship"),
            count=waiting.orders_to_ship(now),
            url=_list("trade_orderinfo", tab=Tab.TO_SHIP.value),
        )
    if may("trade.view_refundrequest"):
        state = RefundRequest.State.REQUESTED
        yield Task(
            name=_("refund requests to decide"),
            count=waiting.refund_requests(now),
            url=_list("trade_refundrequest", state__exact=state.value),
            is_urgent=True,
        )
    if may("trade.view_payment"):
        yield Task(
            name=_("payments to give back"),
            count=waiting.payments_to_give_back(now),
            url=_list("trade_payment", flagged="open"),
            is_urgent=True,
        )
    if may("user_operation.view_userleavingmessage"):
        yield Task(
            name=_("messages without a reply"),
            count=waiting.messages_unanswered(now),
            url=_list("user_operation_userleavingmessage", reply="none"),
            is_urgent=True,
        )
    if may("goods.view_goods"):
        yield Task(
            name=_("goods with little stock"),
            count=waiting.goods_low_in_stock(now),
            url=_list(
                "goods_goods", is_on_sale__exact=1, goods_num__lte=LOW_STOCK, o=_column("goods_num")
            ),
            note=_("at most %(count)d pieces") % {"count": LOW_STOCK},
        )
    if may("trade.view_holder"):
        yield from _holder(now)


def _holder(now: datetime) -> Iterator[Task]:
    most = most_held(now=now)
    if most is None:
        return
    user_id, pieces = most
    buyer = UserProfile.objects.only("username", "name").get(pk=user_id)
    yield Task(
        name=_("pieces held by one buyer"), count=pieces, url=_list("trade_holder"), note=str(buyer)
    )


def _column(name: str) -> int:
    """Return the number by which the list of goods is ordered by a column."""
    return ["action_checkbox", *admin.site._registry[Goods].list_display].index(name)


def _list(name: str, **filters: Any) -> str:
    page = reverse(f"admin:{name}_changelist")
    return f"{page}?{urlencode(filters)}" if filters else page
