"""The fact card: paper with the product's name, origin and weight."""

from __future__ import annotations

from PIL import Image

from .canvas import Art
from .catalogue import Goods
from .colour import darker, mix
from .fonts import width, write
from .shapes import ellipse, ribbon, rounded


def fact_card(a: Art, goods: Goods, hero: Image.Image, tone: tuple[str, str, str, str]) -> None:
    """Draw the card and the product beside it."""
    k = a.k
    ink = darker(tone[2], 0.86)
    accent = darker(mix(tone[2], "#d9803a", 0.25), 0.42)
    a.glow(rounded(82, 92, 852, 842, 36), "#35232c", 0.28, 26)
    a.paint(rounded(70, 70, 860, 850, 34), "#fffefb", "#f8f4ec", light=0.12, depth=0.02)
    a.flat(ellipse(500, 365, 252, 252), tone[1], 0.85)
    a.flat(ellipse(500, 365, 226, 226), tone[0], 0.9)
    w = min(500, 440 * hero.width / hero.height)
    a.glow(ellipse(505, 365 + w * hero.height / hero.width * 0.46, w * 0.42, 22), "#35232c", 0.3,
           16)
    a.stamp(hero, 500, 365, w, shadow=0.25, lift=(8, 18))
    size = 62
    title = goods.art["short"]
    while width(title, int(size * k), "bold", 6) > 780 * k:
        size -= 3
    write(a.image, 500 * k, 668 * k, title, int(size * k), ink, "bold", "mm", 6)
    a.flat(ribbon([(430, 718), (500, 718), (570, 718)], 3, 3), accent)
    rows = (("产地", goods.art["origin"]), ("规格", goods.art["weight"]))
    for i, (label, text) in enumerate(rows):
        x = 122 + i * 388
        a.flat(rounded(x, 752, 368, 112, 22), tone[0])
        write(a.image, (x + 184) * k, 784 * k, label, int(25 * k), accent, "regular", "mm", 8)
        size = 38
        while width(text, int(size * k), "bold") > 340 * k:
            size -= 2
        write(a.image, (x + 184) * k, 828 * k, text, int(size * k), ink, "bold", "mm")
