"""Writes to the catalogue that are more than a plain edit of one row by staff."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from utils.cache.catalogue_version import catalogue_changed

from ..models import Goods, GoodsCategory

FLAGS = ("is_on_sale", "is_new", "is_hot")


def goods_lock(goods_id: int) -> None:
    """Keep one goods row as it is until the transaction ends; read it after this, not before."""
    Goods.objects.filter(pk=goods_id).select_for_update().values_list("pk").first()


def goods_set_on_sale(*, goods_ids: Iterable[int], is_on_sale: bool) -> list[int]:
    """Put goods on the shelf or take them off; return the ids of those that changed, in order."""
    return goods_set_flag(goods_ids=goods_ids, flag="is_on_sale", value=is_on_sale)


def goods_set_flag(*, goods_ids: Iterable[int], flag: str, value: bool) -> list[int]:
    """Set one of FLAGS; return the ids of the goods that changed, in order."""
    assert flag in FLAGS
    return _set(goods_ids, flag, value)


def goods_set_category(*, goods_ids: Iterable[int], category: GoodsCategory) -> list[int]:
    """Move goods into a category; return the ids of those that were in another, in order."""
    return _set(goods_ids, "category", category)


@transaction.atomic
def _set(goods_ids: Iterable[int], column: str, value: Any) -> list[int]:
    others = Goods.objects.filter(pk__in=list(goods_ids)).exclude(**{column: value})
    changed = list(others.select_for_update().order_by("pk").values_list("pk", flat=True))
    Goods.objects.filter(pk__in=changed).update(**{column: value})
    catalogue_changed()
    return changed
