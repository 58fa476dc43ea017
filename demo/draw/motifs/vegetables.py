"""Leaves, roots and fruit vegetables."""

from __future__ import annotations

import math

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, green_leaf, motif, spokes


@motif("bokchoy")
def bokchoy(kit: Kit) -> Looks:
    """Small heads of bok choy."""

    def head() -> Image.Image:
        a = kit.canvas()
        for x, tip, top, w in ((330, 150, 250, 120), (670, 850, 240, 120), (420, 320, 110, 140),
                               (590, 680, 100, 140), (500, 500, 60, 150)):
            lf = spline([(x, 560), (tip - w, 380), (tip - w * 0.8, top + 40), (tip, top),
                         (tip + w * 0.8, top + 40), (tip + w, 380)])
            r = a.paint(lf, "#6fb24a", "#2f7a34", angle=80, light=0.5, depth=0.14)
            a.flat(ribbon([(x, 560), ((x + tip) / 2, 380), (tip, top + 50)], 15, 3), "#dff0c0",
                   0.85,
                   r)
            for i in range(4):
                for s in (-1, 1):
                    t = 0.2 + i * 0.18
                    bx, by = x + (tip - x) * t, 560 + (top - 560) * t
                    a.flat(ribbon([(bx, by), (bx + s * 50, by - 40), (bx + s * w, by - 60)], 4,
                                  1.5),
                           "#cfe8ae", 0.55, r)
        for x, lean, w in ((350, -80, 62), (650, 80, 62), (430, -30, 72), (575, 34, 72), (500, 0,
                                                                                          78)):
            stem = spline([(x + lean, 480), (x + lean * 0.7 + w * 0.5, 540), (x + w, 760),
                           (x + w * 0.7, 890), (x - w * 0.7, 890), (x - w, 760),
                           (x + lean * 0.7 - w * 0.5, 540)])
            r = a.paint(stem, "#b9dc92", "#f3f8e2", angle=90, light=0.45, depth=0.2)
            for i in range(4):
                a.flat(ribbon([(x + lean * 0.8 + (i - 1.5) * 10, 540), (x + (i - 1.5) * 30, 760),
                               (x + (i - 1.5) * 20, 880)], 2, 2), "#9cc574", 0.5, r)
        a.paint(ellipse(500, 900, 140, 26), "#f6f2da", "#cdbf93", light=0.4)
        return a.trimmed()

    one, two = head(), head()
    hero = kit.canvas()
    hero.stamp(two, 310, 470, 470, -13, shadow=0.25)
    hero.stamp(two, 690, 470, 470, 13, True, shadow=0.25)
    hero.stamp(one, 500, 540, 600, 0, shadow=0.35)
    return Looks(hero.trimmed(), one, [one, two], "fan", "basket", 300, 5, False, 860, 800)


def _tomato(kit: Kit) -> Image.Image:
    a = kit.canvas(0.8)
    body = spline([(500, 240), (640, 190), (810, 270), (890, 470), (840, 690), (680, 830), (500,
                                                                                            845),
                   (320, 830), (160, 690), (110, 470), (190, 270), (360, 190)])
    r = a.paint(body, "#fb6d52", "#c2202c", radial=(0.36, 0.3), light=0.55, depth=0.25)
    a.glow(ellipse(500, 270, 230, 70), "#e9c25a", 0.55, 50, r)
    for dx in (-230, -80, 90, 240):
        a.glow(ribbon([(500 + dx * 0.3, 270), (500 + dx, 480), (500 + dx * 0.8, 780)], 6, 8, 6),
               "#8e1022", 0.22, 22, r)
    for i in range(6):
        x, y = polar(505, 265, 200, i * 60 + 12, 0.5)
        green_leaf(a, 505, 262, x, y + 14, 25, 14, "#5b9c40", 1)
    a.paint(ribbon([(505, 265), (515, 190), (560, 150)], 14, 11), "#7fae54", "#4a7a30")
    gloss(a, 310, 390, 95, 58, -46, 0.8, r)
    return a.trimmed()


@motif("tomato")
def tomato(kit: Kit) -> Looks:
    """Soft pink tomatoes."""
    one = _tomato(kit)
    half = kit.canvas()
    half.paint(ellipse(500, 500, 420, 390, 0, 0.012, kit.rng), "#ec4a3c", "#b81f2a", light=0.5)
    r = half.paint(ellipse(500, 500, 396, 366), "#ff8a70", "#ee5645", light=0.25, grain=0.06)
    for i in range(5):
        a0 = i * 72 - 90
        pts = [polar(500, 500, 110, a0), polar(500, 500, 220, a0 - 24), polar(500, 500, 320,
                                                                              a0 - 14),
               polar(500, 500, 332, a0 + 8), polar(500, 500, 270, a0 + 26)]
        c = half.paint(spline(pts), "#f0683a", "#d2382a", light=-0.35, depth=0.12, clip=r)
        half.glow(spline(pts), "#f7a13e", 0.45, 16, c)
        for _ in range(12):
            x, y = polar(500, 500, kit.rng.uniform(150, 300), a0 + kit.rng.uniform(-18, 18))
            half.paint(leaf(x - 12, y - 8, x + 12, y + 8, 10), "#fff0c0", "#e9bf6a", light=0.6,
                       clip=c)
    spokes(half, 500, 500, 20, 120, 16, "#ffc0a8", 5, r, 0.5)
    gloss(half, 320, 310, 120, 36, -42, 0.55, r)
    face = half.trimmed()
    hero = kit.canvas()
    hero.stamp(one, 360, 420, 580, -8, shadow=0.25)
    hero.stamp(face, 680, 660, 480, 6, shadow=0.38)
    return Looks(hero.trimmed(), face, [one], "pile", "crate", 290, 8, hero_size=660)


def _floret(kit: Kit) -> Image.Image:
    a = kit.canvas()
    for x, lean in ((380, -150), (620, 150), (500, 0)):
        a.paint(ribbon([(500, 930), (x * 0.5 + 250, 720), (x + lean, 480)], 90, 48), "#cfe3a4",
                "#8fb562", light=0.5)
    spots = []
    for _ in range(34):
        ang, rad = kit.rng.uniform(0, 360), kit.rng.uniform(0, 1) ** 0.6
        x, y = polar(500, 360, 340 * rad, ang, 0.72)
        spots.append((x, y, rad))
    spots.sort(key=lambda s: s[1])
    for x, y, _rad in spots:
        r = a.paint(ellipse(x, y, 104, 88, 0, 0.05, kit.rng), "#5fa045", "#245a2c",
                    radial=(0.38, 0.3), light=0.5, depth=0.24)
        for _ in range(46):
            px, py = x + kit.rng.gauss(0, 50), y + kit.rng.gauss(0, 42)
            a.paint(ellipse(px, py, 13, 11), kit.rng.choice(["#7fbf5a", "#4f9440", "#3a7c38"]),
                    "#225a2a", light=0.6, clip=r)
    return a.trimmed()


@motif("broccoli")
def broccoli(kit: Kit) -> Looks:
    """Broccoli heads and florets."""
    one, two = _floret(kit), _floret(kit)
    hero = kit.canvas()
    hero.stamp(one, 560, 440, 720, 4, shadow=0.25)
    hero.stamp(two, 290, 660, 380, -24, shadow=0.38)
    hero.stamp(two, 760, 760, 290, 30, shadow=0.38)
    return Looks(hero.trimmed(), two, [two, one], "pile", "bowl", 250, 12, hero_size=740)


@motif("corn")
def corn(kit: Kit) -> Looks:
    """Sweet corn in and out of its husk."""

    def cob(husk: bool) -> Image.Image:
        a = kit.canvas(0.9)
        if husk:
            for s in (-1, 1):
                a.paint(spline([(500, 960), (500 + s * 120, 800), (500 + s * 270, 560),
                                (500 + s * 300, 330), (500 + s * 200, 560)]), "#b9d67c", "#6f9c42",
                        light=0.5)
        body = spline([(500, 60), (570, 130), (630, 330), (640, 620), (590, 850), (500, 900),
                       (410, 850), (360, 620), (370, 330), (430, 130)])
        r = a.paint(body, "#f6cf4a", "#d99f1e", angle=0, light=0.4, depth=0.25)
        for row in range(25):
            y = 100 + row * 33
            half = 140 * min(1, math.sin(math.pi * min(0.5, 0.1 + (y - 60) / 620)))
            for i in range(7):
                u = -1 + 2 * (i + 0.5) / 7
                x = 500 + half * math.sin(u * math.pi / 2)
                w = 26 * (1 - abs(u) * 0.4) * half / 140 + 3
                a.paint(ellipse(x, y, w, 18, power=2.8), "#fff0a0", "#f0b92e", radial=(0.4, 0.3),
                        light=0.55, depth=0.2, clip=r)
        a.glow(ribbon([(450, 120), (420, 400), (440, 820)], 16, 20), "#fffbe0", 0.5, 16, r)
        if husk:
            for s, reach in ((-1, 380), (1, 420), (0.2, 560)):
                h = a.paint(spline([(470, 970), (500 + s * 170, 820), (500 + s * 210, reach + 120),
                                    (500 + s * 150, reach), (500 + s * 40, reach + 230),
                                    (520, 970)]), "#cfe39a", "#7fae4c", light=0.5, depth=0.14)
                for i in range(5):
                    a.flat(ribbon([(490, 960), (500 + s * (70 + i * 26), 780),
                                   (500 + s * (90 + i * 24), reach + 120)], 2.5, 1.5), "#f0f6cf",
                                   0.5,
                           h)
        return a.trimmed()

    peeled, husked = cob(False), cob(True)
    hero = kit.canvas()
    hero.stamp(husked, 360, 490, 480, -18, shadow=0.3)
    hero.stamp(husked, 650, 520, 500, 14, shadow=0.38)
    cut = kit.canvas()
    cut.stamp(peeled, 420, 470, 330, 40, shadow=0.35)
    cut.stamp(peeled, 600, 580, 330, 50, shadow=0.38)
    return Looks(hero.trimmed(), cut.trimmed(), [husked, peeled], "fan", "basket", 240, 5, True,
                 760)


def _long(kit: Kit, path: list[tuple[float, float]], w: float, a_c: str, b_c: str) -> Image.Image:
    a = kit.canvas(0.9)
    a.paint(ellipse(path[-1][0] - 4, path[-1][1] - 4, w, w), b_c, light=0.4)
    r = a.paint(ribbon(path, w * 0.7, w, w * 0.18), a_c, b_c, angle=30, light=0.55, depth=0.24)
    a.glow(ribbon([(x - w * 0.1, y - w * 0.4) for x, y in path], w * 0.1, w * 0.14), "#ffffff",
           0.75,
           w * 0.12, r)
    return a.image


@motif("eggplant")
def eggplant(kit: Kit) -> Looks:
    """Slender purple aubergines."""
    a = kit.canvas(0.9)
    path = [(160, 240), (330, 420), (560, 580), (820, 700)]
    a.image = _long(kit, path, 74, "#6a3f80", "#2a1236")
    for ang in (20, 60, 100, -20):
        x, y = polar(150, 228, 120, ang)
        a.paint(leaf(140, 215, x, y, 34), "#7f9a54", "#4e6a3a", light=0.5)
    a.paint(ribbon([(165, 245), (120, 190), (70, 130)], 26, 20), "#8aa65c", "#56733c")
    one = a.trimmed()
    cut = kit.canvas()
    cut.stamp(one, 560, 360, 760, -14, shadow=0.3)
    for x, y in ((260, 700), (450, 790), (650, 760)):
        cut.paint(ellipse(x + 8, y + 26, 122, 108), "#4a2560", "#2c123c", light=0.4)
        r = cut.paint(ellipse(x, y, 122, 108), "#5a2f70", light=0.2)
        r = cut.paint(ellipse(x, y, 113, 99), "#fbf8e8", "#e7e4bd", radial=(0.5, 0.5), light=0.25,
                      grain=0.05)
        for i in range(26):
            px, py = polar(x, y, kit.rng.uniform(40, 84), i * 14)
            cut.flat(ellipse(px, py, 5, 3.4, i * 14), "#c9b87a", 0.8, r)
    hero = kit.canvas()
    for i, y in enumerate((330, 470, 620)):
        hero.stamp(one, 480 + i * 20, y, 760, -6 + i * 6, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "fan", "board", 420, 5, True, 780)


@motif("cucumber")
def cucumber(kit: Kit) -> Looks:
    """Prickly cucumbers with their flower."""
    a = kit.canvas(0.9)
    path = [(130, 300), (340, 440), (600, 560), (850, 640)]
    a.image = _long(kit, path, 62, "#6fae4c", "#2c6a33")
    for i in range(64):
        t = i / 64
        x = 140 + t * 720 + kit.rng.uniform(-10, 10)
        y = 306 + t * 336 + kit.rng.uniform(-48, 48) + math.sin(t * 3.1) * 24
        a.paint(ellipse(x, y, 8, 7), "#a9d27a", "#3d7a3a", light=0.7)
        a.flat(ribbon([(x - 3, y - 4), (x - 6, y - 9), (x - 9, y - 14)], 1.6, 0.6), "#f3f8df", 0.9)
    for ang in range(-60, 110, 34):
        px, py = polar(916, 668, 82, ang)
        a.paint(leaf(900, 660, px, py, 26), "#ffe25e", "#eeb020", light=0.5)
    a.paint(ribbon([(136, 304), (96, 280), (60, 250)], 22, 15), "#86b85a", "#4c7d38")
    one = a.trimmed()
    cut = kit.canvas()
    cut.stamp(one, 560, 330, 780, -10, shadow=0.3)
    for x, y in ((230, 640), (420, 730), (620, 790), (790, 690)):
        cut.paint(ellipse(x + 8, y + 26, 116, 102), "#3a7c38", "#24572a", light=0.4)
        cut.flat(ellipse(x, y, 116, 102), "#5fa548")
        r = cut.paint(ellipse(x, y, 107, 93), "#f3f9d8", "#cfe89a", radial=(0.5, 0.5), light=0.3)
        for i in range(3):
            px, py = polar(x, y, 40, i * 120 + 20)
            cut.flat(ellipse(px, py, 34, 24, i * 120 + 20), "#e4f2b9", 0.9, r)
            for s in (-14, 0, 14):
                sx, sy = polar(x, y, 44, i * 120 + 20 + s)
                cut.flat(leaf(sx - 6, sy - 4, sx + 7, sy + 5, 5), "#fffdf0", 0.95, r)
    hero = kit.canvas()
    for i, y in enumerate((300, 440, 580, 720)):
        hero.stamp(one, 490 + (i % 2) * 30, y, 760, -14 + i * 4, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "cloth", 330, 8, True, 780)
