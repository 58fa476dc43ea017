"""Which goods a list shows: the filters of the goods list, as one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from django.db.models import Q, Value

FLAGS = ("is_hot", "is_new")


@dataclass(frozen=True)
class Listing:
    """Goods on sale that fulfil every condition here; None stands for no condition.

    ``categories``: the ids of the categories that the goods may be in; empty when there is
    nothing to show. ``lowest`` and ``highest``: inclusive shop prices in yuan, each of which a
    price can have.
    """

    categories: tuple[int, ...] | None = None
    is_hot: bool | None = None
    is_new: bool | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no goods can be in it."""
        return self.categories == ()

    @property
    def is_everything(self) -> bool:
        """Whether all goods on sale are in it."""
        return self == Listing()

    @property
    def has_prices(self) -> bool:
        return self.lowest is not None or self.highest is not None

    def cells(self) -> Iterator[Listing]:
        """Yield listings that share no goods and are this one together.

        Each is of one category, one value of is_hot and one of is_new, which makes it a piece
        of each index that begins with these columns, in the order of that index.
        """
        assert self.categories is not None
        hot, new = (
            (False, True) if value is None else (value,) for value in (self.is_hot, self.is_new)
        )
        for category, is_hot, is_new in product(self.categories, hot, new):
            yield replace(self, categories=(category,), is_hot=is_hot, is_new=is_new)

    def as_q(self) -> Q:
        """Return the conditions for the ORM."""
        condition = Q(is_on_sale=Value(True))
        if self.categories is not None:
            condition &= Q(category__in=self.categories)
        for name in FLAGS:
            if (value := getattr(self, name)) is not None:
                # Value(True) reads "is_hot = 1"; True alone reads "is_hot", for which no
                # database uses an index.
                condition &= Q(**{name: Value(value)})
        if self.lowest is not None:
            condition &= Q(shop_price__gte=self.lowest)
        if self.highest is not None:
            condition &= Q(shop_price__lte=self.highest)
        return condition
