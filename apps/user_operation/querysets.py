"""Reads of a buyer's own things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Prefetch

from apps.goods.models import Goods

if TYPE_CHECKING:
    from .models import UserFav  # noqa: F401  (read by mypy, below)


class UserFavQuerySet(models.QuerySet["UserFav"]):
    def for_list(self) -> UserFavQuerySet:
        """With their goods cards, newest first: three queries, however many favourites.

        Goods that left the shelf are among them: the buyer still wants to see them.
        """
        cards = Prefetch("goods", queryset=Goods.objects.for_list())
        return self.prefetch_related(cards).order_by("-pk")
