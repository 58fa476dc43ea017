"""The former place of GoodsCardsQuerySet: import it from apps.goods.models."""

from .models import GoodsCardsQuerySet

__all__ = ["GoodsCardsQuerySet"]
