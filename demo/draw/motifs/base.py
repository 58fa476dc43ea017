"""What a motif receives and what it gives back, and the details many motifs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from PIL import Image

from ..canvas import Art, Region
from ..colour import Colour, darker, lighter
from ..shapes import Poly, ellipse, leaf, polar, ribbon


@dataclass
class Kit:
    """The seeded randomness and the ``art`` table of one product."""

    rng: Random
    art: dict[str, str] = field(default_factory=dict)

    def canvas(self, k: float = 1.0, w: float = 1000, h: float = 1000) -> Art:
        """An empty sprite."""
        return Art(self.rng, k, w, h)


@dataclass
class Looks:
    """The sprites of a product and how its arrangement is laid out."""

    hero: Image.Image
    cut: Image.Image
    pieces: list[Image.Image]
    layout: str = "scatter"  # pile, ring, rows, scatter, fan, stand
    holder: str = "plate"  # plate, board, crate, basket, tray, ice, bowl, steamer, cloth
    size: float = 200  # width of a piece in the arrangement
    count: int = 12
    lying: bool = False  # seen from above: drop shadow instead of floor shadow
    hero_size: float = 640
    cut_size: float = 780


Motif = Callable[[Kit], Looks]
MOTIFS: dict[str, Motif] = {}


def motif(name: str) -> Callable[[Motif], Motif]:
    """Register a motif under the name the catalogue uses."""

    def register(function: Motif) -> Motif:
        MOTIFS[name] = function
        return function

    return register


def green_leaf(
    a: Art, x0: float, y0: float, x1: float, y1: float, width: float, bend: float = 0,
    colour: Colour = "#4f9a45", veins: int = 5,
) -> Region:
    """A leaf with a midrib and side veins."""
    area = a.paint(leaf(x0, y0, x1, y1, width, bend), lighter(colour, 0.15), darker(colour, 0.3),
                   angle=60, light=0.5, depth=0.2)
    dx, dy = x1 - x0, y1 - y0
    length = (dx * dx + dy * dy) ** 0.5 or 1
    nx, ny = -dy / length, dx / length
    rib = lighter(colour, 0.45)

    def at(t: float, side: float = 0) -> tuple[float, float]:
        b = bend * 4 * t * (1 - t)
        return x0 + dx * t + nx * (b + side), y0 + dy * t + ny * (b + side)

    w = max(1.5, width * 0.045)
    a.flat(ribbon([at(0), at(0.35), at(0.7), at(0.97)], w, w * 0.3), rib, 0.8, area)
    for i in range(veins):
        t = 0.14 + 0.66 * i / max(1, veins - 1)
        for s in (-1, 1):
            a.flat(ribbon([at(t), at(t + 0.08, s * width * 0.5), at(t + 0.17, s * width)],
                          w * 0.6, w * 0.2), rib, 0.45, area)
    return area


def gloss(a: Art, x: float, y: float, rx: float, ry: float, rot: float = -35,
          alpha: float = 0.7, clip: Region | None = None) -> None:
    """A wet highlight: a broad veil and a small bright core."""
    a.glow(ellipse(x, y, rx, ry, rot), "#ffffff", alpha * 0.55, rx * 0.28, clip)
    a.glow(ellipse(x - rx * 0.1, y - ry * 0.1, rx * 0.5, ry * 0.42, rot), "#ffffff", alpha,
           rx * 0.09, clip)


def floor_shade(a: Art, x: float, y: float, rx: float, ry: float, alpha: float = 0.3) -> None:
    """A small contact shadow inside a sprite."""
    a.glow(ellipse(x, y, rx, ry), "#2d1f24", alpha, ry * 0.8)


def spokes(
    a: Art, cx: float, cy: float, r0: float, r1: float, count: int, colour: Colour,
    width: float, clip: Region | None = None, alpha: float = 0.6, jitter: float = 0.0,
) -> None:
    """Radial lines, as in cut fruit."""
    for i in range(count):
        angle = 360 * i / count + a.rng.uniform(-jitter, jitter)
        a.flat(ribbon([polar(cx, cy, r0, angle), polar(cx, cy, (r0 + r1) / 2, angle),
                       polar(cx, cy, r1, angle)], width * 0.4, width), colour, alpha, clip)


def tied(a: Art, y: float, x0: float, x1: float, colour: Colour, thick: float = 9) -> None:
    """A string around something."""
    a.paint(ribbon([(x0, y - 4), ((x0 + x1) / 2, y + 14), (x1, y - 4)], thick, thick), colour,
            light=0.6, depth=0.3)


def sheet(points: Poly, dx: float, dy: float) -> Poly:
    """The same outline, shifted: the visible thickness of a slice."""
    return [(x + dx, y + dy) for x, y in points]
