"""Entries of the journal as staff read them, in the language of the request."""

from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utils.admin.permission_names import permission_name

from ..models import JournalEntry
from .signals import DELETED, GROUPS, PERMISSIONS, SEPARATOR

NONE = "–"
# What is not a column of a table.
OTHER_COLUMNS = {
    PERMISSIONS: gettext_lazy("permissions"),
    GROUPS: gettext_lazy("roles"),
    DELETED: gettext_lazy("deleted"),
}
# Of what has a page: its name in the addresses of the administration.
PAGES = {
    "goods.goods": "goods_goods",
    "trade.orderinfo": "trade_orderinfo",
    "trade.refund": "trade_refund",
    "trade.refundrequest": "trade_refundrequest",
    "trade.freightrule": "trade_freightrule",
    "auth.group": "auth_group",
}


def kind_name(kind: str) -> str:
    model = _model(kind)
    return str(model._meta.verbose_name) if model else kind


def column_name(entry: JournalEntry) -> str:
    label, _dot, column = entry.column.rpartition(".")
    if column in OTHER_COLUMNS:
        return str(OTHER_COLUMNS[column])
    field = _field(entry.column)
    if field is None:
        return column
    is_own = label == entry.kind
    name = str(field.verbose_name)
    return name if is_own else f"{kind_name(label)}: {name}"


def value_text(entry: JournalEntry, value: str) -> str:
    """Return ``entry.old`` or ``entry.new`` in words."""
    column = entry.column.rpartition(".")[2]
    if value == "":
        return NONE
    if column == PERMISSIONS:
        return "; ".join(_permission(key) for key in value.split(SEPARATOR))
    if column in OTHER_COLUMNS:
        return value
    field = _field(entry.column)
    return _shown(field, value) if field is not None else value


def entry_url(entry: JournalEntry) -> str | None:
    """Return the page of what an entry is about, which may be gone; None where there is none."""
    if entry.kind not in PAGES or entry.column.endswith(f".{DELETED}"):
        return None
    return reverse(f"admin:{PAGES[entry.kind]}_change", args=[entry.object_id])


def _shown(field: Any, value: str) -> str:
    choices: dict[Any, Any] = dict(field.flatchoices)
    if value in choices:
        return str(choices[value])
    if isinstance(field, models.BooleanField):
        return _("yes") if value == "True" else _("no")
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(value)):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    return value


def _permission(key: str) -> str:
    app, _dot, codename = key.partition(".")
    return permission_name(app=app, codename=codename)


@cache
def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


@cache
def _field(column: str) -> Any:
    label, _dot, name = column.rpartition(".")
    model = _model(label)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
