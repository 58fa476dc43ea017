"""Names of columns in the administration's history, such that they can be translated.

Django keeps the labels of changed fields in English, and looks their Chinese up when the history is
shown. But a label begins with a capital ("Shop price"), and the catalogue has "shop price".
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import override


def labels_restored(message: Any, models: Iterable[type[Model]]) -> Any:
    """Return a history message as Django makes it, with the names that the models' fields have."""
    if not isinstance(message, list):
        return message
    with override(None):
        names = {
            str(capfirst(field.verbose_name)): str(field.verbose_name)
            for model in models
            for field in (*model._meta.fields, *model._meta.many_to_many)
        }
    for part in message:
        for change in part.values():
            if "fields" in change:
                change["fields"] = [names.get(label, label) for label in change["fields"]]
    return message
