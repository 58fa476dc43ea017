"""Changes on their way into the journal."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from .actors import Actor, actor_now


@dataclass(frozen=True, kw_only=True)
class Change:
    """A column of a row, before and after.

    ``model`` is the label of what the change is about, as in "goods.goods", and ``name`` what
    staff call that row. ``column`` has its model's label before it: that a parcel was recorded is
    about an order. ``old`` is None where there was no value before.
    """

    model: str
    key: int
    name: str
    column: str
    old: Any
    new: Any
    note: str = ""


Writer = Callable[[Sequence[Change], Actor | None], None]
Eraser = Callable[[str, Collection[int]], None]

_connected: tuple[Writer, Eraser, str] | None = None


def journal_connect(*, writer: Writer, eraser: Eraser, page: str) -> None:
    """Say what keeps changes, what takes the texts out of entries about rows of a model, and the
    name of the page that lists them."""
    global _connected
    _connected = writer, eraser, page


def journal_url(model: type[Model], key: int) -> str:
    """Return the address of the entries about a row."""
    assert _connected is not None
    query = urlencode({"kind": model_label(model), "object_id": key})
    return f"{reverse(_connected[2])}?{query}"


def changes_write(changes: Sequence[Change]) -> None:
    """Keep changes; to be called in their transaction."""
    if changes and _connected is not None:
        _connected[0](changes, actor_now())


def changes_forget(*, model: type[Model], keys: Collection[int]) -> None:
    """Leave of the entries about these rows who did something, and when; no names or values."""
    if _connected is not None:
        _connected[1](model_label(model), keys)


def model_label(model: type[Model]) -> str:
    """Return the name of a model in the journal: proxies share that of their model."""
    concrete = model._meta.concrete_model
    assert concrete is not None
    return concrete._meta.label_lower
