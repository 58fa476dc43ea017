"""Wine, beer, juice and tea."""

from __future__ import annotations

import math

from PIL import Image

from ..fonts import column, write
from ..shapes import ellipse, leaf, polar, ribbon, rounded, spline
from .base import Kit, Looks, gloss, green_leaf, motif, spokes


def _tumbler(kit: Kit, drink: tuple[str, str], foam: bool = False) -> Image.Image:
    a = kit.canvas(0.9)
    cup = [(270, 160), (310, 900), (350, 940), (500, 950), (650, 940), (690, 900), (730, 160)]
    g = a.paint(cup, "#f3f8fa", "#cfdfe6", angle=0, light=0.3, depth=0.06, alpha=0.7)
    a.paint([(284, 300), (322, 880), (360, 915), (500, 926), (640, 915), (678, 880), (716, 300)],
            drink[0], drink[1], angle=70, light=0.4, depth=0.14)
    if foam:
        for _ in range(60):
            x, y = kit.rng.uniform(290, 710), 215 + kit.rng.gauss(0, 40)
            a.paint(ellipse(x, y, kit.rng.uniform(26, 48)), "#fffdf2", "#efe3c2", light=0.5)
        for _ in range(46):
            a.flat(ellipse(kit.rng.uniform(330, 670), kit.rng.uniform(340, 880),
                           kit.rng.uniform(3, 7)), "#fff6d8", 0.6)
    else:
        a.paint(ellipse(500, 300, 216, 44), drink[0], drink[1], light=0.3)
    a.glow(ribbon([(318, 240), (335, 560), (356, 870)], 13, 10), "#ffffff", 0.9, 9, g)
    a.glow(ribbon([(684, 260), (672, 560), (654, 850)], 6, 6), "#ffffff", 0.5, 7, g)
    return a.trimmed()


@motif("wine")
def wine(kit: Kit) -> Looks:
    """A bottle of red and a filled glass."""
    a = kit.canvas(1.0, 600, 1000)
    body = spline([(250, 40), (252, 290), (225, 350), (150, 430), (140, 520), (142, 920), (180,
                                                                                           965),
                   (300, 972), (420, 965), (458, 920), (460, 520), (450, 430), (375, 350), (348,
                                                                                            290),
                   (350, 40)], steps=8)
    r = a.paint(body, "#3a1622", "#12060c", angle=0, light=0.5, depth=0.14)
    a.paint(rounded(244, 26, 112, 200, 16), "#8f2038", "#54101e", angle=0, light=0.5)
    a.flat([(244, 196), (356, 196), (356, 206), (244, 206)], "#d9b25a")
    label = a.paint(rounded(146, 560, 308, 300, 10), "#fbf4e2", "#e2d2ae", angle=0, light=0.3,
                    clip=r)
    a.flat([(146, 588), (454, 588), (454, 593), (146, 593)], "#b08a3c", clip=label)
    a.flat([(146, 826), (454, 826), (454, 831), (146, 831)], "#b08a3c", clip=label)
    a.paint(spline([(190, 690), (250, 630), (290, 670), (340, 615), (410, 690)]), "#b9a67c",
            "#d9cba4",
            light=0.2)
    write(a.image, 300, 736, "赤霞珠", 68, "#5a1424", "bold", "mm", 6)
    write(a.image, 300, 794, "干红葡萄酒", 34, "#8a6a34", "regular", "mm", 3)
    a.glow(ribbon([(182, 470), (174, 700), (184, 920)], 9, 9), "#ffffff", 0.55, 8, r)
    a.glow(ribbon([(268, 60), (268, 280), (240, 360)], 6, 5), "#ffffff", 0.5, 6)
    bottle = a.trimmed()
    b = kit.canvas(0.9, 700, 1000)
    b.paint(rounded(338, 560, 24, 340, 10), "#f3f6f8", "#c6d3da", angle=0, light=0.5)
    b.paint(ellipse(350, 915, 170, 34), "#eef4f6", "#c3d0d8", light=0.5)
    bowl = spline([(170, 90), (120, 280), (150, 450), (260, 560), (350, 585), (440, 560), (550,
                                                                                           450),
                   (580, 280), (530, 90)], steps=8)
    g = b.paint(bowl, "#f6f8fa", "#d9e2e8", angle=0, light=0.25, alpha=0.75)
    b.paint(spline([(128, 300), (156, 440), (262, 545), (350, 568), (438, 545), (544, 440),
                    (572, 300), (350, 330)]), "#a3203e", "#4d0a1c", angle=70, light=0.5, clip=g)
    b.paint(ellipse(350, 300, 222, 42), "#c23a58", "#7f1630", light=0.2)
    b.paint(ellipse(350, 92, 182, 26), "#ffffff", "#d9e2e8", light=0.2, alpha=0.5)
    b.glow(ribbon([(186, 150), (160, 290), (190, 430)], 9, 7), "#ffffff", 0.9, 8, g)
    glass = b.trimmed()
    hero = kit.canvas()
    hero.stamp(bottle, 390, 490, 330)
    hero.stamp(glass, 680, 650, 330)
    cut = kit.canvas()
    cut.stamp(glass, 520, 500, 620, 0)
    return Looks(hero.trimmed(), cut.trimmed(), [bottle], "stand", "shelf", 205, 5,
                 hero_size=560, cut_size=560)


@motif("beer")
def beer(kit: Kit) -> Looks:
    """Cans of wheat beer and a foaming glass."""
    a = kit.canvas(1.0, 560, 1000)
    a.paint(ellipse(280, 930, 168, 40), "#9aa0a4", "#6a7074", light=0.4)
    body = spline([(130, 130), (92, 190), (88, 300), (88, 840), (110, 905), (280, 935), (450, 905),
                   (472, 840), (472, 300), (468, 190), (430, 130)], steps=8)
    r = a.paint(body, "#ffe7a0", "#e0a83a", angle=0, light=0.5, depth=0.16)
    for i in range(5):
        y = 560 + i * 74
        a.flat(spline([(70, y), (170, y - 46), (280, y), (390, y + 46), (490, y), (490, y + 500),
                       (70, y + 500)], steps=8), ("#f3b53a", "#ee9f2c", "#e58a26", "#d9762a",
                       "#c4632a")[i], 0.85, r)
    a.flat(ellipse(280, 400, 150, 150), "#fffaf0", 0.96, r)
    write(a.image, 280, 372, "小麦", 104, "#8f4a1c", "bold", "mm")
    write(a.image, 280, 462, "白啤", 72, "#d98a2c", "bold", "mm")
    write(a.image, 280, 840, "330ml", 52, "#fff6e2", "bold", "mm")
    a.glow(ribbon([(132, 220), (124, 540), (134, 880)], 13, 13), "#ffffff", 0.8, 10, r)
    a.glow(ribbon([(440, 220), (446, 540), (438, 880)], 16, 16), "#6b3a10", 0.4, 16, r)
    a.paint(ellipse(280, 132, 152, 40), "#e6eaec", "#9aa2a8", light=0.5)
    a.paint(ellipse(280, 130, 128, 29), "#c3cacf", "#eef1f2", light=-0.4)
    a.paint(ellipse(290, 128, 50, 13, 10), "#f3f5f6", "#a3abb0", light=0.6)
    can, glass = a.trimmed(), _tumbler(kit, ("#ffdf7a", "#e09a20"), True)
    hero = kit.canvas()
    hero.stamp(can, 640, 440, 330)
    hero.stamp(can, 300, 480, 350)
    hero.stamp(glass, 500, 660, 340, shadow=0.2)
    cut = kit.canvas()
    cut.stamp(glass, 500, 500, 620)
    return Looks(hero.trimmed(), cut.trimmed(), [can], "stand", "shelf", 235, 5, hero_size=600,
                 cut_size=560)


@motif("juice")
def juice(kit: Kit) -> Looks:
    """A bottle of orange juice with fruit."""
    a = kit.canvas(1.0, 600, 1000)
    body = spline([(220, 150), (222, 240), (150, 320), (118, 420), (118, 890), (150, 950), (300,
                                                                                            962),
                   (450, 950), (482, 890), (482, 420), (450, 320), (378, 240), (380, 150)], steps=8)
    r = a.paint(body, "#ffc24a", "#ef8312", angle=20, light=0.5, depth=0.14, grain=0.07, cell=14)
    label = a.paint(rounded(120, 500, 362, 280, 20), "#fffaf0", "#f3e3c2", angle=0, light=0.3,
                    clip=r)
    write(a.image, 300, 596, "鲜榨橙汁", 78, "#d9640f", "bold", "mm")
    write(a.image, 300, 680, "NFC · 1L", 52, "#6f9a3c", "bold", "mm")
    a.flat([(110, 736), (490, 736), (490, 790), (110, 790)], "#7fb04a", clip=label)
    a.paint(rounded(206, 70, 188, 110, 18), "#7fb04a", "#4f7f30", angle=0, light=0.5)
    a.glow(ribbon([(160, 430), (152, 660), (162, 900)], 11, 11), "#ffffff", 0.85, 9, r)
    bottle, glass = a.trimmed(), _tumbler(kit, ("#ffbf45", "#ef8a18"))
    b = kit.canvas(0.6)
    b.paint(ellipse(500, 500, 430, 430), "#ff9d24", "#dd6a0a", light=0.5)
    b.flat(ellipse(500, 500, 402, 402), "#fff2d2")
    for i in range(9):
        pts = [polar(500, 500, 40, i * 40 + 20), polar(500, 500, 360, i * 40 + 5),
               polar(500, 500, 376, i * 40 + 20), polar(500, 500, 360, i * 40 + 35)]
        b.paint(spline(pts, steps=8), "#ffbf4c", "#f48a14", radial=(0.5, 0.5), light=0.4, grain=0.1)
    slice_ = b.trimmed()
    hero = kit.canvas()
    hero.stamp(bottle, 400, 480, 370)
    hero.stamp(glass, 690, 680, 290)
    hero.stamp(slice_, 790, 500, 170, 10, shadow=0.2)
    hero.stamp(slice_, 220, 860, 210, 20, shadow=0.3)
    green_leaf(hero, 300, 900, 460, 850, 34, 10)
    cut = kit.canvas()
    cut.stamp(slice_, 640, 130, 300, 16)
    cut.stamp(glass, 480, 540, 560)
    cut.stamp(slice_, 790, 860, 260, 0, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [bottle], "stand", "shelf", 232, 5,
                 hero_size=600, cut_size=600)


@motif("tea")
def tea(kit: Kit) -> Looks:
    """A tin of green tea, leaves, and a cup."""
    a = kit.canvas(1.0, 700, 1000)
    a.paint(ellipse(350, 900, 250, 62), "#3f6f50", "#1f4230", light=0.4)
    body = [(100, 330), (100, 900), (160, 938), (350, 960), (540, 938), (600, 900), (600, 330)]
    r = a.paint(body, "#6fa27c", "#2f5f45", angle=0, light=0.45, depth=0.14)
    for k, c in enumerate(("#8fbf98", "#5d9470", "#467d5c")):
        a.flat(spline([(80, 760 + k * 56), (220, 690 + k * 60), (350, 760 + k * 50),
                       (480, 680 + k * 64), (620, 750 + k * 50), (620, 1000), (80, 1000)],
                       steps=8), c,
               0.8, r)
    a.paint(rounded(270, 400, 160, 300, 14), "#fbf6e4", "#e6d9b4", light=0.3)
    column(a.image, 350, 424, "龙井", 112, "#2f5f45", "bold", 1.15)
    write(a.image, 350, 678, "明前 · 125g", 22, "#8a7a44", "regular", "mm")
    a.glow(ribbon([(150, 370), (150, 640), (156, 900)], 14, 14), "#ffffff", 0.6, 12, r)
    a.paint([(88, 180), (88, 330), (150, 366), (350, 384), (550, 366), (612, 330), (612, 180)],
            "#e3c878", "#a8863c", angle=0, light=0.5, depth=0.14)
    a.paint(ellipse(350, 182, 262, 64), "#f6e3a4", "#cfae5c", light=0.4)
    tin = a.trimmed()

    def tealeaf() -> Image.Image:
        b = kit.canvas(0.5, 1000, 400)
        for y in (150, 210, 250):
            b.paint(leaf(60, y, 940, y + kit.rng.uniform(-50, 50), 34, kit.rng.uniform(-30, 30)),
                    kit.rng.choice(["#a9bf5c", "#8aa848", "#c3cf78"]), "#5d7a30", light=0.5)
        return b.trimmed()

    leaves = [tealeaf(), tealeaf(), tealeaf()]
    c = kit.canvas()
    c.paint(ellipse(500, 540, 450, 420), "#ffffff", "#cdd8d4", light=0.5)
    c.paint(ellipse(500, 530, 392, 362), "#dfe8c8", "#b9cc8a", light=-0.3, depth=0.1)
    q = c.paint(ellipse(500, 545, 350, 318), "#eaf0b4", "#b9c95c", radial=(0.45, 0.4), light=0.2)
    for i in range(11):
        x, y = polar(500, 545, 66 * math.sqrt(i), i * 137.5)
        ang = kit.rng.uniform(0, 2 * math.pi)
        p = (x + math.cos(ang) * 170, y + math.sin(ang) * 150)
        c.glow(leaf(x + 10, y + 16, p[0] + 10, p[1] + 16, 26), "#7f8f2c", 0.4, 8, q)
        c.paint(leaf(x, y, *p, 26, 8), "#8fb84a", "#557f2c", light=0.5)
        c.paint(leaf(x, y, x + math.cos(ang + 0.5) * 110, y + math.sin(ang + 0.5) * 100, 20),
                "#a9cc62",
                "#6a9438", light=0.5)
    gloss(c, 330, 380, 120, 40, -36, 0.7, q)
    spokes(c, 500, 545, 330, 348, 60, "#ffffff", 2, q, 0.25)
    cup = c.trimmed()
    hero = kit.canvas()
    hero.stamp(tin, 430, 530, 500)
    for _ in range(16):
        hero.stamp(kit.rng.choice(leaves), 660 + kit.rng.gauss(0, 100), 870 + kit.rng.gauss(0, 26),
                   130,
                   kit.rng.uniform(0, 360), shadow=0.3)
    return Looks(hero.trimmed(), cup, leaves, "scatter", "bowl", 150, 110, hero_size=620,
                 cut_size=720)
