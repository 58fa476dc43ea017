"""Which goods a list shows: the filters of the goods list, as one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from django.db.models import Q, Value

FLAGS = ("is_hot", "is_new")
# The least that two prices differ by.
CENT = Decimal("0.01")


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
        for category in self.categories:
            yield from replace(self, categories=(category,)).flag_cells()

    def flag_cells(self) -> Iterator[Listing]:
        """Yield listings of one value of is_hot and one of is_new that are this one together."""
        hot, new = (
            (False, True) if value is None else (value,) for value in (self.is_hot, self.is_new)
        )
        for is_hot, is_new in product(hot, new):
            yield replace(self, is_hot=is_hot, is_new=is_new)

    def counted_parts(self) -> list[Listing]:
        """Return the listings whose counts are kept: together they are this one.

        Without categories, every filter is made of the same few, so that a count of all goods is
        also one of the goods that are not hot. And no statement counts all goods of a large shop.
        """
        return [self] if self.categories is not None else list(self.flag_cells())

    def without_prices(self) -> Listing:
        """Return the listing of goods of any price."""
        return replace(self, lowest=None, highest=None)

    def outside_prices(self) -> list[Listing]:
        """Return the listings that have the rest of the goods of any price."""
        whole, outside = self.without_prices(), []
        if self.lowest is not None:
            outside.append(replace(whole, highest=self.lowest - CENT))
        if self.highest is not None:
            outside.append(replace(whole, lowest=self.highest + CENT))
        return outside

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
