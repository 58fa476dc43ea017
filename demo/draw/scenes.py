"""The pictures of one product: front, close-up, arrangement, fact card, pattern."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from .backdrops import studio, table
from .canvas import Art
from .cards import fact_card
from .catalogue import Goods
from .colour import TONES
from .holders import FRONTAL, HOLDERS, Place
from .motifs import MOTIFS, Kit, Looks
from .shapes import ellipse

SIDE = 640
NEIGHBOUR = {
    "mint": "sage", "peach": "cream", "sky": "ice", "cream": "peach", "lilac": "rose",
    "rose": "peach", "sand": "cream", "lemon": "mint", "sage": "lemon", "ice": "lilac",
}


def fit(sprite: Image.Image, width: float, height: float) -> float:
    """The width at which the sprite fits into a box."""
    return min(width, height * sprite.width / sprite.height)


def front(rng: Random, goods: Goods, looks: Looks) -> Art:
    """The product alone on a clean stage."""
    a = table(rng, goods.tone, 2) if looks.lying else studio(rng, goods.tone)
    width = fit(looks.hero, looks.hero_size, 740)
    height = width * looks.hero.height / looks.hero.width
    bottom = 868
    if looks.lying:
        a.stamp(looks.hero, 500, 505, width, shadow=0.4, lift=(14, 28))
    else:
        a.glow(ellipse(515, bottom - 26, width * 0.42, 30), "#35232c", 0.46, 16)
        a.glow(ellipse(630, bottom - 16, width * 0.46, 34), "#35232c", 0.2, 30)
        a.stamp(looks.hero, 500, bottom - height / 2, width)
    return a


def closeup(rng: Random, goods: Goods, looks: Looks) -> Art:
    """The cut or detail, large."""
    a = table(rng, NEIGHBOUR[goods.tone], 0 if looks.lying or looks.holder == "shelf" else 2)
    width = fit(looks.cut, looks.cut_size + 60, 860)
    a.stamp(looks.cut, 500, 500, width, shadow=0.42, lift=(16, 30))
    return a


def _slots(rng: Random, looks: Looks, place: Place) -> list[tuple[float, float, float, float]]:
    """Where the pieces of an arrangement go: x, y, scale, turn."""
    out: list[tuple[float, float, float, float]] = []
    n, size = looks.count, looks.size
    if looks.layout == "pile":
        per = max(2, round(place.rx * 2 / (size * 0.82)))
        rows = max(2, math.ceil(n / per))
        for row in range(rows + 1):
            count = per - (rows - row) % 2 - max(0, (rows - row) // 3)
            for i in range(max(1, count)):
                x = place.cx + (i - (count - 1) / 2) * place.rx * 2 / per
                y = place.cy + place.ry * 0.62 - (rows - row) * size * 0.36
                out.append((x + rng.uniform(-10, 10), y + rng.uniform(-8, 8), 1, rng.uniform(-22,
                                                                                             22)))
    elif looks.layout == "ring":
        inner = 1 if n in (3, 5, 7, 8, 9) and n > 3 else 0
        outer = n - inner
        radius = 0.64 if outer > 4 else 0.50
        for i in range(outer):
            ang = math.radians(-90 + i * 360 / outer)
            turn = math.degrees(ang) + 90 if outer > 5 else rng.uniform(-30, 30)
            out.append((place.cx + math.cos(ang) * place.rx * radius,
                        place.cy + math.sin(ang) * place.ry * radius, 1, turn))
        if inner:
            out.append((place.cx, place.cy, 1, rng.uniform(-20, 20)))
    elif looks.layout == "rows":
        per = max(1, round(place.rx * 2 / (size * 1.02)))
        rows = math.ceil(n / per)
        for i in range(n):
            row, col = divmod(i, per)
            x = place.cx + (col - (per - 1) / 2) * size * 1.0
            y = place.cy + (row - (rows - 1) / 2) * min(size * 0.95, place.ry * 1.75 / rows)
            out.append((x, y, 1, rng.uniform(-7, 7)))
    elif looks.layout == "fan":
        for i in range(n):
            t = (i - (n - 1) / 2) / max(1, (n - 1) / 2)
            out.append((place.cx + t * place.rx * 0.62, place.cy + abs(t) * 26 - 10, 1, t * 24))
    elif looks.layout == "stand":
        for row, count in enumerate((n // 2, n - n // 2)):
            for i in range(count):
                x = place.cx + (i - (count - 1) / 2) * size * 1.02
                out.append((x, place.cy - (1 - row) * 44, 0.9 + row * 0.1, 0))
    else:
        for i in range(n):
            ang, r = i * 2.39996, math.sqrt((i + 0.4) / n)
            out.append((place.cx + math.cos(ang) * place.rx * 0.84 * r,
                        place.cy + math.sin(ang) * place.ry * 0.84 * r, 1, rng.uniform(-60, 60)))
    return out


def arrangement(rng: Random, goods: Goods, looks: Looks) -> Art:
    """Many pieces in what they are sold or served in."""
    frontal = looks.holder in FRONTAL
    a = studio(rng, NEIGHBOUR[goods.tone]) if frontal else table(rng, goods.tone, 1)
    place = HOLDERS[looks.holder](a)
    for i, (x, y, k, turn) in enumerate(_slots(rng, looks, place)):
        sprite = looks.pieces[i % len(looks.pieces)]
        width = fit(sprite, looks.size * k,
                    looks.size * k * (2.9 if looks.layout == "stand" else 1.9))
        if looks.layout == "stand":
            y -= width * sprite.height / sprite.width / 2
            a.glow(ellipse(x + 6, place.cy - (44 if k < 1 else 0) - 8, width * 0.48, 14), "#33222c",
                   0.45, 9)
        a.stamp(sprite, x, y, width, turn, shadow=0.4, lift=(7, 14))
    if place.front:
        place.front()
    return a


def pattern(rng: Random, goods: Goods, looks: Looks) -> Art:
    """A loose flat lay over the whole picture."""
    a = table(rng, NEIGHBOUR[NEIGHBOUR[goods.tone]], 0)
    sprites = [*looks.pieces, looks.cut] if len(looks.pieces) < 2 else looks.pieces
    for row in range(4):
        for col in range(4):
            x = 95 + col * 290 + (145 if row % 2 else 0) - 40
            y = 110 + row * 262
            sprite = sprites[(row + col) % len(sprites)]
            width = fit(sprite, 235, 225) * rng.uniform(0.92, 1.08)
            a.stamp(sprite, x, y, width, rng.uniform(-38, 38), (row + col) % 2 == 1, shadow=0.4,
                    lift=(10, 18))
    return a


def card(rng: Random, goods: Goods, looks: Looks) -> Art:
    """The fact card: name, origin, weight beside the product."""
    a = table(rng, goods.tone, 0)
    fact_card(a, goods, looks.hero, TONES[goods.tone])
    return a


SCENES = (front, closeup, arrangement, card, pattern)


def looks_of(goods: Goods, salt: str = "") -> Looks:
    """The sprites of a product; the same every time."""
    return MOTIFS[goods.art["motif"]](Kit(Random(f"{goods.sn}{salt}"), goods.art))


def pictures(goods: Goods) -> list[Image.Image]:
    """All pictures of a product, 640 x 640."""
    looks = looks_of(goods)
    out = []
    for index in range(goods.pictures):
        scene = SCENES[index](Random(f"{goods.sn}-{index + 1}"), goods, looks)
        out.append(scene.image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return out
