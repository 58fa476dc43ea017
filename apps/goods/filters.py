"""Query parameters of the goods list."""

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

from .models import Goods, GoodsQuerySet

CENT = Decimal("0.01")
# No price reaches this: the column holds eight digits before the point.
PRICE_LIMIT = Decimal(10) ** 8

MAX_SEARCH_LENGTH = 200

ORDERING_FIELDS = ("shop_price", "sold_num", "add_time")

FLAGS = {"true": True, "1": True, "True": True, "false": False, "0": False, "False": False}


class PriceFilter(django_filters.NumberFilter):
    """An inclusive bound in yuan; any number will do, even one no price can reach."""

    def __init__(self, *, lookup_expr: str, **kwargs: Any) -> None:
        super().__init__(field_name="shop_price", lookup_expr=lookup_expr, **kwargs)

    def get_max_validator(self) -> None:
        return None

    def filter(self, qs: GoodsQuerySet, value: Decimal | None) -> GoodsQuerySet:
        if value is None:
            return qs
        is_lower_bound = self.lookup_expr == "gte"
        bound = price_bound(value, is_lower=is_lower_bound)
        if bound.copy_abs() == PRICE_LIMIT:
            return qs.none() if (bound > 0) == is_lower_bound else qs
        filtered: GoodsQuerySet = super().filter(qs, bound)
        return filtered


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
    pricemin = PriceFilter(lookup_expr="gte", help_text=_("Lowest shop price in yuan, inclusive."))
    pricemax = PriceFilter(lookup_expr="lte", help_text=_("Highest shop price in yuan, inclusive."))
    min_price = PriceFilter(lookup_expr="gte", help_text=_("The same as pricemin."))
    max_price = PriceFilter(lookup_expr="lte", help_text=_("The same as pricemax."))
    top_category = django_filters.CharFilter(
        method="filter_top_category",
        help_text=_("Id of a category of any level: its goods and those of all below it."),
    )
    is_hot = FlagFilter(help_text=_("Only hot goods, or only the others."))
    is_new = FlagFilter(help_text=_("Only new goods, or only the others."))

    class Meta:
        model = Goods
        fields: list[str] = []

    def filter_top_category(self, qs: GoodsQuerySet, name: str, value: str) -> GoodsQuerySet:
        # The clients link to "more": that is not a category, and not an error either.
        category_id = parse_pk(value)
        return qs.none() if category_id is None else qs.in_category(category_id)


class GoodsFilterBackend(DjangoFilterBackend):
    """Leaves the form out when nothing is asked, which is what most requests ask."""

    def filter_queryset(self, request: Request, queryset: GoodsQuerySet, view: Any) -> Any:
        if not any(request.query_params.get(name) for name in GoodsFilter.base_filters):
            return queryset
        return super().filter_queryset(request, queryset, view)


class SearchFilter(filters.SearchFilter):
    """Words by space or comma (Chinese ones too), all of which must be found."""

    search_description: Any = _("Words looked for in name, brief and description; all must match.")

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

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> list[str]:
        return [*(super().get_ordering(request, queryset, view) or []), "id"]
