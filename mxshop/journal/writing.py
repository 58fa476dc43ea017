"""Entries of the journal, as utils.journal hands changes over."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from utils.journal.actors import Actor
from utils.journal.entries import Change

from ..models import JournalEntry

EMPTIED = "–"


def entries_write(changes: Sequence[Change], actor: Actor | None) -> None:
    """Write an entry for each change, in one statement."""
    JournalEntry.objects.bulk_create(
        JournalEntry(
            staff_id=actor.staff_id if actor else None,
            way=actor.way if actor else "",
            kind=change.model,
            object_id=change.key,
            object_name=_short("object_name", change.name),
            column=change.column,
            old=_short("old", stored(change.old)),
            new=_short("new", stored(change.new)),
            note=_short("note", change.note or (actor.note if actor else "")),
        )
        for change in changes
    )


def entries_forget(kind: str, keys: Collection[int]) -> None:
    """Leave of entries about these rows who changed which column, and when."""
    entries = JournalEntry.objects.filter(kind=kind, object_id__in=keys)
    entries.update(object_name=EMPTIED, old="", new="", note="")


def stored(value: Any) -> str:
    """Return a value as the journal keeps it: the same text for the same value."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _short(column: str, text: str) -> str:
    field: Any = JournalEntry._meta.get_field(column)
    return text if len(text) <= field.max_length else f"{text[: field.max_length - 1]}…"
