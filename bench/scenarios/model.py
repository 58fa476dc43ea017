"""The words in which scenarios are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.lab.shops import Shop

# Units of figures. Any other text is one, too.
CPU_MS = "CPU ms"  # per request, of the workers, MariaDB and Redis together
P99_MS = "p99 ms"  # as the client waits
TIMES_DJANGO = "× django"  # the workers' CPU beside a plain Django view with the same bytes

# The demo catalogue alone, as load_demo makes it.
DEMO = 64

Figures = Mapping[str, float]  # by unit


@dataclass(frozen=True)
class Target:
    """What a figure of this unit may be at most, or must be at least."""

    limit: float
    unit: str
    is_least: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.is_least else value <= self.limit

    def missed_by(self, value: float) -> float:
        """Return the share of the limit by which it is missed; 0 where it is met."""
        if self.is_met(value):
            return 0.0
        return abs(value / self.limit - 1) if self.limit else inf


def at_most(limit: float, unit: str) -> Target:
    return Target(limit, unit)


def at_least(limit: float, unit: str) -> Target:
    return Target(limit, unit, is_least=True)


@dataclass(frozen=True)
class ShopSpec:
    """A shop on MariaDB. Scenarios with equal specs share one.

    ``cache``: answers of the catalogue are kept in Redis. ``settings``: variables of the shop's
    environment, as ``(("LOG_LEVEL", "INFO"),)``. ``commands``: what manage.py is to run before it
    is served, as ``(("search_index", "build"),)``. ``orders``: so many of other buyers, in all
    states. ``sqlite``: on SQLite instead.
    """

    goods: int = DEMO
    cache: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    orders: int = 0
    sqlite: bool = False


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``round`` measures once and returns figures by unit. Names are unique.

    ``compared_with`` names another scenario: the report adds the unit ``× <that name>``, the CPU of
    this one beside that one's. ``in_quick``: a part of ``--quick``, which has one round.
    """

    name: str
    round: Callable[[Shop], Figures]
    shop: ShopSpec = ShopSpec()
    targets: tuple[Target, ...] = ()
    compared_with: str = ""
    rounds: int = 3
    in_quick: bool = False
