"""Sizes for pictures that were there before the shop kept any: demo, imports, taken over shops.

The row gets the name of the picture's new files; the old file stays, because descriptions, orders
and others' pages may name it.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model

from utils.cache.catalogue_version import catalogue_changed
from utils.db.deadline import Deadline
from utils.db.transactions import retry_on_deadlock
from utils.pictures import picture_store
from utils.pictures.fields import CheckedImageField
from utils.uploads.refusals import FileRefusedError

from ..models import PictureMark
from .picture_names import fields_of

# Rows of one table that are looked at together: a picture that several of them name is made once.
BATCH = 2_000

# Where a name stands: model, field, and the keys of its rows.
Places = dict[tuple[type[Model], str], list[Any]]


def pictures_make(*, seconds: float | None = None, again: bool = False) -> Mapping[str, int]:
    """Make sizes of pictures that have none, for at most ``seconds``; return what was done.

    What cannot be read (a drawing in SVG, a file that is gone) is shown as it is, marked, and left
    alone from then on; ``again`` forgets these marks first. Safe to run twice at once. Raises, at
    the end, ExceptionGroup of what else went wrong.
    """
    if again:
        PictureMark.objects.filter(state=PictureMark.State.UNUSABLE).delete()
    deadline, counts = Deadline(seconds), {"made": 0, "unusable": 0}
    errors: dict[tuple[str, str], Exception] = {}
    while not deadline.is_over:
        found = {key: rows for key, rows in _without_sizes().items() if key not in errors}
        for (folder, name), places in found.items():
            if deadline.is_over:
                break
            try:
                counts["made" if _make(folder, name, places) else "unusable"] += 1
            except Exception as error:  # of one file, or of the storage: the next run tries again
                errors[folder, name] = error
        if not found:
            break
    if counts["made"]:
        catalogue_changed()
    if errors:
        raise ExceptionGroup(f"{len(errors)} pictures failed", list(errors.values()))
    return counts


def _without_sizes() -> dict[tuple[str, str], Places]:
    """Return folder and name of pictures without sizes, and where they stand."""
    found: dict[tuple[str, str], Places] = defaultdict(lambda: defaultdict(list))
    unusable = PictureMark.objects.filter(state=PictureMark.State.UNUSABLE).values("name")
    for model, field in fields_of(CheckedImageField):
        folder = model._meta.get_field(field).folder  # type: ignore[union-attr]
        rows = model._default_manager.exclude(**{field: ""}).exclude(
            **{f"{field}__endswith": ".page.webp"}
        )
        rows = rows.exclude(**{f"{field}__in": unusable}).order_by("pk")
        for pk, name in rows.values_list("pk", field)[:BATCH]:
            found[folder, name][model, field].append(pk)
    return found


def _make(folder: str, name: str, places: Places) -> bool:
    try:
        with default_storage.open(name) as file:
            new_name = picture_store(file, folder=folder)
    except (FileRefusedError, FileNotFoundError):
        PictureMark.objects.get_or_create(name=name, defaults={"state": PictureMark.State.UNUSABLE})
        return False
    _rename(name, new_name, places)
    return True


@retry_on_deadlock
def _rename(name: str, new_name: str, places: Places) -> None:
    """Where somebody put in another picture meanwhile, theirs stays."""
    with transaction.atomic():
        for (model, field), pks in places.items():
            rows = model._default_manager.filter(pk__in=pks, **{field: name})
            rows.update(**{field: new_name})
