"""Writes to the catalogue that are more than a plain edit of one row by staff."""

from collections.abc import Iterable

from django.db import transaction

from utils.cache.responses import catalogue_changed

from ..models import Goods


@transaction.atomic
def goods_set_on_sale(*, goods_ids: Iterable[int], is_on_sale: bool) -> list[int]:
    """Put goods on the shelf or take them off; return the ids of those that changed, in order."""
    others = Goods.objects.filter(pk__in=list(goods_ids)).exclude(is_on_sale=is_on_sale)
    changed = list(others.select_for_update().order_by("pk").values_list("pk", flat=True))
    Goods.objects.filter(pk__in=changed).update(is_on_sale=is_on_sale)
    catalogue_changed()
    return changed
