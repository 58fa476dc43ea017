"""Reads of carts and orders: what each shape needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Prefetch

from apps.goods.querysets import GoodsCardsQuerySet

from .order_status import UNPAID

if TYPE_CHECKING:
    from .models import CartLine, OrderInfo  # noqa: F401  (read by mypy, below)


class CartLineQuerySet(GoodsCardsQuerySet["CartLine"]):
    def for_list(self) -> CartLineQuerySet:
        """With their goods cards, newest first: three queries, however many lines.

        Goods that left the shelf are among them: the buyer still wants to see them.
        """
        return self.order_by("-pk").with_goods_cards()

    def lapsed(self, now: datetime) -> CartLineQuerySet:
        """Lines that hold stock longer than they may."""
        return self.filter(held_until__lte=now)


class OrderQuerySet(models.QuerySet["OrderInfo"]):
    def shown(self) -> OrderQuerySet:
        """What its buyer has not deleted, newest first."""
        return self.filter(is_hidden=False).order_by("-pk")

    def for_detail(self) -> OrderQuerySet:
        """With their lines and the goods cards of these: four queries, however many lines."""
        lines: Any = self.model._meta.get_field("lines").related_model
        return self.prefetch_related(Prefetch("lines", queryset=lines.objects.with_goods_cards()))

    def unpaid(self) -> OrderQuerySet:
        """What still waits for its money, expired or not."""
        return self.filter(pay_status__in=UNPAID)

    def expired(self, now: datetime) -> OrderQuerySet:
        """What was not paid in time, and is not closed yet."""
        return self.unpaid().filter(expires_at__lte=now)
