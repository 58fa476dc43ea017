"""Goods cards by the keys of their goods, and rows of other tables that are shown with one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import models
from django.db.models import F

from utils.db.completed_rows import CompletedRows
from utils.db.written_once import Among, Given, Read

from .forest import Forest, kept_forest
from .goods import Goods, GoodsQuerySet, GoodsWithPictures, with_categories

Row = TypeVar("Row", bound=models.Model)


def _goods() -> GoodsQuerySet:
    return Goods.objects.card_columns().filter(Among(F("pk"), "keys")).order_by()


_GOODS = Read(_goods)
_GOODS_AND_CATEGORIES = Read(lambda: _goods().select_related("category"))


def goods_cards(keys: Collection[int], forest: Forest | None = None) -> dict[int, Goods]:
    """Return goods with all that a card shows, by their keys: two queries.

    Goods that left the shelf are among them, and of ``keys`` only those that there are. Their
    categories are those of ``forest``, where the caller has it.
    """
    if not keys:
        return {}
    forest = forest or kept_forest()
    found = (_GOODS_AND_CATEGORIES if forest is None else _GOODS)(keys={*keys})
    rows = GoodsWithPictures(Goods).complete(found)
    if forest is not None:
        rows = with_categories(rows, forest)
    return {goods.pk: goods for goods in rows}


_PAGE = Read(
    lambda: Goods.objects.on_sale().defer("search_text").filter(pk=Given("goods_id")).order_by()
)


def goods_page(goods_id: int) -> Goods | None:
    """Return goods on sale with all that their page shows but the category: two queries.

    None where there are none.
    """
    return next(iter(GoodsWithPictures(Goods).complete(_PAGE(goods_id=goods_id))), None)


@lru_cache(maxsize=64)
def _slice(order: Sequence[str], offset: int, limit: int) -> Read[Goods]:
    rows = Goods.objects.on_sale().card_columns().order_by(*order)
    return Read(lambda: rows[offset : offset + limit])


def goods_cards_slice(order: Sequence[str], *, offset: int, limit: int) -> list[Goods]:
    """Return some of all goods on sale with all that a card shows: three queries at most.

    For a shop that has few. ``order``: as order_by() takes it; hashable.
    """
    rows = GoodsWithPictures(Goods).complete(_slice(order, offset, limit)())
    return with_categories(rows, kept_forest())


class GoodsCardsQuerySet(models.QuerySet[Row]):
    """Of rows with a foreign key ``goods``."""

    def with_goods_cards(self) -> RowsWithGoodsCards[Row]:
        """Each row read gets its goods with all that a card shows: two queries for all of them.

        Not prefetch_related("goods"), which writes an OR for each row on SQLite, and fails
        from the thousandth on. Goods that left the shelf are among them.
        """
        return RowsWithGoodsCards.of(self)


class RowsWithGoodsCards(CompletedRows[Row]):
    """Of GoodsCardsQuerySet.with_goods_cards()."""

    def complete(self, rows: list[Any]) -> list[Any]:
        """Return the rows with their goods; not those that went with theirs meanwhile."""
        cards = goods_cards({row.goods_id for row in rows})
        rows = [row for row in rows if row.goods_id in cards]
        for row in rows:
            row.goods = cards[row.goods_id]
        return rows
