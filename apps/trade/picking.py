"""Reads for the warehouse: what to fetch for many orders at once."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.goods.models import Goods

from .models import OrderGoods, OrderInfo


@dataclass(frozen=True, kw_only=True)
class Pick:
    """``pieces`` of ``goods`` go into ``orders`` parcels."""

    goods: Goods
    pieces: int
    orders: int


def picking_list(orders: QuerySet[OrderInfo]) -> list[Pick]:
    """Return the pieces of all lines of the orders by goods, by article number. Two queries.

    Pieces that came back are left out.
    """
    lines: Any = OrderGoods.objects.filter(order__in=orders.order_by().values("pk")).order_by()
    kept = F("goods_num") - F("returned_num")
    rows = lines.values("goods_id").annotate(pieces=Coalesce(Sum(kept), 0), orders=Count("pk"))
    found = {row["goods_id"]: row for row in rows if row["pieces"]}
    goods = Goods.objects.filter(pk__in=list(found)).only("goods_sn", "name").order_by("goods_sn")
    return [
        Pick(goods=each, pieces=found[each.pk]["pieces"], orders=found[each.pk]["orders"])
        for each in goods
    ]
