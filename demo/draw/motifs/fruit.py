"""Fruit from vines, trees and bushes."""

from __future__ import annotations

import math

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, green_leaf, motif, spokes


def _grape(kit: Kit, a_colour: str, b_colour: str) -> Image.Image:
    a = kit.canvas(0.32)
    r = a.paint(ellipse(500, 500, 400, 440, 8, 0.01, kit.rng), a_colour, b_colour,
                radial=(0.38, 0.32), light=0.55, depth=0.26)
    a.glow(ellipse(620, 700, 220, 150, -40), "#f6ffc0", 0.55, 70, r)
    a.glow(ellipse(430, 420, 300, 280), "#ffffff", 0.16, 90, r)
    gloss(a, 360, 300, 110, 70, -40, 0.85, r)
    return a.trimmed()


@motif("grapes")
def grapes(kit: Kit) -> Looks:
    """A bunch of pale green grapes."""
    rng = kit.rng
    tones = [("#dcea8a", "#8fb23c"), ("#d2e47c", "#7fa634"), ("#e6efa0", "#a2bd49")]
    balls = [_grape(kit, *t) for t in tones]

    def bunch(n_rows: int, size: float) -> Image.Image:
        a = kit.canvas(1.0)
        a.paint(ribbon([(520, 30), (505, 110), (500, 240)], 16, 10), "#9a8a4a", "#6f7a35")
        a.paint(ribbon([(400, 70), (510, 84), (610, 60)], 12, 12), "#a08d50", "#77753a")
        green_leaf(a, 540, 150, 790, 130, 78, -10, "#5b9c46")
        spots = []
        for row in range(n_rows):
            t = row / (n_rows - 1)
            half = 300 * math.sin(math.pi * (0.30 + 0.66 * t)) ** 0.8 + 8
            y = 200 + t * 680
            n = max(1, round(half * 2 / (size * 0.72)))
            for i in range(n):
                x = 500 + (i - (n - 1) / 2) * size * 0.74 + rng.uniform(-12, 12)
                spots.append((x, y + rng.uniform(-12, 12), rng.random()))
        rng.shuffle(spots)
        spots.sort(key=lambda s: (s[2] > 0.45, s[1]))
        for x, y, _ in spots:
            a.stamp(rng.choice(balls), x, y, size * rng.uniform(0.92, 1.06), rng.uniform(-20, 20),
                    shadow=0.32, tint="#3f5a10", lift=(4, 8))
        return a.trimmed()

    cut = kit.canvas()
    r = cut.paint(ellipse(400, 520, 330, 370, -12), "#b4cd5c", "#86a93a", light=0.6)
    r = cut.paint(ellipse(400, 520, 312, 352, -12), "#eef5bd", "#c9dd7a", radial=(0.5, 0.5),
                  light=0.3, depth=0.1, grain=0.05)
    spokes(cut, 400, 520, 40, 330, 9, "#f9fde0", 9, r, 0.16, 9)
    cut.glow(ellipse(400, 520, 70, 190, -12), "#fbffe0", 0.8, 30, r)
    gloss(cut, 290, 330, 90, 40, -40, 0.7, r)
    cut.stamp(balls[0], 760, 640, 400, 14, shadow=0.35)
    cut.stamp(balls[2], 690, 280, 330, -20, shadow=0.3)
    return Looks(bunch(8, 136), cut.trimmed(), [bunch(7, 150), bunch(7, 146)], "pile", "basket",
                 300, 5, True, 700)


def _apple(kit: Kit, leafy: bool = True) -> Image.Image:
    rng = kit.rng
    a = kit.canvas(0.8)
    body = spline([(500, 215), (600, 175), (760, 200), (868, 350), (858, 560), (760, 780),
                   (630, 878), (500, 858), (370, 878), (240, 780), (142, 560), (132, 350),
                   (240, 200), (400, 175)])
    r = a.paint(body, "#e2503c", "#9c1722", radial=(0.36, 0.32), light=0.55, depth=0.24)
    a.glow(ellipse(520, 230, 240, 90), "#f2c75c", 0.85, 60, r)
    a.glow(ellipse(690, 760, 150, 110, -30), "#f7b054", 0.35, 60, r)
    for i in range(46):
        x = 150 + i * 15.5 + rng.uniform(-8, 8)
        bow = (x - 500) * 0.42
        a.flat(curve_band(x, bow, rng.uniform(2, 6)), rng.choice(["#f6bd62", "#f9d488", "#b81f24"]),
               rng.uniform(0.10, 0.28), r)
    a.specks(r, "#ffe9b0", 130, (2, 5), 0.55)
    a.glow(ellipse(505, 232, 110, 34), "#5d2512", 0.75, 18, r)
    a.paint(ribbon([(505, 240), (512, 160), (548, 80)], 11, 15), "#7a5230", "#4b2f1c")
    if leafy:
        green_leaf(a, 535, 140, 770, 90, 62, -22, "#5f9f3c")
    gloss(a, 300, 370, 95, 60, -50, 0.75, r)
    return a.trimmed()


def curve_band(x: float, bow: float, w: float) -> list[tuple[float, float]]:
    """A meridian stripe on a round fruit."""
    return ribbon([(500 + (x - 500) * 0.25, 235), (x + bow * 0.3, 480), (500 + (x - 500) * 0.5,
                                                                         860)],
                  w * 0.3, w * 0.4, w)


def _half_apple(kit: Kit) -> Image.Image:
    a = kit.canvas()
    body = [(500, 250), (620, 190), (790, 250), (860, 440), (820, 650), (690, 820), (500, 790),
            (310, 820), (180, 650), (140, 440), (210, 250), (380, 190)]
    a.paint(spline(body), "#d13a33", "#8f1822", light=0.5)
    inner = [(500 + (x - 500) * 0.955, 505 + (y - 505) * 0.95) for x, y in body]
    r = a.paint(spline(inner), "#fffbe6", "#f3e2a4", radial=(0.5, 0.5), light=0.22, depth=0.08,
                grain=0.05, cell=7)
    heart = spline([(500, 330), (640, 400), (620, 600), (500, 690), (380, 600), (360, 400)])
    a.glow(heart, "#e9dc97", 0.7, 16, r)
    for s in (-1, 1):
        a.paint(leaf(500 + s * 30, 430, 500 + s * 40, 620, 42), "#f0e2ac", "#cfb878", light=0.7)
        a.paint(leaf(500 + s * 34, 470, 500 + s * 40, 580, 22), "#7a4526", "#43200f", light=0.9)
    a.paint(ribbon([(500, 270), (508, 180), (540, 110)], 10, 14), "#7a5230", "#4b2f1c")
    return a.trimmed()


@motif("apple")
def apple(kit: Kit) -> Looks:
    """Striped red apples."""
    one, bare, half = _apple(kit), _apple(kit, False), _half_apple(kit)
    cut = kit.canvas()
    cut.stamp(bare, 650, 380, 600, 6, shadow=0.2)
    cut.stamp(half, 380, 610, 640, -8, shadow=0.4)
    return Looks(one, cut.trimmed(), [bare, one], "pile", "crate", 300, 8, hero_size=560)


def _orange(kit: Kit, navel: bool = False) -> Image.Image:
    a = kit.canvas(0.8)
    r = a.paint(ellipse(500, 520, 400, 385, 0, 0.012, kit.rng), "#ffb53f", "#e36a0c",
                radial=(0.36, 0.3), light=0.5, depth=0.25, grain=0.07, cell=9)
    a.specks(r, "#d65c00", 420, (2, 4), 0.35)
    a.specks(r, "#ffe2a0", 300, (1.5, 3), 0.5)
    if navel:
        a.glow(ellipse(560, 560, 90, 80), "#b95206", 0.6, 26, r)
        a.paint(ellipse(560, 560, 46, 40, 0, 0.1, kit.rng), "#f39a2c", "#c9640f", light=0.8)
    else:
        for i in range(6):
            x, y = polar(500, 205, 46, i * 60 + 15, 0.5)
            a.paint(leaf(500, 200, x, y, 13), "#7fa14a", "#4f7430", light=0.5)
        a.paint(ellipse(500, 196, 15, 11), "#8a6a3a", "#5c4523", light=0.8)
    gloss(a, 340, 340, 105, 62, -42, 0.6, r)
    return a.trimmed()


def _citrus_half(kit: Kit) -> Image.Image:
    rng = kit.rng
    a = kit.canvas()
    a.paint(ellipse(500, 500, 430, 430, 0, 0.01, rng), "#ff9d24", "#dd6a0a", light=0.5)
    r = a.paint(ellipse(500, 500, 402, 402), "#fff6df", "#ffe6b5", light=0.2)
    n = 10
    for i in range(n):
        a0 = 360 * i / n + 4
        pts = [polar(500, 500, 46, a0 + 18)]
        pts += [polar(500, 500, 350, a0 + 2), polar(500, 500, 374, a0 + 10),
                polar(500, 500, 374, a0 + 24), polar(500, 500, 350, a0 + 33)]
        seg = a.paint(spline(pts, steps=8), "#ffb944", "#f48a14", radial=(0.5, 0.5), light=0.45,
                      depth=0.1, grain=0.10, cell=10)
        for _ in range(26):
            ang = a0 + 18 + rng.uniform(-15, 15)
            rad = rng.uniform(120, 330)
            p, q = polar(500, 500, rad, ang), polar(500, 500, rad + 52, ang + rng.uniform(-2, 2))
            a.flat(leaf(*p, *q, 7), rng.choice(["#ffd98a", "#ffc964", "#ef7f10"]), 0.42, seg)
    a.paint(ellipse(500, 500, 36, 36, 0, 0.1, rng), "#fffaf0", "#ffe9c0", light=0.3)
    gloss(a, 330, 300, 120, 36, -45, 0.5, r)
    return a.trimmed()


@motif("orange")
def orange(kit: Kit) -> Looks:
    """Navel oranges."""
    one, navel, half = _orange(kit), _orange(kit, True), _citrus_half(kit)
    hero = kit.canvas()
    hero.stamp(one, 380, 420, 640, -4, shadow=0.25)
    green_leaf(hero, 400, 150, 640, 60, 56, -18, "#4a8f3b")
    hero.stamp(half, 700, 690, 480, 10, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(half, 500, 500, 900)
    return Looks(hero.trimmed(), cut.trimmed(), [one, navel, one, half], "pile", "crate", 290, 8,
                 hero_size=660)


def _strawberry(kit: Kit) -> Image.Image:
    rng = kit.rng
    a = kit.canvas(0.7)
    body = spline([(500, 250), (660, 215), (800, 290), (820, 440), (740, 640), (600, 840),
                   (500, 915), (400, 840), (260, 640), (180, 440), (200, 290), (340, 215)])
    r = a.paint(body, "#f5433f", "#b80f24", radial=(0.36, 0.3), light=0.6, depth=0.24)
    a.glow(ellipse(520, 260, 250, 60), "#ffb59a", 0.6, 40, r)
    for row in range(9):
        y = 320 + row * 66
        half = 300 * math.sin(math.pi * (0.42 + 0.056 * row))
        n = max(1, int(half / 52))
        for i in range(n):
            x = 500 + (i - (n - 1) / 2 + (0.25 if row % 2 else -0.25)) * (half * 2 / n)
            x += rng.uniform(-8, 8)
            a.glow(ellipse(x, y + 3, 17, 20), "#8c0a1a", 0.5, 5, r)
            a.paint(leaf(x, y - 14, x, y + 15, 7.5), "#fbe08a", "#d9a13a", light=0.5, clip=r)
    for i in range(9):
        ang = 180 + i * 22.5 + rng.uniform(-6, 6)
        x, y = polar(500, 250, 210, ang, 0.45)
        green_leaf(a, 500, 235, x, y + 60 * abs(math.cos(math.radians(ang))), 34, 12, "#62a63e", 2)
    a.paint(ribbon([(500, 240), (510, 170), (550, 120)], 13, 10), "#7fb552", "#4f8a34")
    gloss(a, 330, 400, 70, 105, 12, 0.6, r)
    return a.trimmed()


def _half_strawberry(kit: Kit) -> Image.Image:
    a = kit.canvas()
    pts = [(500, 200), (670, 170), (830, 270), (830, 440), (730, 680), (590, 860), (500, 925),
           (410, 860), (270, 680), (170, 440), (170, 270), (330, 170)]
    a.paint(spline(pts), "#e3262f", "#b30f22", light=0.4)
    r = a.paint(spline([(500 + (x - 500) * 0.94, 510 + (y - 510) * 0.95) for x, y in pts]),
                "#fff1ea", "#f0585a", radial=(0.5, 0.42), light=0.25, depth=0.08)
    heart = spline([(500, 330), (600, 360), (590, 560), (500, 740), (410, 560), (400, 360)])
    a.glow(heart, "#fffaf6", 0.95, 26, r)
    for i in range(30):
        ang = i * 12
        p, q = polar(500, 480, 120, ang, 1.5), polar(500, 490, 300, ang, 1.25)
        a.flat(ribbon([p, ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2), q], 3, 6), "#fff3ee", 0.5, r)
    a.flat(leaf(500, 330, 500, 700, 26), "#f7a09a", 0.45, r)
    for i in range(7):
        x, y = polar(500, 190, 190, 190 + i * 27, 0.5)
        green_leaf(a, 500, 195, x, y + 10, 34, 10, "#62a63e", 2)
    return a.trimmed()


@motif("strawberry")
def strawberry(kit: Kit) -> Looks:
    """Strawberries."""
    one, two, half = _strawberry(kit), _strawberry(kit), _half_strawberry(kit)
    hero = kit.canvas()
    hero.stamp(two, 690, 400, 400, 22, shadow=0.3)
    hero.stamp(one, 330, 420, 470, -14, shadow=0.3)
    hero.stamp(half, 580, 690, 400, 6, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(half, 400, 480, 700, -10, shadow=0.3)
    cut.stamp(one, 740, 660, 480, 16, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two], "rows", "tray", 150, 16, True, 740)


def _cherry(kit: Kit) -> Image.Image:
    a = kit.canvas(0.6)
    body = spline([(500, 330), (640, 270), (800, 340), (850, 540), (760, 760), (500, 870),
                   (240, 760), (150, 540), (200, 340), (360, 270)])
    r = a.paint(body, "#a3182f", "#3d0313", radial=(0.36, 0.32), light=0.6, depth=0.25)
    a.glow(ellipse(640, 740, 190, 90, -30), "#e0415a", 0.5, 50, r)
    a.glow(ellipse(500, 330, 120, 34), "#22020a", 0.7, 18, r)
    a.paint(ribbon([(500, 335), (520, 200), (610, 40)], 11, 16), "#8fae4c", "#5d7c2d")
    gloss(a, 330, 450, 90, 54, -45, 0.95, r)
    return a.trimmed()


@motif("cherry")
def cherry(kit: Kit) -> Looks:
    """Dark sweet cherries."""
    one, two = _cherry(kit), _cherry(kit)
    hero = kit.canvas()
    knot = (560, 90)
    for x, y, w, rot in ((320, 560, 420, 0), (680, 640, 440, 0)):
        hero.stamp(two, x, y, w, rot, shadow=0.25)
        hero.paint(ribbon([(x, y - 40 - w * 0.14), ((x + knot[0]) / 2 + 30, 300), knot], 9, 11),
                   "#9bb955", "#5d7c2d")
    green_leaf(hero, 560, 90, 860, 160, 80, -30, "#4f9a45")
    cut = kit.canvas()
    cut.stamp(one, 690, 400, 560, 14, shadow=0.3)
    cut.paint(ellipse(360, 600, 310, 300), "#8f1730", "#4d0616", light=0.5)
    r = cut.paint(ellipse(360, 600, 286, 276), "#d2405a", "#8e1230", radial=(0.5, 0.5), light=0.2,
                  grain=0.06)
    spokes(cut, 360, 600, 110, 270, 30, "#f08a9a", 4, r, 0.4, 3)
    cut.paint(ellipse(360, 600, 112, 104, 0, 0.03, kit.rng), "#e8c79a", "#a97b4e", light=0.6)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two], "pile", "bowl", 190, 22, True, 700)


@motif("blueberry")
def blueberry(kit: Kit) -> Looks:
    """Blueberries with their bloom and little crowns."""

    def one(crown: bool) -> Image.Image:
        a = kit.canvas(0.5)
        r = a.paint(ellipse(500, 500, 400, 380, 0, 0.02, kit.rng), "#7f93cf", "#232f63",
                    radial=(0.38, 0.32), light=0.4, depth=0.26, grain=0.10, cell=40)
        a.glow(ellipse(420, 420, 280, 240), "#c9d6f4", 0.38, 70, r)
        if crown:
            star = [polar(560, 430, 150 if i % 2 == 0 else 88, i * 36, 0.82) for i in range(10)]
            a.paint(spline(star, steps=5), "#4c5a94", "#2a3568", light=0.7)
            a.paint(ellipse(560, 432, 74, 58, 0, 0.08, kit.rng), "#161d40", "#2d3763", light=0.3)
        gloss(a, 330, 340, 70, 40, -40, 0.5, r)
        return a.trimmed()

    berries = [one(True), one(False), one(True)]
    hero = kit.canvas()
    green_leaf(hero, 300, 330, 90, 130, 70, 20, "#5a9a4a")
    green_leaf(hero, 660, 300, 900, 150, 74, -20, "#4f8f45")
    for i, (x, y) in enumerate(((330, 360), (560, 320), (740, 480), (250, 580), (480, 560),
                                (680, 700), (400, 760))):
        hero.stamp(berries[i % 3], x, y, 270, i * 47, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(berries[0], 680, 360, 520, -10, shadow=0.3)
    cut.paint(ellipse(370, 600, 320, 310), "#3a4787", "#232c5a", light=0.5)
    r = cut.paint(ellipse(370, 600, 292, 282), "#e9efcf", "#9c8fc0", radial=(0.5, 0.5), light=0.2)
    spokes(cut, 370, 600, 40, 230, 10, "#fbfde8", 12, r, 0.6)
    for i in range(12):
        x, y = polar(370, 600, 120, i * 30 + 12)
        cut.paint(leaf(x - 12, y - 10, x + 12, y + 12, 9), "#b98a4a", "#7a5528", light=0.6)
    return Looks(hero.trimmed(), cut.trimmed(), berries, "pile", "bowl", 160, 30, True, 700)
