"""Which rows name pictures: found by the kinds of fields, so that no app can be forgotten."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import ImageField, Model

from utils.pictures.naming import page_name
from utils.text.rich_text import RichTextField

# As far as an address in a text has the form of a kept picture's name.
_IN_TEXT = re.compile(r"\w+/[0-9a-f]{2}/[0-9a-f]{32}\.\w+\.webp")


def fields_of(kind: type[Any]) -> Iterator[tuple[type[Model], str]]:
    """Yield model and field name of every field of a kind, in all apps."""
    for model in apps.get_models():
        if model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, kind):
                yield model, field.name


def names_without_rows(names: set[str], *, prefix: str) -> set[str]:
    """Return those of ``names`` (all beginning with ``prefix``) that no row names.

    Looked for in every picture field (those of order lines are among them) and in every text that
    may show a picture, in whatever size. A table is read only while names are left.
    """
    left = set(names)
    for model, field in fields_of(ImageField):
        if left:
            rows = model._default_manager.filter(**{f"{field}__startswith": prefix})
            left.difference_update(rows.values_list(field, flat=True).distinct().iterator())
    for model, field in fields_of(RichTextField):
        if left:
            rows = model._default_manager.filter(**{f"{field}__contains": prefix})
            for text in rows.values_list(field, flat=True).iterator():
                left.difference_update(map(page_name, _IN_TEXT.findall(text)))
    return left


def names_in_texts() -> Iterator[str]:
    """Yield the names of the kept pictures that any text shows, each as a row would hold it."""
    for model, field in fields_of(RichTextField):
        rows = model._default_manager.filter(**{f"{field}__contains": ".webp"})
        for text in rows.values_list(field, flat=True).iterator():
            yield from filter(None, map(page_name, _IN_TEXT.findall(text)))
