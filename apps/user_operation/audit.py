"""Invariants of the buyers' own things (docs/audit.md)."""

from collections.abc import Iterator

from django.db.models import Value

from apps.goods.models import Goods
from utils.db.audit import Check, amounts, sums_that_differ

from .models import UserFav


def checks() -> Iterator[Check]:
    counted = sums_that_differ(
        amounts(Goods.objects.all(), "pk", said="fav_num"),
        amounts(UserFav.objects.all(), "goods_id", found=Value(1)),
    )
    yield Check(
        "fav_num is the count of favourites",
        Goods.objects.count(),
        [f"goods {pk}: fav_num {said}, favourites {found}" for pk, said, found in counted],
    )
