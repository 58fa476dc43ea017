"""A bar for each day, as numbers for an inline SVG: the server draws, no script does."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .figures import Day

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 12, 24
LINES = 4
LABEL_EVERY = 5  # days


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Of a day; ``label`` is empty for days whose name has no room. Lengths in SVG units."""

    day: Day
    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """A horizontal line with its value."""

    y: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """All that the template needs."""

    bars: list[Bar]
    lines: list[Line]
    is_money: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 7


def chart_of(days: Sequence[Day]) -> Chart:
    """Return the chart of what was paid on each day, or of the orders where money is not shown."""
    is_money = days[-1].money is not None
    values = [Decimal(day.orders if day.money is None else day.money) for day in days]
    top = round_up(max(values))
    room = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / len(days)
    bars = []
    for number, (day, value) in enumerate(zip(days, values, strict=True)):
        height = float(value / top) * room
        from_today = len(days) - 1 - number
        bars.append(Bar(
            day=day,
            x=round(LEFT + step * number + step * 0.15, 1), width=round(step * 0.7, 1),
            y=round(HEIGHT - BOTTOM - height, 1), height=round(height, 1),
            middle=round(LEFT + step * (number + 0.5), 1),
            label=f"{day.day:%m-%d}" if from_today % LABEL_EVERY == 0 else "",
            is_today=from_today == 0,
        ))  # fmt: skip
    lines = [
        Line(y=round(HEIGHT - BOTTOM - room * n / LINES, 1), text=_short(top * n / LINES))
        for n in range(LINES + 1)
    ]
    return Chart(bars=bars, lines=lines, is_money=is_money)


def round_up(value: Decimal) -> Decimal:
    """Return the next round number that 4 divides: at least the given one, and at least 4."""
    if value <= 12:
        return next(Decimal(top) for top in (4, 8, 12) if top >= value)
    tenth = Decimal(10) ** (value.adjusted() - 1)
    return next(tenth * n for n in (12, 16, 20, 28, 40, 60, 80, 100) if tenth * n >= value)


def _short(value: Decimal) -> str:
    return f"{value:,.0f}"
