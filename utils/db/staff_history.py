"""The administration's history, where it must not keep the name of a person."""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from utils.journal.entries import changes_forget


def history_forget(*, model: type[Model], keys: Iterable[int]) -> None:
    """Leave in the history of these rows who did something to them, and when; no text.

    An entry is called after its row, as that was: by a name and an address, say. What was done on
    the page of a proxy model is found as well.
    """
    keys = list(keys)
    names = [
        known._meta.model_name
        for known in apps.get_models()
        if known._meta.concrete_model is model._meta.concrete_model
    ]
    kinds = ContentType.objects.filter(app_label=model._meta.app_label, model__in=names)
    entries = LogEntry.objects.filter(
        content_type__in=kinds, object_id__in=[str(key) for key in keys]
    )
    entries.update(object_repr="–", change_message="")
    changes_forget(model=model, keys=keys)
