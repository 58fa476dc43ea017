"""One picture of a run: what each request costs, and the target beside it."""

from collections.abc import Iterator
from html import escape

from ..lab.runner import OTHER, Outcome, Result
from ..scenarios.model import CPU_MS

PARTS = (("workers ms", "#2f6f9f"), ("MariaDB ms", "#d98e3c"), ("Redis ms", "#a03c3c"))
LEFT, WIDTH, ROW, TOP = 330, 560, 24, 64
FONT = 'font-family="Helvetica, Arial, Noto Sans CJK SC, sans-serif"'


def chart(outcome: Outcome, about: str) -> str:
    """Return an SVG: a bar for each scenario that has a cost, in the order of the table."""
    results = [result for result in outcome.results if result.value(CPU_MS) is not None]
    most = max(max(_values(result)) for result in results)
    height = TOP + ROW * len(results) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 110}" height="{height}"'
        f' {FONT} font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        '<text x="12" y="20" font-size="15">CPU milliseconds of a request</text>',
        f'<text x="12" y="38" fill="#666666">{escape(about)}</text>',
        *_legend(),
    ]
    for place, result in enumerate(results):
        lines += _row(result, TOP + ROW * place, WIDTH / most)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _values(result: Result) -> Iterator[float]:
    for value in (result.value(CPU_MS), result.value(CPU_MS, OTHER), _limit(result)):
        if value is not None:
            yield value


def _limit(result: Result) -> float | None:
    return next((t.limit for t in result.scenario.targets if t.unit == CPU_MS), None)


def _legend() -> Iterator[str]:
    for place, (name, colour) in enumerate(PARTS):
        x = LEFT + 95 * place
        yield f'<rect x="{x}" y="46" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="55">{name.removesuffix(" ms")}</text>'
    x = LEFT + 95 * len(PARTS)
    yield f'<path d="M{x} 44v14" stroke="#111111" stroke-width="2"/>'
    yield f'<text x="{x + 8}" y="55">target</text>'
    yield f'<rect x="{x + 70}" y="46" width="10" height="10" fill="none" stroke="#999999"/>'
    yield f'<text x="{x + 84}" y="55">the other checkout</text>'


def _row(result: Result, y: float, scale: float) -> Iterator[str]:
    name = escape(result.scenario.name)
    yield f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{name}</text>'
    x = float(LEFT)
    for unit, colour in PARTS:
        width = scale * (result.value(unit) or 0.0)
        yield f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="15" fill="{colour}"/>'
        x += width
    other, limit = result.value(CPU_MS, OTHER), _limit(result)
    if other is not None:
        yield (
            f'<rect x="{LEFT}" y="{y + 2}" width="{scale * other:.1f}" height="19" fill="none"'
            ' stroke="#999999"/>'
        )
        x = max(x, LEFT + scale * other)
    if limit is not None:
        at = LEFT + scale * limit
        yield f'<path d="M{at:.1f} {y + 1}v21" stroke="#111111" stroke-width="2"/>'
        x = max(x, at)
    yield f'<text x="{x + 6:.1f}" y="{y + 15}">{result.value(CPU_MS):.2f}</text>'
