"""Invariants of the catalogue (docs/audit.md)."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q

from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from .models import Goods, GoodsSearchMark, StockMovement
from .services.search_index.comparing import index_breaches


def checks() -> Iterator[Check]:
    goods = Goods.objects.count()
    ledger = sums_that_differ(
        amounts(Goods.objects.all(), "pk", recorded="goods_num"),
        amounts(StockMovement.objects.all(), "goods_id", found="delta"),
    )
    yield Check(
        "goods_num is the sum of its movements",
        goods,
        [f"goods {pk}: goods_num {recorded}, movements {found}" for pk, recorded, found in ledger],
    )
    negative = rows_unless(Goods.objects.order_by("pk"), Q(goods_num__gte=0))
    yield Check(
        "goods_num is not negative",
        goods,
        [f"goods {pk}: {number}" for pk, number in negative.values_list("pk", "goods_num")],
    )
    if settings.GOODS_SEARCH == "mroonga":
        waiting = GoodsSearchMark.objects.count()
        yield Check(
            "the search index has the words of the goods on sale",
            Goods.objects.on_sale().count(),
            index_breaches(),
            note=f"{waiting} changes are not in it yet, and searched by LIKE" if waiting else "",
        )
