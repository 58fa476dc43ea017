"""Pages of the goods list: counted and read by plans that hold for a million goods (ADR 16)."""

from functools import partial
from typing import Any

from django.core.paginator import Page as ShownPage
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from utils.api.pagination import StandardPagination

from .list_counts import Count, goods_count
from .list_places import KeptPlaces
from .models import (
    Goods,
    GoodsQuerySet,
    Listing,
    Page,
    goods_cards,
    goods_cards_slice,
    page_keys,
)

# A shop with so few goods reads a page of all of them in one statement.
SMALL_SHOP = 100


class GoodsPaginator(Paginator):
    """Of a GoodsQuerySet. One that something else than its listing has chosen is read as it is."""

    object_list: GoodsQuerySet

    @cached_property
    def _counted(self) -> Count:
        rows = self.object_list
        if rows.listing is None:
            return Count(rows.count(), is_kept=False)
        return goods_count(rows.listing, using=rows.db)

    @property
    def count(self) -> int:  # type: ignore[override]
        return self._counted.number

    def page(self, number: Any) -> ShownPage:
        number = self.validate_number(number)
        rows = self._read(number)
        if len(rows) < self._expected(number) and self._counted.is_kept:
            # The kept count is not true any more, and the page may not even exist.
            self._count_anew()
            number = self.validate_number(number)
            rows = self._read(number)
        return ShownPage(rows, number, self)

    def _count_anew(self) -> None:
        rows = self.object_list
        assert rows.listing is not None
        self.__dict__.pop("num_pages", None)
        self._counted = goods_count(rows.listing, using=rows.db, is_fresh=True)

    def _expected(self, number: int) -> int:
        return min(self.per_page, self.count - self.per_page * (number - 1))

    def _read(self, number: int) -> list[Goods]:
        rows, offset = self.object_list, self.per_page * (number - 1)
        if rows.listing is None:
            return self._slice(offset)
        order = tuple(str(term) for term in rows.query.order_by)
        if self.count <= SMALL_SHOP and rows.listing == Listing():
            return goods_cards_slice(order, offset=offset, limit=self.per_page)
        page = Page(rows.listing, order, offset=offset, limit=self.per_page)
        places = partial(KeptPlaces, count=self.count)
        keys = page_keys(page, count=self.count, using=rows.db, places=places)
        found = goods_cards(keys)
        # Not those that left the shelf meanwhile.
        return [found[key] for key in keys if key in found and found[key].is_on_sale]

    def _slice(self, offset: int) -> list[Goods]:
        """Read a page as it is; one of the second half from the end, which is nearer."""
        rows, left = self.object_list, self.count - offset
        if offset <= left:
            return list(rows[offset : offset + self.per_page])
        return list(rows.reverse()[max(0, left - self.per_page) : left])[::-1]


class GoodsPagination(StandardPagination):
    django_paginator_class = GoodsPaginator
