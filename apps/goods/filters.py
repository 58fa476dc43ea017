"""Query parameters of the goods list."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from utils.api.lookups import parse_pk

from .models import Goods, GoodsCategory, GoodsQuerySet, Listing
from .models.forest import category_tree
from .search import goods_search

CENT = Decimal("0.01")
# No price reaches this: the column holds eight digits before the point.
PRICE_LIMIT = Decimal(10) ** 8
# Lists nothing.
NOTHING = Listing(categories=())

MAX_SEARCH_LENGTH = 200

ORDERING_FIELDS = ("shop_price", "sold_num", "add_time")

FLAGS = {"true": True, "1": True, "True": True, "false": False, "0": False, "False": False}


class PriceFilter(django_filters.NumberFilter):
    """An inclusive bound in yuan; any number will do, even one no price can reach."""

    def get_max_validator(self) -> None:
        return None


def price_bound(value: Decimal, *, is_lower: bool) -> Decimal:
    """Return a finite bound in whole cents, and at most PRICE_LIMIT to either side.

    A bound between two cents moves to the cent that keeps it true. Nothing here computes with
    the exponent of ``value``, which a client may choose: abs(Decimal("1e1000000")) overflows.
    """
    if value.copy_abs() > PRICE_LIMIT - CENT:
        return PRICE_LIMIT.copy_sign(value)
    return value.quantize(CENT, rounding=ROUND_CEILING if is_lower else ROUND_FLOOR)


class FlagField(forms.Field):
    def to_python(self, value: str | None) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in FLAGS:
            raise forms.ValidationError(_("Must be true (1) or false (0)."))
        return FLAGS[value]


class FlagFilter(django_filters.BooleanFilter):
    """``true`` or ``1``, ``false`` or ``0``; anything else is refused."""

    field_class = FlagField


class GoodsFilter(django_filters.FilterSet):
    pricemin = PriceFilter(help_text=_("Lowest shop price in yuan, inclusive."))
    pricemax = PriceFilter(help_text=_("Highest shop price in yuan, inclusive."))
    min_price = PriceFilter(help_text=_("The same as pricemin."))
    max_price = PriceFilter(help_text=_("The same as pricemax."))
    top_category = django_filters.CharFilter(
        help_text=_("Id of a category of any level: its goods and those of all below it."),
    )
    is_hot = FlagFilter(help_text=_("Only hot goods, or only the others."))
    is_new = FlagFilter(help_text=_("Only new goods, or only the others."))

    class Meta:
        model = Goods
        fields: list[str] = []

    def filter_queryset(self, queryset: GoodsQuerySet) -> GoodsQuerySet:
        return queryset.listed(listing(self.form.cleaned_data))


def listing(asked: dict[str, Any]) -> Listing:
    """Return what is listed for the values of GoodsFilter; each may be None, or empty."""
    bounds = [(name, asked[name]) for name in ("pricemin", "min_price", "pricemax", "max_price")]
    bounds = [(name, value) for name, value in bounds if value is not None]
    lowest = max((price_bound(v, is_lower=True) for n, v in bounds if "min" in n), default=None)
    highest = min((price_bound(v, is_lower=False) for n, v in bounds if "max" in n), default=None)
    if lowest is not None and lowest <= 0:
        lowest = None
    if highest is not None and highest >= PRICE_LIMIT:
        highest = None
    if lowest == PRICE_LIMIT or (highest is not None and highest < 0):
        return NOTHING
    return Listing(
        categories=_categories(asked["top_category"]),
        is_hot=asked["is_hot"],
        is_new=asked["is_new"],
        lowest=lowest,
        highest=highest,
    )


def _categories(text: str | None) -> tuple[int, ...] | None:
    if not text:
        return None
    # The clients link to "more": that is not a category, and not an error either.
    category_id = parse_pk(text)
    tree = None if category_id is None else category_tree(category_id)
    return () if tree is None else tuple(_ids(tree))


def _ids(category: GoodsCategory) -> Iterator[int]:
    yield category.pk
    for child in category.children:
        yield from _ids(child)


class GoodsFilterBackend(DjangoFilterBackend):
    """Leaves the form out when nothing is asked, which is what most requests ask."""

    def filter_queryset(self, request: Request, queryset: GoodsQuerySet, view: Any) -> Any:
        if not any(request.query_params.get(name) for name in GoodsFilter.base_filters):
            return queryset.listed(Listing())
        return super().filter_queryset(request, queryset, view)


class SearchFilter(filters.SearchFilter):
    """Words separated by spaces or commas (Chinese ones too); all of them must be found."""

    search_description: Any = _("Words looked for in name, brief and description; all must match.")

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        found: Any = goods_search(queryset, self.get_search_terms(request))
        # Words choose among the goods of the listing.
        return found if found is queryset else found.unlisted()

    def get_search_terms(self, request: Request) -> list[str]:
        """Return the words; raises ValidationError on a null byte or an endless search."""
        text = request.query_params.get(self.search_param, "")
        if "\0" in text:
            raise ValidationError({self.search_param: [_("Null characters are not allowed.")]})
        if len(text) > MAX_SEARCH_LENGTH:
            message = _("At most %(limit)d characters.") % {"limit": MAX_SEARCH_LENGTH}
            raise ValidationError({self.search_param: [message]})
        text = text.replace("，", ",").replace("、", ",")
        return list(filters.search_smart_split(text))  # type: ignore[arg-type]


class StableOrderingFilter(filters.OrderingFilter):
    """Rows that are equal in the asked order follow by id, so that pages never overlap."""

    ordering_description: Any = _("How the list is sorted; - stands for descending.")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        [parameter] = super().get_schema_operation_parameters(view)
        choices = [name for field in view.ordering_fields for name in (field, f"-{field}")]
        return [{**parameter, "schema": {"type": "string", "enum": choices}}]

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> list[str]:
        return [*(super().get_ordering(request, queryset, view) or []), "id"]
