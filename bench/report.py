"""The table for people."""

import unicodedata
from collections.abc import Iterable

from .endpoints import WORKER_MB_LIMIT
from .results import Ratio, Row

# Heading and width; text on the left, numbers on the right.
COLUMNS = (
    ("endpoint", -32), ("goods", 6), ("floor", 7), ("django", 7), ("shop", 7), ("db", 7),
    ("req/s", 7), ("×django", 8), ("target", -21), ("×60", 6), ("target", -21),
)  # fmt: skip


def table(rows: list[Row], memory_mb: float, cache: str) -> str:
    lines = []
    for engine in dict.fromkeys(row.engine for row in rows):
        for is_cached in (False, True):
            section = [row for row in rows if (row.engine, row.is_cached) == (engine, is_cached)]
            if not section:
                continue
            lines += ["", f"{engine}, cache {f'on ({cache})' if is_cached else 'off'}; "
                          "CPU milliseconds per request"]  # fmt: skip
            lines.append(_line(heading for heading, _ in COLUMNS))
            lines += [_line(_cells(row)) for row in section]
    memory = Ratio(memory_mb, WORKER_MB_LIMIT)
    lines += ["", f"largest worker: {memory_mb:.0f} MB resident at its peak  {memory.verdict()}"]
    judged = [
        (
            (row.endpoint, "on" if row.is_cached else "off", unit),
            f"{row.engine}, {row.goods:,}",
            ratio,
        )
        for row in rows
        for unit, ratio in (("× django", row.beside_django), ("× 60 goods", row.beside_small))
        if ratio and ratio.limit
    ]
    missed = [each for each in judged if not each[2].is_met]
    met = len(judged) - len(missed) + memory.is_met
    lines += ["", f"targets: {met} met, {len(judged) + 1 - met} missed"]
    if missed:
        lines.append("the worst of each kind:")
    worst = {kind: (where, ratio) for kind, where, ratio in sorted(missed, key=_value)}
    for (endpoint, cache_is, unit), (where, ratio) in sorted(worst.items()):
        lines.append(f"  {endpoint}, cache {cache_is}: {ratio.value:.2f} {unit}, "
                     f"{ratio.verdict()} ({where} goods)")  # fmt: skip
    return "\n".join(lines)


def _value(judged: tuple[object, str, Ratio]) -> float:
    return judged[2].value


def _cells(row: Row) -> list[str]:
    growth = row.beside_small
    return [
        row.endpoint,
        f"{row.goods:,}",
        _number(row.floor_ms, 3),
        _number(row.django_ms, 3),
        _number(row.shop_ms, 2),
        _number(row.database_ms, 2),
        _number(row.per_second, 0),
        _number(row.beside_django.value, 2),
        row.beside_django.verdict(),
        _number(growth.value if growth else None, 2),
        growth.verdict() if growth else "",
    ]


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _line(cells: Iterable[str]) -> str:
    padded = []
    for text, (_, width) in zip(cells, COLUMNS, strict=True):
        # A Chinese character takes two columns of a terminal.
        shown = len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)
        space = " " * max(0, abs(width) - shown)
        padded.append(text + space if width < 0 else space + text)
    return " ".join(padded).rstrip()
