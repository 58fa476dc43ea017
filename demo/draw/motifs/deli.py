"""Zongzi, mooncakes, dumplings and egg tarts."""

from __future__ import annotations

import math

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, motif, sheet


@motif("zongzi")
def zongzi(kit: Kit) -> Looks:
    """Rice dumplings in bamboo leaves."""

    def wrapped() -> Image.Image:
        a = kit.canvas(0.9)
        left = [(500, 110), (470, 500), (560, 860), (330, 880), (110, 800), (90, 740), (290, 420)]
        right = [(500, 110), (720, 420), (910, 740), (890, 800), (700, 880), (540, 860), (470, 500)]
        r1 = a.paint(spline(left, steps=8), "#86a85a", "#4c7038", light=0.45, depth=0.12)
        r2 = a.paint(spline(right, steps=8), "#6f9448", "#355a2e", angle=30, light=0.45, depth=0.12)
        for i in range(15):
            t = i / 14
            a.flat(ribbon([(500, 110), (380 - t * 120 + 60, 480), (560 - t * 470, 870 - t * 70)],
                          1.5,
                          2.5), "#c3d492", 0.5, r1)
            a.flat(ribbon([(500, 110), (520 + t * 150, 480), (545 + t * 350, 870 - t * 80)], 1.5,
                          2.5),
                   "#a9c278", 0.45, r2)
        a.glow(ribbon([(498, 120), (476, 500), (556, 860)], 6, 12), "#22401c", 0.5, 9)
        a.paint(leaf(500, 150, 640, 60, 40, -16), "#8fb060", "#5a7f3c", light=0.5)
        for y, x0, x1 in ((430, 300, 710), (560, 225, 785), (690, 145, 860)):
            a.paint(ribbon([(x0, y), ((x0 + x1) / 2, y + 44), (x1, y)], 9, 9), "#f6e6bd", "#c9a468",
                    light=0.6, depth=0.3)
        a.paint(ribbon([(500, 470), (430, 530), (370, 520)], 7, 5), "#f6e6bd", "#c9a468", light=0.6)
        a.paint(ribbon([(500, 470), (560, 540), (630, 530)], 7, 5), "#f6e6bd", "#c9a468", light=0.6)
        return a.trimmed()

    def opened() -> Image.Image:
        a = kit.canvas()
        for x1, y1, w in ((40, 560, 120), (960, 600, 120), (120, 860, 110), (880, 870, 110)):
            lf = a.paint(leaf(500, 720, x1, y1, w, 20), "#8fae5c", "#5a7f3c", light=0.5)
            a.flat(ribbon([(500, 720), ((500 + x1) / 2, (720 + y1) / 2), (x1, y1)], 3, 2),
                   "#d9e6ac",
                   0.7, lf)
        body = spline([(500, 190), (610, 400), (780, 690), (760, 790), (500, 830), (240, 790),
                       (220, 690), (390, 400)])
        r = a.paint(body, "#e9b872", "#b5773a", light=0.5, depth=0.18)
        for _ in range(330):
            x, y = kit.rng.uniform(215, 785), kit.rng.uniform(200, 830)
            d = kit.rng.uniform(-13, 13)
            a.paint(leaf(x - 20, y - d, x + 20, y + d, 10),
                    kit.rng.choice(["#f6d9a4", "#eec585", "#dfa860", "#fbe6bd"]), "#b97f42",
                    light=0.6, clip=r)
        m = a.paint(spline([(430, 560), (560, 530), (640, 620), (600, 720), (460, 730), (390,
                                                                                         650)]),
                    "#a85a34", "#6b2f1a", light=0.5, grain=0.12)
        a.flat(ribbon([(420, 640), (520, 620), (630, 650)], 15, 12), "#f3d3a4", 0.9, m)
        gloss(a, 430, 400, 50, 110, 24, 0.45, r)
        return a.trimmed()

    one, open_ = wrapped(), opened()
    hero = kit.canvas()
    hero.stamp(one, 660, 400, 520, 8, shadow=0.25)
    hero.stamp(one, 340, 480, 560, -6, shadow=0.3)
    hero.stamp(open_, 620, 720, 520, 0, shadow=0.35)
    return Looks(hero.trimmed(), open_, [one], "pile", "steamer", 290, 7, hero_size=720,
                 cut_size=820)


def _cake_rim(cx: float, cy: float, r: float, ky: float = 1.0) -> list[tuple[float, float]]:
    return [polar(cx, cy, r * (1 + 0.035 * math.cos(i * 16 * math.pi / 72)), i * 2.5, ky)
            for i in range(144)]


@motif("mooncake")
def mooncake(kit: Kit) -> Looks:
    """Cantonese mooncakes, one cut open."""
    a = kit.canvas()
    a.paint(sheet(_cake_rim(500, 500, 420, 0.94), 0, 56), "#b9702c", "#7a4318", light=0.4)
    r = a.paint(_cake_rim(500, 490, 420, 0.94), "#eab45c", "#c07a2c", radial=(0.4, 0.35), light=0.5,
                depth=0.08, grain=0.05, cell=10)
    dark, pale = "#9a5a1e", "#fbd994"
    for rad in (372, 300):
        ring = [polar(500, 490, rad, i * 10, 0.94) for i in range(37)]
        a.flat(ribbon([(x + 3, y + 5) for x, y in ring], 7, 7), dark, 0.6, r)
        a.flat(ribbon(ring, 5, 5), pale, 0.8, r)
    for i in range(24):
        x, y = polar(500, 490, 337, i * 15, 0.94)
        a.paint(ellipse(x, y, 20, 18), "#f3c878", dark, light=0.7)
    for k, (n, inner, outer, w) in enumerate(((8, 90, 275, 58), (8, 60, 190, 40))):
        for i in range(n):
            ang = i * 360 / n + k * 22.5
            p, q = polar(500, 490, inner, ang, 0.94), polar(500, 490, outer, ang, 0.94)
            a.flat(leaf(p[0] + 4, p[1] + 7, q[0] + 4, q[1] + 7, w), dark, 0.55, r)
            petal = a.paint(leaf(*p, *q, w), "#f3c472", "#cf8c38", light=0.6, depth=0.14, clip=r)
            a.flat(ribbon([p, ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2), q], 3, 2), dark, 0.45, petal)
    a.paint(ellipse(500, 490, 62, 58), "#fbd890", "#c9852f", light=0.7)
    gloss(a, 330, 290, 130, 40, -40, 0.45, r)
    one = a.trimmed()
    b = kit.canvas(1.0, 1000, 640)
    shape = spline([(60, 180), (200, 130), (500, 110), (800, 130), (940, 180), (950, 420), (880,
                                                                                            500),
                    (500, 530), (120, 500), (50, 420)], steps=8)
    b.paint(shape, "#d9923c", "#9a5a1e", light=0.5)
    f = b.paint([(500 + (x - 500) * 0.945, 320 + (y - 320) * 0.86) for x, y in shape], "#c98a3c",
                "#9c5f22", light=0.25, grain=0.07, cell=8)
    for x in (320, 680):
        b.glow(ellipse(x + 6, 330, 136, 122), "#5a2f0c", 0.5, 12, f)
        y = b.paint(ellipse(x, 320, 128, 116, 0, 0.02, kit.rng), "#ffb13a", "#e2660f",
                    radial=(0.4, 0.35), light=0.5, grain=0.14, cell=9)
        gloss(b, x - 44, 272, 34, 18, -30, 0.7, y)
    half = b.trimmed()
    hero = kit.canvas()
    hero.stamp(one, 620, 330, 500, 10, shadow=0.3)
    hero.stamp(one, 330, 440, 520, -8, shadow=0.35)
    hero.stamp(half, 570, 720, 560, 0, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(one, 600, 300, 620, 20, shadow=0.3)
    cut.stamp(half, 440, 660, 800, -4, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "tray", 320, 4, True, 760)


@motif("dumpling")
def dumpling(kit: Kit) -> Looks:
    """Hand-pleated dumplings."""

    def one() -> Image.Image:
        a = kit.canvas(0.9, 1000, 640)
        body = spline([(60, 420), (120, 300), (270, 190), (500, 150), (730, 190), (880, 300),
                       (940, 420), (840, 520), (500, 560), (160, 520)])
        r = a.paint(body, "#fffaf0", "#e3d2b4", light=0.45, depth=0.2)
        a.glow(ellipse(500, 400, 260, 100), "#a9c27a", 0.38, 50, r)
        a.glow(ellipse(400, 430, 90, 50), "#f2a184", 0.35, 34, r)
        crest = [(60, 420), (130, 262), (290, 140), (500, 96), (710, 140), (870, 262), (940, 420)]
        a.paint(ribbon(crest, 20, 20, 30), "#fffcf3", "#e6d6b8", light=0.5, depth=0.2)
        for i in range(11):
            t = -1 + i / 5
            x, y = 500 + t * 350, 118 + t * t * 150
            a.glow(ribbon([(x, y - 20), (x + t * -14, y + 40), (x - t * 44, y + 150)], 4, 1),
                   "#b39a70",
                   0.55, 7)
            a.glow(ribbon([(x + 18, y - 22), (x + 18 + t * -14, y + 40), (x + 14 - t * 44,
                                                                          y + 130)], 6,
                          2), "#ffffff", 0.8, 6)
        gloss(a, 330, 300, 100, 36, -26, 0.5, r)
        return a.trimmed()

    pieces = [one(), one()]
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((330, 280, -12), (670, 300, 12), (500, 440, 0), (270, 560,
                                                                                      -16),
                                     (730, 580, 14), (500, 690, 4))):
        hero.stamp(pieces[i % 2], x, y, 380, rot, shadow=0.35)
    b = kit.canvas(0.9, 1000, 640)
    b.paint(ellipse(500, 330, 430, 270, 0, 0.02, kit.rng), "#fffaf0", "#dcc9a6", light=0.5)
    r = b.paint(ellipse(500, 330, 370, 215, 0, 0.03, kit.rng), "#a9c46a", "#7fa048", light=-0.2)
    for _ in range(120):
        x, y = 500 + kit.rng.gauss(0, 150), 330 + kit.rng.gauss(0, 90)
        b.paint(ellipse(x, y, kit.rng.uniform(16, 34), kit.rng.uniform(12, 22),
                        kit.rng.uniform(0, 180), 0.15, kit.rng),
                kit.rng.choice(["#5f9a3c", "#7fb552", "#ffd65c", "#ffe48c", "#3f7f34"]), light=0.6,
                clip=r)
    s = b.paint(ribbon([(360, 400), (430, 260), (580, 260), (640, 380)], 52, 34, 8), "#ffb99a",
                "#ee7a54", light=0.6)
    for i in range(4):
        b.glow(ribbon([(390 + i * 66, 250), (410 + i * 62, 310), (400 + i * 66, 390)], 7, 6),
               "#fff0e4",
               0.8, 5, s)
    bite = b.trimmed()
    cut = kit.canvas()
    cut.stamp(pieces[0], 600, 290, 660, 10, shadow=0.35)
    cut.stamp(bite, 420, 640, 740, -8, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), pieces, "ring", "steamer", 232, 7, True, 780)


@motif("eggtart")
def eggtart(kit: Kit) -> Looks:
    """Portuguese egg tarts."""

    def one(bitten: bool) -> Image.Image:
        a = kit.canvas(0.9)
        a.paint(spline([(130, 400), (240, 800), (320, 860), (500, 880), (680, 860), (760, 800),
                        (870, 400)], steps=8), "#eab25c", "#a8682a", light=0.45, depth=0.16)
        for i in range(17):
            x = 160 + i * 42
            a.flat(ribbon([(x, 450), (500 + (x - 500) * 0.86, 660), (500 + (x - 500) * 0.68, 850)],
                          4,
                          3), "#8f531c", 0.3)
        a.paint(ellipse(500, 400, 390, 240, 0, 0.02, kit.rng), "#f7cf82", "#c98a3a", light=0.5,
                depth=0.08)
        for k in range(4):
            ring = [polar(500, 400, 380 - k * 15, i * 10, 0.61) for i in range(37)]
            a.flat(ribbon([(x + kit.rng.uniform(-3, 3), y) for x, y in ring], 2.5, 2.5),
                   "#fbe3ac" if k % 2 else "#b3742c", 0.7)
        r = a.paint(ellipse(500, 404, 318, 184, 0, 0.02, kit.rng), "#ffd95a", "#f3a926",
                    radial=(0.45, 0.4), light=0.4, depth=0.12)
        for _ in range(13):
            x, y = 500 + kit.rng.gauss(0, 140), 400 + kit.rng.gauss(0, 70)
            blot = ellipse(x, y, kit.rng.uniform(26, 76), kit.rng.uniform(14, 36), 0, 0.2, kit.rng)
            a.glow(blot, "#8f4310", 0.75, 10, r)
            a.glow(ellipse(x, y, 18, 9), "#4f1f08", 0.6, 7, r)
        gloss(a, 380, 330, 120, 30, -12, 0.75, r)
        if bitten:
            a.paint(spline([(690, 420), (760, 330), (900, 300), (980, 520), (860, 760), (700, 700),
                            (660, 560)]), "#ffe48a", "#f6c03c", light=-0.3, depth=0.1, grain=0.08)
        return a.trimmed()

    tarts = [one(False), one(False)]
    hero = kit.canvas()
    for i, (x, y, w) in enumerate(((350, 320, 400), (690, 340, 400), (520, 620, 500))):
        hero.stamp(tarts[i % 2], x, y, w, 0, shadow=0.3)
    cut = kit.canvas()
    cut.stamp(tarts[0], 500, 480, 900, 0, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), tarts, "pile", "tray", 260, 8, hero_size=740,
                 cut_size=840)
