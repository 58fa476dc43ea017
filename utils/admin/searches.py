"""Searches over several tables, such that each table is asked alone.

``user__name LIKE ... OR goods__name LIKE ...`` has a database read every row of a join. Here the
keys of related rows are looked up before, each in its own table.
"""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal

from .lists import MOST_COUNTED

PREFIXES = {"^": "istartswith", "=": "iexact"}


class KeyedSearchAdmin(admin.ModelAdmin):
    """Searches ``search_fields`` of the table itself, and of those that its foreign keys name."""

    # Look the table's own keys up before, too: where a narrow index has all that is searched.
    search_keys_first = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        fields = [str(name) for name in self.get_search_fields(request)]
        if not all(_is_reached(self.model, name.lstrip("^=")) for name in fields):
            return super().get_search_results(request, queryset, search_term)
        for bit in smart_split(search_term) if fields else ():
            if bit.startswith(('"', "'")) and bit[0] == bit[-1]:
                bit = unescape_string_literal(bit)
            queryset = queryset.filter(self._found(fields, bit))
        return queryset, False

    def _found(self, fields: list[str], bit: str) -> Q:
        own = Q()
        related: defaultdict[str, Q] = defaultdict(Q)
        for name in fields:
            lookup = PREFIXES.get(name[0], "icontains")
            relation, _dots, column = name.lstrip("^=").rpartition("__")
            related[relation] |= Q(**{f"{column}__{lookup}": bit})
        for relation, terms in related.items():
            if not relation:
                own |= Q(pk__in=_keys(self.model, terms)) if self.search_keys_first else terms
            else:
                field: Any = self.model._meta.get_field(relation)
                own |= Q(**{f"{relation}__in": _keys(field.related_model, terms)})
        return own


def _keys(model: type[Model], terms: Q) -> list[Any]:
    """Return keys in no order: an order would lead the database through the whole rows."""
    rows = model._default_manager.filter(terms).order_by()
    return list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])


def _is_reached(model: type[Model], name: str) -> bool:
    """Say whether a search field is a column of the model, or of one that a foreign key names."""
    relation, _dots, column = name.rpartition("__")
    try:
        if not relation:
            model._meta.get_field(column)
            return True
        field: Any = model._meta.get_field(relation)
        field.related_model._meta.get_field(column)
    except (FieldDoesNotExist, AttributeError):
        return False
    return isinstance(field, ForeignKey)
