"""Who is at work, and by which way: known to whatever is called, without being handed down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    """How staff made a change."""

    FORM = "form", _("form")
    LIST = "list", _("list")
    ACTION = "action", _("action")
    IMPORT = "import", _("import")
    PUT_BACK = "put_back", _("put back")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """``staff_id`` is None where the account is gone by now; ``note`` says more about the way."""

    staff_id: int | None
    way: Way
    note: str = ""


_actor: ContextVar[Actor | None] = ContextVar("journal_actor", default=None)


def actor_now() -> Actor | None:
    """Return the member of staff at work; None for buyers, background work and a shell."""
    return _actor.get()


@contextmanager
def acting(*, staff_id: int | None, way: Way, note: str = "") -> Iterator[None]:
    """Within the ``with``, changes are made by this member of staff."""
    token = _actor.set(Actor(staff_id=staff_id, way=way, note=note))
    try:
        yield
    finally:
        _actor.reset(token)
