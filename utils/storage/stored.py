"""Files of rows, as the rows were read."""

from typing import Any

from django.db.models.fields.files import FieldFile


def stored_file(row: Any, attribute: str) -> FieldFile | str | None:
    """Return a file of a row: its name as it was read, or else what the attribute gives.

    A FieldFile takes longer to make than an address; and the row and it hold each other, so that
    both stay until the garbage collector finds them.
    """
    name = getattr(row, "__dict__", {}).get(attribute)
    return name if type(name) is str else getattr(row, attribute)
