"""Roots and pods."""

from __future__ import annotations

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, motif, spokes


@motif("carrot")
def carrot(kit: Kit) -> Looks:
    """Carrots with a tuft of green."""

    def root() -> Image.Image:
        a = kit.canvas(0.9)
        for i in range(9):
            ang = -150 + i * 15
            x, y = polar(500, 280, 250 + kit.rng.uniform(-30, 20), ang)
            a.flat(ribbon([(500, 290), ((500 + x) / 2, (290 + y) / 2 - 14), (x, y)], 10, 4),
                   "#6ea648")
            for j in range(5):
                t = 0.45 + j * 0.13
                bx, by = 500 + (x - 500) * t, 290 + (y - 290) * t
                for s in (-50, 50):
                    ex, ey = polar(bx, by, 52, ang + s)
                    a.paint(leaf(bx, by, ex, ey, 12), "#7dbb52", "#4d8f3a", light=0.4)
        body = spline([(400, 300), (500, 265), (600, 300), (620, 420), (580, 640), (530, 860),
                       (505, 960), (485, 860), (425, 640), (380, 420)])
        r = a.paint(body, "#ffa347", "#e2661a", angle=20, light=0.55, depth=0.26)
        for i in range(17):
            y = 340 + i * 34 + kit.rng.uniform(-8, 8)
            x = kit.rng.choice([400, 440, 520, 560])
            a.flat(ribbon([(x, y), (x + 24, y + 6), (x + 56, y + 1)], 2.6, 1), "#b9480c", 0.5, r)
        a.glow(ellipse(500, 290, 70, 22), "#7a8a34", 0.7, 12, r)
        gloss(a, 450, 460, 18, 110, 4, 0.6, r)
        return a.trimmed()

    one = root()
    hero = kit.canvas()
    for x, rot in ((300, -24), (700, 24), (410, -8), (590, 8)):
        hero.stamp(one, x, 520, 350, -rot, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(one, 660, 430, 440, 38, shadow=0.3)
    for x, y in ((220, 640), (400, 760), (590, 810)):
        cut.paint(ellipse(x + 8, y + 26, 120, 104), "#d9661a", "#b34a0c", light=0.4)
        r = cut.paint(ellipse(x, y, 120, 104), "#ffb255", "#f78f2e", radial=(0.5, 0.5), light=0.35)
        cut.flat(ellipse(x, y, 62, 54, 0, 0.05, kit.rng), "#ffd08a", 0.8, r)
        spokes(cut, x, y, 20, 110, 22, "#ffdca4", 3, r, 0.6)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "fan", "cloth", 300, 6, True, 760)


@motif("sweetpotato")
def sweetpotato(kit: Kit) -> Looks:
    """Sweet potatoes, whole and roasted open."""

    def whole() -> Image.Image:
        a = kit.canvas(0.9, 1000, 620)
        body = spline([(40, 330), (200, 210), (450, 130), (700, 170), (860, 270), (970, 330),
                       (850, 420), (640, 480), (380, 480), (170, 410)])
        r = a.paint(body, "#cf7a68", "#8c3a44", angle=70, light=0.5, depth=0.22, grain=0.14, cell=9)
        for _ in range(26):
            x, y = kit.rng.uniform(120, 860), kit.rng.uniform(180, 450)
            a.flat(ribbon([(x, y), (x + 20, y + 4), (x + 44, y)], 2.4, 1), "#6b2734", 0.5, r)
        gloss(a, 400, 240, 150, 34, -10, 0.4, r)
        return a.trimmed()

    b = kit.canvas(0.9, 1000, 620)
    body = spline([(60, 320), (200, 180), (480, 110), (760, 160), (940, 310), (800, 440), (500,
                                                                                           500),
                   (200, 450)])
    b.paint(body, "#a8522e", "#6b2a1c", light=0.5, grain=0.16)
    r = b.paint([(500 + (x - 500) * 0.92, 300 + (y - 305) * 0.84) for x, y in body], "#ffb53c",
                "#ee7f16", radial=(0.45, 0.4), light=0.4, depth=0.12, grain=0.14, cell=12)
    for i in range(22):
        x = 130 + i * 35
        b.flat(ribbon([(x, 200 + kit.rng.uniform(0, 60)), (x + 24, 300), (x + 6, 400)], 1.5, 1.5,
                      2),
               "#ffd98a", 0.45, r)
    b.glow(ellipse(620, 360, 130, 46), "#a8460a", 0.5, 22, r)
    gloss(b, 380, 230, 150, 40, -8, 0.8, r)
    gloss(b, 660, 330, 70, 22, -8, 0.7, r)
    one, roast = whole(), b.trimmed()
    hero = kit.canvas()
    hero.stamp(one, 600, 300, 640, 16, shadow=0.3)
    hero.stamp(one, 380, 480, 660, -14, True, shadow=0.38)
    hero.stamp(roast, 560, 700, 680, -4, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(roast, 500, 500, 960, -10, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [one, one, roast], "pile", "basket", 330, 8, True,
                 760)


@motif("edamame")
def edamame(kit: Kit) -> Looks:
    """Three-bean soybean pods."""

    def pod(open_: bool) -> Image.Image:
        a = kit.canvas(0.8, 1000, 460)
        shape = spline([(50, 260), (150, 170), (270, 130), (380, 170), (500, 120), (620, 165),
                        (740, 130), (860, 190), (960, 290), (850, 330), (730, 370), (600, 330),
                        (490, 370), (370, 330), (260, 350), (140, 320)])
        r = a.paint(shape, "#9fd06a", "#4f8f36", angle=80, light=0.5, depth=0.16)
        if open_:
            a.paint(spline([(120, 240), (270, 180), (500, 170), (740, 180), (880, 260), (730, 310),
                            (490, 310), (260, 300)]), "#d9efb0", "#a9d678", light=-0.4, clip=r)
        for x in (265, 495, 735):
            bean = a.paint(ellipse(x, 245, 92 if open_ else 84, 74 if open_ else 72),
                           "#c9ea88" if open_ else "#a6d672", "#6fb040", radial=(0.38, 0.3),
                           light=0.6, depth=0.26, clip=r)
            gloss(a, x - 26, 212, 30, 16, -24, 0.6, bean)
        for _ in range(90):
            x, y = kit.rng.uniform(80, 930), kit.rng.uniform(140, 350)
            a.flat(ribbon([(x, y), (x + 5, y - 5), (x + 9, y - 11)], 1.3, 0.5), "#f3f7d8", 0.6, r)
        a.paint(ribbon([(60, 262), (30, 258), (8, 240)], 10, 7), "#8fae54", "#5f7d34")
        return a.trimmed()

    shut, open_ = pod(False), pod(True)
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((340, 270, -24), (650, 310, 20), (470, 450, -6), (300, 590,
                                                                                       22),
                                     (680, 600, -26), (480, 740, 8))):
        hero.stamp(open_ if i == 5 else shut, x, y, 460, rot, i % 2 == 0, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(shut, 560, 320, 820, -22, shadow=0.35)
    cut.stamp(open_, 460, 600, 880, -8, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [shut, shut, open_], "scatter", "bowl", 240, 16,
                 True,
                 740, 820)
