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

WIDTH, HEIGHT = 1920, 300
K = 2.0  # drawn at twice the size
# A phone shows the middle 780 pixels alone: words and goods stand there.
WORDS = 590
PLACES = (
    (1130, 152, 250, 240), (1290, 112, 150, 150), (1310, 222, 150, 120), (1005, 232, 120, 105),
)


def banner(entry: dict[str, Any], goods: dict[str, Goods]) -> Image.Image:
    """One banner, 1920 x 300: the box in which the published clients show it."""
    rng = Random(entry["picture"])
    a = Art(rng, K, WIDTH, HEIGHT)
    size = a.image.size
    ramp = field(size, lambda x, y: x * 0.8 + y * 0.2, 24)
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
        a.glow(ellipse(x + 8, y + tall / 2 - 6, wide * 0.46, 11), "#35232c", 0.36, 10)
        a.stamp(sprite, x, y, wide, shadow=0.26, lift=(6, 12))
    _words(a, entry)
    return a.image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _scenery(a: Art, entry: dict[str, Any]) -> None:
    soft = lighter(entry["to"], 0.45)
    a.flat(ellipse(1150, 150, 250, 250), soft, 0.55)
    a.flat(ellipse(1150, 150, 200, 200), lighter(entry["to"], 0.65), 0.6)
    floor = spline([(-80, 268), (320, 250), (760, 266), (1200, 240), (1980, 256), (1980, 360),
                    (-80, 360)])
    a.paint(floor, mix(entry["to"], entry["from"], 0.25), darker(entry["to"], 0.16), light=0.15,
            depth=0.1)
    for corner, turn in ((1935, 95), (-15, -5)):
        for i in range(7):
            x, y = polar(corner, -20, 60, turn + i * 16)
            tx, ty = polar(corner, -20, 210, turn + 3 + i * 16)
            a.glow(leaf(x, y, tx, ty, 22), darker(entry["to"], 0.35), 0.24, 5)
    a.glow(ellipse(640, 40, 320, 110), "#ffffff", 0.55, 60)
    for _ in range(26):
        x, y, r = a.rng.uniform(60, 1860), a.rng.uniform(16, 240), a.rng.uniform(2, 7)
        a.flat(ellipse(x, y, r, r), "#ffffff", 0.5)


def _words(a: Art, entry: dict[str, Any]) -> None:
    ink = entry["ink"]
    tag = entry["tag"]
    w = width(tag, 36, "bold", 6) / K + 40
    a.paint(rounded(WORDS, 46, w, 38, 19), ink, mix(ink, entry["to"], 0.25), angle=0, light=0.15)
    write(a.image, (WORDS + w / 2) * K, 65 * K, tag, 36, "#fffaf2", "bold", "mm", 6)
    size = 104
    while width(entry["title"], size, "bold", 4) > 400 * K:
        size -= 4
    write(a.image, (WORDS - 2) * K, 134 * K, entry["title"], size, ink, "bold", "lm", 4)
    size = 44
    while width(entry["subtitle"], size) > 345 * K:
        size -= 2
    write(a.image, WORDS * K, 192 * K, entry["subtitle"], size, mix(ink, entry["to"], 0.22),
          "regular", "lm")
