"""Backdrops of the scenes: a lit studio wall with a floor, or a table top."""

from __future__ import annotations

from random import Random

from PIL import Image

from .canvas import Art, field
from .colour import TONES, darker, lighter, mix, rgb
from .shapes import ellipse, leaf, polar, ribbon, spline

SCALE = 1.28  # a scene is drawn at 1280 x 1280 pixels and reduced to 640


def _fill(a: Art, top: str, bottom: str) -> None:
    size = a.image.size
    ramp = field(size, lambda x, y: y * 0.85 + x * 0.15, 24)
    base = Image.composite(Image.new("RGB", size, rgb(bottom)), Image.new("RGB", size, rgb(top)),
                           ramp)
    a.image = base.convert("RGBA")


def vignette(a: Art, alpha: float = 0.20) -> None:
    """Light from the upper left, a little darker in the opposite corner."""
    a.glow(ellipse(250, 200, 420, 340), "#ffffff", 0.5, 120)
    a.glow(ellipse(1000, 1020, 360, 280), "#4a3550", alpha, 120)


def studio(rng: Random, tone: str) -> Art:
    """Wall, floor and a pale disc behind the product."""
    wall, low, floor, disc = TONES[tone]
    a = Art(rng, SCALE)
    _fill(a, wall, low)
    a.paint(ellipse(500, 430, 372, 372), disc, mix(disc, low, 0.55), angle=70, light=0.12,
            depth=0.05)
    ground = a.flat([(0, 740), (1000, 740), (1000, 1000), (0, 1000)], floor)
    a.glow([(0, 736), (1000, 736), (1000, 770), (0, 770)], darker(floor, 0.25), 0.35, 16, ground)
    a.glow(ellipse(500, 860, 470, 80), lighter(floor, 0.75), 0.8, 60, ground)
    vignette(a, 0.16)
    return a


def table(rng: Random, tone: str, style: int) -> Art:
    """A table seen from above: plain, with linen, or with soft window light."""
    wall, low, floor, disc = TONES[tone]
    a = Art(rng, SCALE)
    _fill(a, lighter(low, 0.25), floor)  # type: ignore[arg-type]
    if style % 3 == 0:
        for i in range(3):
            x = 120 + i * 300
            a.glow([(x, -50), (x + 170, -50), (x + 620, 1050), (x + 450, 1050)], "#ffffff", 0.26,
                   26)
    elif style % 3 == 1:
        cloth = spline([(-80, 240), (300, 130), (700, 190), (1100, 60), (1100, 900), (700, 980),
                        (300, 900), (-80, 1010)])
        r = a.paint(cloth, lighter(disc, 0.5), mix(disc, low, 0.5), angle=60, light=0.25,
                    depth=0.02)
        for i in range(9):
            y = 130 + i * 100
            a.glow(ribbon([(-40, y + 70), (300, y), (700, y + 40), (1050, y - 70)], 5, 5),
                   darker(floor, 0.35), 0.16, 12, r)
        for off in (38, 58):
            a.flat(ribbon([(-80, 240 + off), (300, 130 + off), (700, 190 + off), (1100, 60 + off)],
                          4, 4),
                   darker(floor, 0.2), 0.5, r)
    else:
        a.paint(ellipse(500, 510, 440, 440), lighter(disc, 0.3), mix(wall, low, 0.5), angle=60,
                light=0.15, depth=0.04)
        shade = darker(floor, 0.45)
        for i in range(7):
            p, q = polar(1040, -30, 120 + i * 40, 150 + i * 6), polar(1040, -30, 430, 105 + i * 15)
            a.glow(leaf(*p, *q, 40), shade, 0.2, 16)
    vignette(a, 0.18)
    return a
