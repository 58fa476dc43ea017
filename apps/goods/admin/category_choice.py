"""Categories to choose from: by their paths, because many have the same name."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from utils.api.lookups import parse_pk

from ..models import GoodsCategory


class _Paths(ModelChoiceIterator):
    """One query, whatever the depth; in the order of the tree."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", str(self.field.empty_label)
        for category in GoodsCategory.objects.all().with_paths():
            yield ModelChoiceIteratorValue(category.pk, category), category.path


class CategorySelect(forms.Select):
    """A select that finds by any part of a path; without scripts, a plain one."""

    class Media:
        css = {
            "all": [
                "admin/css/vendor/select2/select2.css",
                "admin/css/autocomplete.css",
            ]
        }
        js = [
            "admin/js/vendor/jquery/jquery.js",
            "admin/js/vendor/select2/select2.full.js",
            "admin/js/vendor/select2/i18n/zh-CN.js",
            "admin/js/jquery.init.js",
            "goods/category_select.js",
        ]

    def __init__(self, attrs: Any = None, choices: Any = ()) -> None:
        super().__init__({"class": "category-select", **(attrs or {})}, choices)


class CategoryPathField(forms.ModelChoiceField):
    widget = CategorySelect
    iterator = _Paths

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.path_read())


class CategoryFilter(admin.SimpleListFilter):
    """Rows of a category and of all below it, chosen from a drop-down list."""

    title = _("category")
    parameter_name = "category"
    template = "admin/goods/category_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (self.parameter_name, "p", "e")
        ]
        categories = GoodsCategory.objects.all().with_paths()
        return [(str(category.pk), category.path) for category in categories]

    def choices(self, changelist: Any) -> Any:
        yield {"value": "", "display": _("All"), "selected": not self.value()}
        for value, path in self.lookup_choices:
            yield {"value": value, "display": path, "selected": self.value() == value}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        key = parse_pk(value)
        if key is None:
            raise IncorrectLookupParameters
        categories = GoodsCategory.objects.subtree(key)
        return queryset.filter(category__in=list(categories.values_list("pk", flat=True)))
