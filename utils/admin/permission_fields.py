"""The choice of permissions: in the reader's language, by page, without technical ones."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator

from .permission_names import model_name, permission_verb, permissions_of_pages


class _Groups(ModelChoiceIterator):
    """Permissions under the name of what they are about."""

    def __iter__(self) -> Iterator[Any]:
        for model, permissions in groupby(self.queryset, key=lambda row: row.content_type):
            found: Any = model.model_class()
            name = model_name(found) if found else model.model
            yield name, [self.choice(permission) for permission in permissions]


class PermissionsField(forms.ModelMultipleChoiceField):
    """Those that open a page. Others that a row has stay: see ``with_hidden``."""

    iterator = _Groups
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return permission_verb(app=obj.content_type.app_label, codename=obj.codename)


def permissions_shown() -> QuerySet[Permission]:
    """Return the permissions that open a page, those of one page together."""
    codes = defaultdict(list)
    for app, code in permissions_of_pages():
        codes[app].append(code)
    terms = Q(pk__in=())
    for app, of_app in codes.items():
        terms |= Q(content_type__app_label=app, codename__in=of_app)
    order = ("content_type__app_label", "content_type__model", "pk")
    return Permission.objects.filter(terms).select_related("content_type").order_by(*order)


def with_hidden(chosen: QuerySet[Permission], had: QuerySet[Permission]) -> QuerySet[Permission]:
    """Return what was chosen, and what the row ``had`` of those that the form does not show."""
    shown = permissions_shown().values("pk")
    kept = list(had.exclude(pk__in=shown).values_list("pk", flat=True))
    keys = [*chosen.values_list("pk", flat=True), *kept]
    return Permission.objects.filter(pk__in=keys)
