"""The wide banners of the index page."""

from __future__ import annotations

from random import Random
from typing import Any

from PIL import Image

from .canvas import Art, field
from .catalogue import Goods
from .colour import darker, lighter, mix, rgb
from .fonts import width, write
from .scenes import fit, looks_of
from .shapes import ellipse, leaf, polar, rounded, spline

K = 2.0  # drawn at 2400 x 800 pixels
PLACES = ((800, 205, 330, 330), (1020, 150, 200, 210), (1075, 300, 210, 180), (655, 318, 150, 140))


def banner(entry: dict[str, Any], goods: dict[str, Goods]) -> Image.Image:
    """One banner, 1200 x 400."""
    rng = Random(entry["picture"])
    a = Art(rng, K, 1200, 400)
    size = a.image.size
    ramp = field(size, lambda x, y: x * 0.75 + y * 0.25, 24)
    a.image = Image.composite(
        Image.new("RGB", size, rgb(entry["to"])), Image.new("RGB", size, rgb(entry["from"])), ramp
    ).convert("RGBA")
    _scenery(a, entry)
    order = (1, 3, 2, 0)
    for i in order:
        if i >= len(entry["art"]):
            continue
        x, y, w, h = PLACES[i]
        looks = looks_of(goods[entry["art"][i]])
        sprite = looks.hero if i == 0 or not looks.lying else looks.cut if i == 3 else looks.hero
        wide = fit(sprite, w, h)
        tall = wide * sprite.height / sprite.width
        a.glow(ellipse(x + 8, y + tall / 2 - 6, wide * 0.46, 13), "#35232c", 0.36, 10)
        a.stamp(sprite, x, y, wide, shadow=0.26, lift=(6, 12))
    _words(a, entry)
    return a.image.convert("RGB").resize((1200, 400), Image.Resampling.LANCZOS)


def _scenery(a: Art, entry: dict[str, Any]) -> None:
    soft = lighter(entry["to"], 0.45)
    a.flat(ellipse(835, 205, 250, 250), soft, 0.55)
    a.flat(ellipse(835, 205, 205, 205), lighter(entry["to"], 0.65), 0.6)
    floor = spline([(-60, 352), (200, 330), (520, 350), (860, 318), (1260, 338), (1260, 460),
                    (-60, 460)])
    a.paint(floor, mix(entry["to"], entry["from"], 0.25), darker(entry["to"], 0.16), light=0.15,
            depth=0.1)
    for i in range(7):
        x, y = polar(1210, -20, 60, 95 + i * 16)
        tx, ty = polar(1210, -20, 210, 98 + i * 16)
        a.glow(leaf(x, y, tx, ty, 22), darker(entry["to"], 0.35), 0.28, 5)
    a.glow(ellipse(180, 60, 300, 120), "#ffffff", 0.55, 60)
    for _ in range(16):
        x, y, r = a.rng.uniform(440, 1180), a.rng.uniform(20, 330), a.rng.uniform(2, 7)
        a.flat(ellipse(x, y, r, r), "#ffffff", 0.5)


def _words(a: Art, entry: dict[str, Any]) -> None:
    ink = entry["ink"]
    tag = entry["tag"]
    w = width(tag, 40, "bold", 6) / K + 44
    a.paint(rounded(72, 78, w, 42, 21), ink, mix(ink, entry["to"], 0.25), angle=0, light=0.15)
    write(a.image, (72 + w / 2) * K, 99 * K, tag, 40, "#fffaf2", "bold", "mm", 6)
    size = 124
    while width(entry["title"], size, "bold", 4) > 520 * K:
        size -= 4
    write(a.image, 70 * K, 184 * K, entry["title"], size, ink, "bold", "lm", 4)
    size = 50
    while width(entry["subtitle"], size) > 500 * K:
        size -= 2
    write(a.image, 73 * K, 252 * K, entry["subtitle"], size, mix(ink, entry["to"], 0.22), "regular",
          "lm")
    a.paint(rounded(72, 290, 132, 44, 22), "#ffffff", "#fff6ea", light=0.2)
    write(a.image, 138 * K, 312 * K, "去看看 ›", 40, ink, "bold", "mm")
