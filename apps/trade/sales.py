"""Reads for staff: what came in, day by day, and which goods sold best."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from utils.db.days import rows_by_day

from .models import OrderGoods, OrderInfo, Payment, Refund
from .order_status import PAID

ZERO, CENT = Decimal(0), Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class BestSeller:
    """``pieces`` and ``amount`` (yuan) of paid orders, without what came back into stock."""

    goods_id: int
    pieces: int
    amount: Decimal


def orders_by_day(days: list[date]) -> dict[date, int]:
    """Return how many orders were made on each of ``days`` that has some. One query."""
    return _column(OrderInfo.objects.all(), "add_time", days, Count("pk"))


def money_in_by_day(days: list[date]) -> dict[date, Decimal]:
    """Return what buyers paid on each of ``days``, in yuan, by the time of the payment.

    All of it, money that pays no order included: the same sum as in the accountant's file.
    """
    return _column(Payment.objects.all(), "paid_at", days, Sum("amount"))


def money_back_by_day(days: list[date]) -> dict[date, Decimal]:
    """Return what went back to buyers on each of ``days``, in yuan, by the time it did."""
    done = Refund.objects.filter(done_at__isnull=False)  # as Refund's constraint: state "done"
    return _column(done, "done_at", days, Sum("amount"))


def bestsellers(*, since: datetime, limit: int) -> list[BestSeller]:
    """Return the goods with most pieces in orders paid ``since`` then, most first. One query.

    Orders that are refunded in full are left out.
    """
    lines: Any = OrderGoods.objects.filter(
        order__pay_time__gte=since, order__pay_status__in=PAID
    ).order_by()
    kept = F("goods_num") - F("returned_num")
    rows = lines.values("goods_id").annotate(pieces=Sum(kept), amount=Sum(kept * F("price")))
    return [
        # SQLite computes with more places than the column has.
        BestSeller(**{**row, "amount": row["amount"].quantize(CENT)})
        for row in rows.order_by("-pieces", "goods_id")[:limit]
    ]


def _column(rows: QuerySet[Any], moment: str, days: list[date], value: Any) -> dict[date, Any]:
    by_day = rows_by_day(rows, moment, days=days, value=value)
    return {day: row["value"] for day, row in by_day.items()}


def in_order(values: dict[date, Any], days: Iterable[date], empty: Any = ZERO) -> list[Any]:
    """Return the values of ``days``, ``empty`` for a day without rows."""
    return [values.get(day, empty) for day in days]
