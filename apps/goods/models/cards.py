"""Rows of other tables that are shown with a goods card."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from utils.db.completed_rows import CompletedQuerySet

from .goods import Goods

Row = TypeVar("Row", bound=models.Model)


class GoodsCardsQuerySet(CompletedQuerySet[Row]):
    """Of rows with a foreign key ``goods``."""

    def with_goods_cards(self) -> Self:
        """Each row read gets its goods with all that a card shows: two queries for all of them.

        Not prefetch_related("goods"), which writes an OR for each row on SQLite, and fails
        from the thousandth on. Goods that left the shelf are among them.
        """
        return self.completed_by(self._with_their_cards)

    def _with_their_cards(self, rows: list[Any]) -> list[Any]:
        """Return the rows with their goods; not those that went with theirs meanwhile."""
        found = Goods.objects.for_list().filter(pk__in={row.goods_id for row in rows})
        cards = {card.pk: card for card in found}
        rows = [row for row in rows if row.goods_id in cards]
        for row in rows:
            row.goods = cards[row.goods_id]
        return rows
