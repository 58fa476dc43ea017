"""Invariants of the catalogue (docs/audit.md)."""

from collections.abc import Iterator

from django.db.models import Q

from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from .models import Goods, StockMovement


def checks() -> Iterator[Check]:
    goods = Goods.objects.count()
    ledger = sums_that_differ(
        amounts(Goods.objects.all(), "pk", said="goods_num"),
        amounts(StockMovement.objects.all(), "goods_id", found="delta"),
    )
    yield Check(
        "goods_num is the sum of its movements",
        goods,
        [f"goods {pk}: goods_num {said}, movements {found}" for pk, said, found in ledger],
    )
    negative = rows_unless(Goods.objects.order_by("pk"), Q(goods_num__gte=0))
    yield Check(
        "goods_num is not negative",
        goods,
        [f"goods {pk}: {number}" for pk, number in negative.values_list("pk", "goods_num")],
    )
