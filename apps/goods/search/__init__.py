"""Which goods have all the words of a search (docs/search.md).

Two ways give the same hits: LIKE over ``search_text``, on every database, and an index of
Mroonga's, for GOODS_SEARCH=mroonga. Where the index cannot be used, LIKE answers.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import F

from ..models import GoodsQuerySet
from . import mroonga
from .keys import KeyAmong


def goods_search(rows: GoodsQuerySet, words: Sequence[str]) -> GoodsQuerySet:
    """Return those of ``rows`` that have every one of ``words`` in their ``search_text``.

    ``rows`` are goods on sale; they can be filtered and sorted before and after. The count is
    known without asking for it where no price was filtered.
    """
    if not words or rows.query.is_empty():
        return rows
    found = mroonga.goods_found(rows, words) if settings.GOODS_SEARCH == "mroonga" else None
    if found is None:
        return _like(rows, words)
    if found.keys is None:
        # So many that the first of any order are soon met.
        searched = _like(rows, words)
    elif found.keys:
        searched = rows.filter(KeyAmong(F("pk"), found.keys))
    else:
        return rows.none()
    return searched if found.number is None else searched.with_known_count(found.number)


def _like(rows: GoodsQuerySet, words: Sequence[str]) -> GoodsQuerySet:
    for word in words:
        rows = rows.filter(search_text__icontains=word)
    return rows
