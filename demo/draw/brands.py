"""Small logos of the invented brands."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from .canvas import Art
from .catalogue import Brand
from .colour import lighter, mix
from .fonts import width, write
from .shapes import ellipse, leaf, polar, ribbon, spline

K = 4.0  # drawn at 1200 x 600 pixels


def _leaf(a: Art, c: str, d: str) -> None:
    a.flat(leaf(30, 100, 82, 42, 19, 4), c)
    a.flat(leaf(44, 104, 96, 86, 12, -3), d)
    a.flat(ribbon([(34, 97), (56, 74), (74, 52)], 1.6, 0.8), "#ffffff", 0.8)


def _citrus(a: Art, c: str, d: str) -> None:
    a.flat(ellipse(60, 78, 33), c)
    a.flat(ellipse(60, 78, 27), "#fff7e6")
    for i in range(8):
        p = [polar(60, 78, 5, i * 45 + 22), polar(60, 78, 24, i * 45 + 6), polar(60, 78, 24,
                                                                                 i * 45 + 39)]
        a.flat(p, c)
    a.flat(leaf(64, 46, 92, 30, 9), d)


def _berry(a: Art, c: str, d: str) -> None:
    a.flat(spline([(60, 54), (88, 56), (84, 86), (60, 112), (36, 86), (32, 56)]), c)
    for x, y in ((50, 70), (68, 68), (58, 84), (72, 84), (48, 88), (60, 98)):
        a.flat(ellipse(x, y, 2.2, 3), "#fff0c8")
    for i in range(5):
        a.flat(leaf(60, 54, *polar(60, 54, 24, 200 + i * 35), 6), d)


def _sun(a: Art, c: str, d: str) -> None:
    a.flat(ellipse(60, 66, 22), c)
    for i in range(9):
        a.flat(leaf(*polar(60, 66, 27, 180 + i * 22.5), *polar(60, 66, 40, 180 + i * 22.5), 4), c)
    a.flat(spline([(18, 84), (40, 76), (60, 84), (82, 76), (104, 84), (98, 112), (22, 112)]), d)


def _wave(a: Art, c: str, d: str) -> None:
    a.flat(ellipse(60, 76, 36), c)
    a.flat(ellipse(74, 60, 9), d)
    for y in (78, 92):
        a.flat(ribbon([(26, y), (42, y - 9), (58, y + 2), (76, y - 9), (95, y)], 3, 3), "#ffffff")


def _fish(a: Art, c: str, d: str) -> None:
    a.flat(leaf(20, 78, 92, 78, 24), c)
    a.flat(spline([(82, 78), (104, 58), (100, 78), (104, 98)]), d)
    a.flat(ellipse(38, 73, 4), "#ffffff")
    for x in (54, 66):
        a.flat(ribbon([(x, 66), (x - 5, 78), (x, 90)], 1.8, 1.8), "#ffffff", 0.8)


def _shell(a: Art, c: str, d: str) -> None:
    pts = [polar(60, 100, 56, 205 + i * 13) for i in range(11)]
    a.flat([(52, 108), *pts, (68, 108)], c)
    for i in range(1, 10, 2):
        x, y = polar(60, 100, 50, 205 + i * 13)
        a.flat(ribbon([(60, 106), ((60 + x) / 2, (106 + y) / 2), (x, y)], 0.8, 2.4), "#fff6ec")
    a.flat(ellipse(60, 108, 8), d)


def _hill(a: Art, c: str, d: str) -> None:
    a.flat(spline([(16, 110), (40, 62), (62, 84), (80, 54), (104, 110)], steps=6), d)
    a.flat(spline([(16, 112), (44, 88), (76, 98), (104, 84), (104, 112)], steps=6), c)
    a.flat(ellipse(58, 50, 11), c)


def _flame(a: Art, c: str, d: str) -> None:
    a.flat(spline([(60, 36), (74, 60), (90, 78), (80, 106), (60, 114), (38, 106), (32, 82), (48,
                                                                                           66)]), c)
    a.flat(spline([(60, 70), (72, 88), (66, 106), (52, 106), (48, 90)]), d)


def _sprout(a: Art, c: str, d: str) -> None:
    a.flat(ribbon([(60, 112), (58, 84), (60, 62)], 3.4, 2.4), c)
    a.flat(leaf(60, 72, 98, 46, 14, -5), c)
    a.flat(leaf(60, 78, 24, 56, 13, 5), mix(c, "#ffffff", 0.25))
    a.flat(ellipse(60, 113, 26, 5), d)


def _drop(a: Art, c: str, d: str) -> None:
    a.flat(spline([(60, 34), (80, 68), (90, 88), (78, 110), (60, 115), (42, 110), (30, 88), (40,
                                                                                           68)]), c)
    a.flat(leaf(44, 100, 76, 76, 9), d)
    a.flat(ellipse(48, 80, 4, 9, 20), "#ffffff", 0.7)


def _mushroom(a: Art, c: str, d: str) -> None:
    a.flat(spline([(50, 78), (70, 78), (74, 110), (46, 110)]), d)
    a.flat(spline([(22, 82), (30, 54), (60, 40), (90, 54), (98, 82), (60, 88)]), c)
    for x, y, r in ((46, 62, 5), (66, 56, 6), (80, 70, 4)):
        a.flat(ellipse(x, y, r), "#fff6e2")


def _grain(a: Art, c: str, d: str) -> None:
    a.flat(ribbon([(58, 116), (58, 80), (66, 40)], 2, 1.4), d)
    for i in range(5):
        y = 50 + i * 13
        for s in (-1, 1):
            a.flat(leaf(64 - i, y + 10, 64 - i + s * 22, y - 6, 6), c)


KINDS: dict[str, Callable[[Art, str, str], None]] = {
    "leaf": _leaf, "citrus": _citrus, "berry": _berry, "sun": _sun, "wave": _wave, "fish": _fish,
    "shell": _shell, "hill": _hill, "flame": _flame, "sprout": _sprout, "drop": _drop,
    "mushroom": _mushroom, "grain": _grain,
}


def brand(entry: Brand) -> Image.Image:
    """One logo, 300 x 150."""
    a = Art(Random(entry.name), K, 300, 150)
    colour, accent = entry.logo["color"], entry.logo["accent"]
    a.image.paste((*lighter(colour, 0.93), 255), (0, 0, *a.image.size))
    KINDS[entry.logo["kind"]](a, colour, accent)
    size = 176
    while width(entry.name, size, "bold", 8) > 160 * K:
        size -= 6
    write(a.image, 124 * K, 70 * K, entry.name, size, mix(colour, "#2a2020", 0.35), "bold", "lm", 8)
    a.flat(ribbon([(125, 103), (156, 103), (188, 103)], 1.6, 1.6), accent)
    return a.image.convert("RGB").resize((300, 150), Image.Resampling.LANCZOS)
