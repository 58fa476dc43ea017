"""From rounds to rows: medians, ratios of rounds that belong together, verdicts."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from .endpoints import CACHED_LIMIT, GROWTH_LIMIT
from .load import Round
from .rounds import Leg, Measured
from .stores import LARGE, SMALL


@dataclass(frozen=True)
class Ratio:
    value: float
    limit: float | None

    @property
    def is_met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def verdict(self) -> str:
        if self.limit is None:
            return ""
        if self.is_met:
            return f"≤ {self.limit:g} met"
        return f"≤ {self.limit:g} missed by {self.value / self.limit - 1:.0%}"


@dataclass(frozen=True)
class Row:
    """One endpoint on one database; times in CPU milliseconds per request."""

    engine: str
    is_cached: bool
    endpoint: str
    goods: int
    floor_ms: float | None
    django_ms: float
    shop_ms: float
    database_ms: float | None
    per_second: float
    path: str
    beside_django: Ratio
    beside_small: Ratio | None
    rounds_ms: list[float]

    def as_json(self) -> dict[str, Any]:
        row = asdict(self)
        for name in ("beside_django", "beside_small"):
            ratio: Ratio | None = getattr(self, name)
            row[name] = ratio and asdict(ratio) | {"met": ratio.is_met}
        return row


def rows_of(engine: str, measured: Measured) -> list[Row]:
    rows = []
    small = next(size for size in measured.sizes if size.goods == SMALL)
    for size in measured.sizes:
        for leg, limit in ((size.plain, measured.endpoint.limit), (size.cached, CACHED_LIMIT)):
            if leg is None:
                continue
            growth = None
            if size.goods == LARGE and leg is size.plain:
                growth = Ratio(_ratio(leg, small.plain, _whole), GROWTH_LIMIT)
            rows.append(
                Row(
                    engine=engine,
                    is_cached=leg is size.cached,
                    endpoint=measured.endpoint.label,
                    goods=size.goods,
                    floor_ms=_median(measured.floor, _worker) if measured.floor else None,
                    django_ms=_median(size.django, _worker),
                    shop_ms=_median(leg, _worker),
                    database_ms=_median(leg, _database) if leg.database_pid else None,
                    per_second=_median(leg, lambda each: each.per_second),
                    path=leg.path,
                    beside_django=Ratio(_ratio(leg, size.django, _worker), limit),
                    beside_small=growth,
                    rounds_ms=[round(each.worker_ms, 4) for each in leg.rounds],
                )
            )
    return rows


def _worker(each: Round) -> float:
    return each.worker_ms


def _database(each: Round) -> float:
    return each.database_ms or 0.0


def _whole(each: Round) -> float:
    """Worker and database together: more goods may cost either."""
    return each.worker_ms + (each.database_ms or 0.0)


def _median(leg: Leg, of: Callable[[Round], float]) -> float:
    return median(of(each) for each in leg.rounds)


def _ratio(leg: Leg, other: Leg, of: Callable[[Round], float]) -> float:
    """The median of the ratios round by round: neighbours in time met the same noise."""
    return median(of(a) / of(b) for a, b in zip(leg.rounds, other.rounds, strict=True))
