"""The table for people."""

import unicodedata
from collections.abc import Iterable

from ..lab.runner import OTHER, Outcome, Result
from ..scenarios.model import CPU_MS, Target

WORKER_MB_LIMIT = 120
# Heading and width; text on the left, numbers on the right.
COLUMNS = (
    ("scenario", -40), (CPU_MS, 8), ("workers", 8), ("MariaDB", 8), ("Redis", 7), ("p50 ms", 8),
    ("p99 ms", 8), ("per s", 7), ("other", 8), ("× other", 8),
)  # fmt: skip
UNITS = ("CPU ms", "workers ms", "MariaDB ms", "Redis ms", "p50 ms", "p99 ms", "per second")


def table(outcome: Outcome) -> str:
    lines, spec = [], None
    for result in outcome.results:
        if result.scenario.shop != spec:
            spec = result.scenario.shop
            kept = "answers kept" if spec.cache else "nothing kept"
            engine = "SQLite" if spec.sqlite else f"MariaDB {outcome.mariadb}"
            lines += ["", f"{spec.goods:,} goods, {kept}, {engine}; milliseconds"]
            lines.append(_line(heading for heading, _ in COLUMNS).rstrip())
        lines.append(_line(_cells(result)).rstrip())
        lines += [f"    {text}" for text in _others(result)]
    lines += ["", *targets(outcome)]
    return "\n".join(lines)


def targets(outcome: Outcome) -> list[str]:
    """Return the verdicts, those that are missed first and by how much."""
    judged = [
        (result.scenario.name, target, value)
        for result in outcome.results
        for target, value in result.judged()
    ]
    memory = Target(WORKER_MB_LIMIT, "MB of a worker")
    judged.append(("largest worker", memory, outcome.worker_mb))
    missed = [each for each in judged if not each[1].is_met(each[2])]
    missed.sort(key=lambda each: -each[1].missed_by(each[2]))
    met = [each for each in judged if each[1].is_met(each[2])]
    lines = [f"targets: {len(met)} met, {len(missed)} missed"]
    lines += [
        f"  missed by {target.missed_by(value):4.0%}: {verdict(name, target, value)}"
        for name, target, value in missed
    ]
    return [*lines, *(f"  met:            {verdict(*each)}" for each in met)]


def verdict(name: str, target: Target, value: float) -> str:
    sign = "≥" if target.is_least else "≤"
    return f"{name}: {value:,.2f} {target.unit} ({sign} {target.limit:,g})"


def _cells(result: Result) -> list[str]:
    values = result.values()
    other = result.value(CPU_MS, OTHER)
    return [
        result.scenario.name,
        *(_number(values.get(unit)) for unit in UNITS),
        _number(other),
        _number(result.ratio(CPU_MS)),
    ]


def _others(result: Result) -> list[str]:
    """Figures that have no column."""
    lines = []
    for unit, value in result.values().items():
        if unit in UNITS:
            continue
        text = f"{unit}: {value:,.2f}"
        if (other := result.value(unit, OTHER)) is not None:
            text += f"   (other {other:,.2f})"
        lines.append(text)
    return lines


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def _line(cells: Iterable[str]) -> str:
    padded = []
    for text, (_, width) in zip(cells, COLUMNS, strict=True):
        # A Chinese character takes two columns of a terminal.
        shown = len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)
        space = " " * max(0, abs(width) - shown)
        padded.append(text + space if width < 0 else space + text)
    return " ".join(padded)
