"""What the other apps show about a buyer, on the buyer's page and beside what the buyer wrote.

This app knows neither orders nor messages: the apps that do register a panel as they load.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from ..models import UserProfile

# Rows of a panel: the latest.
ROWS = 10


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A table about one buyer; ``url`` leads to all of its rows, where there is such a list."""

    title: Any
    headers: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    url: str = ""


PanelMaker = Callable[[UserProfile], Panel]
_makers: dict[str, tuple[int, str, PanelMaker]] = {}


def panel_register(name: str, *, place: int, permission: str, make: PanelMaker) -> None:
    """Show what ``make`` returns to those who have ``permission``, in the order of ``place``."""
    _makers[name] = (place, permission, make)


def panels_of(
    request: HttpRequest, buyer: UserProfile, names: Sequence[str] | None = None
) -> list[Panel]:
    """Return the panels that the request's user may see; only ``names``, if given."""
    return [
        make(buyer)
        for name, (_place, permission, make) in sorted(_makers.items(), key=lambda item: item[1][0])
        if (names is None or name in names) and request.user.has_perm(permission)
    ]
