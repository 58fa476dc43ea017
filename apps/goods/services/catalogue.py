"""Writes to the catalogue that are no plain edit of one row by staff."""

from collections.abc import Iterable

from utils.cache.responses import catalogue_changed

from ..models import Goods


def goods_set_on_sale(*, goods_ids: Iterable[int], is_on_sale: bool) -> int:
    """Put goods on the shelf or take them off; return how many changed."""
    changed = (
        Goods.objects.filter(pk__in=list(goods_ids))
        .exclude(is_on_sale=is_on_sale)
        .update(is_on_sale=is_on_sale)
    )
    catalogue_changed()
    return changed
