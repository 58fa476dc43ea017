"""The numbers of the start page; each is shown to those alone who may see what it counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.trade import sales
from apps.users.models import STAFF, UserProfile
from utils.db.days import day_begins, days_back, rows_by_day

CHART_DAYS = 30
BEST_DAYS = (7, 30)
BEST_GOODS = 10

MayAsk = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number of today beside yesterday's; ``is_money``: in yuan."""

    name: Any
    today: Any
    yesterday: Any
    is_money: bool = False


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the chart shows of a day; ``money`` is None for those who may not see payments."""

    day: date
    orders: int
    money: Decimal | None


@dataclass
class Sales:
    """Today and yesterday, and the days of the chart."""

    figures: list[Figure] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def sales_read(may: MayAsk) -> Sales:
    """Return what who has the permissions ``may`` is shown of the sales. At most four queries."""
    days = days_back(CHART_DAYS)
    read = Sales()

    def show(name: Any, values: list[Any], *, is_money: bool = False) -> None:
        figure = Figure(name=name, today=values[-1], yesterday=values[-2], is_money=is_money)
        read.figures.append(figure)

    orders: list[int] | None = None
    money: list[Decimal] | None = None
    if may("trade.view_orderinfo"):
        orders = sales.in_order(sales.orders_by_day(days), days, 0)
        show(_("orders"), orders)
    if may("trade.view_payment"):
        money = sales.in_order(sales.money_in_by_day(days), days)
        show(_("money in"), money, is_money=True)
    if may("trade.view_refund"):
        back = sales.in_order(sales.money_back_by_day(days[-2:]), days[-2:])
        show(_("money back"), back, is_money=True)
    if may("users.view_buyer"):
        show(_("new buyers"), sales.in_order(_buyers_by_day(days[-2:]), days[-2:], 0))
    if orders is not None:
        read.days = [
            Day(day=day, orders=orders[number], money=money[number] if money else None)
            for number, day in enumerate(days)
        ]
    return read


@dataclass(frozen=True, kw_only=True)
class Seller:
    """A row of the best sellers; ``amount`` (yuan) is None for those who may not see orders."""

    goods: Goods
    pieces: int
    amount: Decimal | None


def sellers_read(may: MayAsk, *, days: int) -> list[Seller] | None:
    """Return the best sellers of the last ``days``, today among them; None: not to be seen.

    Two queries.
    """
    sees_orders = may("trade.view_orderinfo")
    if not sees_orders and not may("goods.view_goods"):
        return None
    since = day_begins(timezone.localdate() - timedelta(days=days - 1))
    best = sales.bestsellers(since=since, limit=BEST_GOODS)
    goods = Goods.objects.only("name").in_bulk([row.goods_id for row in best])
    return [
        Seller(
            goods=goods[row.goods_id],
            pieces=row.pieces,
            amount=row.amount if sees_orders else None,
        )
        for row in best
    ]


def _buyers_by_day(days: list[date]) -> dict[date, int]:
    buyers = UserProfile.objects.exclude(STAFF)
    by_day = rows_by_day(buyers, "date_joined", days=days, count=Count("pk"))
    return {day: row["count"] for day, row in by_day.items()}
