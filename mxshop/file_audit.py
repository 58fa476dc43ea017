"""Whether the uploads are what the rows say (docs/audit.md, "Files").

Asked of every FileField of every app whose files lie in the media, and of the texts that show
pictures, so that no app can be forgotten. Reads only; the names of all files that rows name are in
memory meanwhile, about 0.2 KB each.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import FileField

from apps.goods.services.picture_names import fields_of, names_in_texts, names_without_rows
from apps.trade.models.refund_requests import PICTURE_FOLDER
from apps.user_operation.models import MESSAGE_FOLDER
from utils.db import clock
from utils.db.audit import Check
from utils.pictures.naming import names_beside

from .media_copies import names_below

# Files that are written before their row, and deleted after it.
BUYERS_FOLDERS = (MESSAGE_FOLDER, PICTURE_FOLDER)
# So long may a file lie there whose row is not committed yet.
GRACE = timedelta(hours=1)


def checks() -> Iterator[Check]:
    named = _named()
    count = len(named)
    unnamed: list[str] = []
    for name in names_below(default_storage):
        if name in named:
            del named[name]
        elif name.startswith(BUYERS_FOLDERS):
            unnamed.append(name)
    yield Check(
        "a file that a row names is there",
        count,
        [
            f"{where}: {name}"
            for name, (where, row_name) in sorted(named.items())
            if _is_still_missing(name, row_name)
        ],
    )
    yield Check(
        "a buyer's file belongs to a message or a refund request",
        len(unnamed),
        [name for name in sorted(unnamed) if _is_old(name) and not _is_named(name)],
    )


def _named() -> dict[str, tuple[str, str]]:
    """Return every file that must be there: who names it, and by what name.

    A picture's row holds the name of one size; the others must be there as well.
    """
    named: dict[str, tuple[str, str]] = {}
    for model, field in fields_of(FileField):
        if model._meta.get_field(field).storage is not default_storage:  # type: ignore[union-attr]
            continue
        names = model._default_manager.exclude(**{field: ""}).values_list(field, flat=True)
        for name in names.distinct().iterator():
            if name:
                where = f"{model._meta.label}.{field}"
                named.update(dict.fromkeys(names_beside(name), (where, name)))
    for name in names_in_texts():
        named.update(dict.fromkeys(names_beside(name), ("a text", name)))
    return named


def _is_still_missing(name: str, row_name: str) -> bool:
    """Both may have changed since they were read: the shop sells on."""
    return not default_storage.exists(name) and _is_named(row_name)


def _is_named(name: str) -> bool:
    """Whether a row names the file now."""
    if any(
        model._default_manager.filter(**{field: name}).exists()
        for model, field in fields_of(FileField)
    ):
        return True
    return not names_without_rows({name}, prefix=f"{name.rpartition('/')[0]}/")


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < clock.database_now() - GRACE
    except FileNotFoundError:
        return False
