"""Reads of a buyer's own things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.goods.querysets import GoodsCardsQuerySet

if TYPE_CHECKING:
    from .models import UserFav  # noqa: F401  (read by mypy, below)


class UserFavQuerySet(GoodsCardsQuerySet["UserFav"]):
    def for_list(self) -> UserFavQuerySet:
        """With their goods cards, newest first: three queries, however many favourites.

        Goods that left the shelf are among them: the buyer still wants to see them.
        """
        return self.order_by("-pk").with_goods_cards()
