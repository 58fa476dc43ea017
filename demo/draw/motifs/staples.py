"""Rice, noodles, oil and dates."""

from __future__ import annotations

from PIL import Image

from ..fonts import column, write
from ..shapes import ellipse, leaf, ribbon, rounded, spline
from .base import Kit, Looks, gloss, motif


def _ear(kit: Kit) -> Image.Image:
    a = kit.canvas(0.6)
    a.flat(ribbon([(480, 960), (500, 600), (560, 150)], 9, 5), "#b9922e")
    for i in range(13):
        y = 150 + i * 44
        x = 560 - i * 6
        for s in (-1, 1):
            a.paint(leaf(x, y + 44, x + s * 88, y - 26, 24, s * 8), "#f3cf62", "#c9952a", light=0.6)
    return a.trimmed()


def _grains(kit: Kit, n: int, rx: float, ry: float) -> Image.Image:
    a = kit.canvas()
    a.paint(ellipse(500, 640, rx * 1.02, ry * 0.8, 0, 0.04, kit.rng), "#f3ebd8", "#d6c7a6",
            light=0.5)
    for i in range(n):
        t = i / n
        x = 500 + kit.rng.gauss(0, rx * 0.42) * (1 - t * 0.5)
        y = 640 - t * ry * 0.8 + kit.rng.gauss(0, ry * 0.34) * (1 - t * 0.5)
        d = kit.rng.uniform(-20, 20)
        a.paint(leaf(x - 27, y - d * 0.6, x + 27, y + d * 0.6, 11),
                kit.rng.choice(["#fffdf6", "#fbf5e6", "#f3ead6"]), "#d9ccb0", light=0.7, depth=0.3)
    return a.trimmed()


@motif("rice")
def rice(kit: Kit) -> Looks:
    """A sack of rice, grains and a bowl."""
    a = kit.canvas()
    bag = spline([(250, 150), (500, 175), (750, 150), (790, 260), (815, 560), (800, 880), (740,
                                                                                           940),
                  (500, 955), (260, 940), (200, 880), (185, 560), (210, 260)], steps=10)
    r = a.paint(bag, "#fdf7e6", "#dcc9a0", angle=0, light=0.5, depth=0.14, grain=0.05, cell=6)
    band = a.paint([(180, 400), (820, 400), (820, 790), (180, 790)], "#5d8f52", "#3f6f3c", angle=0,
                   light=0.2, clip=r)
    a.flat([(180, 414), (820, 414), (820, 422), (180, 422)], "#f0d88a", clip=band)
    a.flat([(180, 768), (820, 768), (820, 776), (180, 776)], "#f0d88a", clip=band)
    a.flat(ellipse(500, 590, 142, 142), "#fdf6df", clip=band)
    column(a.image, 456, 486, "稻花", 92, "#3f6f3c")
    column(a.image, 552, 516, "香米", 78, "#b5832c")
    write(a.image, 500, 850, "净含量 5kg", 46, "#7a6234", "bold", "mm")
    for x0, x1 in ((260, 320), (720, 690), (420, 440)):
        a.glow(ribbon([(x0, 180), (x1, 300), (x0 - 14, 420)], 3, 8), "#8f7a50", 0.35, 10, r)
    a.glow(ribbon([(250, 240), (226, 560), (240, 880)], 16, 16), "#ffffff", 0.6, 18, r)
    a.paint(spline([(240, 160), (500, 190), (760, 160), (740, 80), (500, 110), (260, 80)]),
            "#f6ecd0",
            "#d9c398", light=0.5)
    a.paint(ribbon([(226, 172), (500, 200), (774, 172)], 11, 11), "#c9a04a", "#96702c", light=0.6)
    sack, pile, ear = a.trimmed(), _grains(kit, 360, 330, 200), _ear(kit)
    hero = kit.canvas()
    hero.stamp(ear, 800, 470, 210, 14, shadow=0.2)
    hero.stamp(sack, 440, 480, 600)
    hero.stamp(pile, 740, 838, 340, shadow=0.2)
    bowl = kit.canvas()
    bowl.stamp(_grains(kit, 420, 350, 260), 500, 440, 760)
    bowl.paint(spline([(110, 480), (500, 560), (890, 480), (850, 700), (690, 880), (500, 900),
                       (310, 880), (150, 700)], steps=10), "#6f9fc0", "#2f5f86", light=0.5,
                       depth=0.2)
    bowl.paint(ribbon([(112, 484), (500, 566), (888, 484)], 13, 13), "#f7fbfd", "#bcd3e0",
               light=0.5)
    bowl.paint(rounded(400, 880, 200, 60, 20), "#3f7098", "#264f70", light=0.5)
    bowl.glow(ribbon([(190, 560), (240, 700), (330, 810)], 14, 8), "#ffffff", 0.5, 12)
    return Looks(hero.trimmed(), bowl.trimmed(), [sack], "stand", "shelf", 340, 3, hero_size=660)


@motif("noodle")
def noodle(kit: Kit) -> Looks:
    """Bundles of dried noodles and a bowl of them."""

    def bundle() -> Image.Image:
        a = kit.canvas(1.0, 1000, 420)
        for _ in range(150):
            y = 210 + kit.rng.gauss(0, 46)
            d = (y - 210) * 0.55
            a.flat(ribbon([(40 + kit.rng.uniform(0, 24), y + d), (500, 210 + (y - 210) * 0.62),
                           (960 - kit.rng.uniform(0, 24), y + d)], 4.5, 4.5),
                   kit.rng.choice(["#fbeec4", "#f3dfa6", "#e9cf8c", "#fff6da"]))
        a.paint(ribbon([(470, 122), (474, 210), (470, 300)], 52, 52), "#e2583f", "#b5382a", angle=0,
                light=0.5)
        write(a.image, 471, 186, "手", 50, "#fff3dc", "bold", "mm")
        write(a.image, 471, 240, "工", 50, "#fff3dc", "bold", "mm")
        return a.trimmed()

    one = bundle()
    hero = kit.canvas()
    for i, (y, rot) in enumerate(((300, -16), (470, -6), (650, 8))):
        hero.stamp(one, 500 + (i - 1) * 16, y, 880, rot, shadow=0.35)
    wheat = _ear(kit)
    hero.stamp(wheat, 830, 760, 150, 60, shadow=0.3)
    cut = kit.canvas()
    cut.paint(ellipse(500, 520, 450, 420), "#f9f5ee", "#cfc0ae", light=0.5)
    cut.flat(ellipse(500, 512, 412, 382), "#b5483a")
    cut.flat(ellipse(500, 512, 404, 374), "#fbf6ec")
    r = cut.paint(ellipse(500, 512, 380, 350), "#f3d9a0", "#d9a95c", light=-0.25, depth=0.06)
    for _ in range(120):
        x, y = 500 + kit.rng.gauss(0, 150), 520 + kit.rng.gauss(0, 120)
        b = kit.rng.uniform(-120, 120)
        cut.paint(ribbon([(x - 180, y + b * 0.2), (x - 40, y + b * 0.6), (x + 60, y - b * 0.5),
                          (x + 180, y + b * 0.3)], 8, 8), kit.rng.choice(["#fff1c4", "#f9e2a4",
                          "#efcf88"]), "#dcb468", light=0.5, depth=0.4, clip=r)
    cut.paint(ellipse(600, 460, 170, 140, 0, 0.06, kit.rng), "#fffdf6", "#ece2cf", light=0.5)
    y = cut.paint(ellipse(605, 450, 74, 68), "#ffb936", "#ef850f", radial=(0.4, 0.35), light=0.6)
    gloss(cut, 580, 424, 24, 14, -30, 0.9, y)
    for _ in range(26):
        x, y2 = 400 + kit.rng.gauss(0, 90), 600 + kit.rng.gauss(0, 60)
        cut.paint(ellipse(x, y2, 14, 10), "#8fce62", "#3f8a38", light=0.5)
    for x in (270, 330):
        cut.paint(leaf(x, 470, x + 60, 250, 52, -20), "#6fb24a", "#2f7a34", light=0.5, clip=r)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "tray", 420, 6, True, 780)


@motif("oil")
def oil(kit: Kit) -> Looks:
    """A jug of peanut oil and peanuts."""
    a = kit.canvas()
    body = spline([(430, 170), (430, 250), (300, 330), (250, 450), (250, 870), (290, 945), (500,
                                                                                            955),
                   (710, 945), (750, 870), (750, 450), (700, 330), (570, 250), (570, 170)], steps=8)
    r = a.paint(body, "#ffd75e", "#d98f14", angle=20, light=0.5, depth=0.14)
    a.glow(ellipse(600, 500, 130, 260), "#fff0a8", 0.55, 60, r)
    a.flat(spline([(640, 350), (700, 420), (700, 600), (640, 640), (610, 600), (610, 400)]),
           "#a86a10",
           0.35, r)
    label = a.paint(rounded(262, 520, 476, 300, 30), "#fff6dc", "#f0dcae", angle=0, light=0.3,
                    clip=r)
    a.flat([(250, 520), (750, 520), (750, 560), (250, 560)], "#b5382a", clip=label)
    write(a.image, 500, 650, "花生油", 112, "#8f2a1c", "bold", "mm")
    write(a.image, 500, 750, "物理压榨 · 2.5L", 46, "#a8762c", "regular", "mm")
    a.paint(rounded(415, 90, 170, 120, 18), "#d9482f", "#9c2718", angle=0, light=0.5)
    a.glow(ribbon([(296, 420), (284, 640), (292, 900)], 12, 12), "#ffffff", 0.85, 10, r)
    jug = a.trimmed()

    def nut() -> Image.Image:
        b = kit.canvas(0.5, 1000, 640)
        shape = spline([(80, 330), (170, 170), (340, 130), (500, 210), (660, 120), (850, 170),
                        (930, 330), (840, 490), (660, 520), (500, 430), (340, 520), (160, 480)])
        q = b.paint(shape, "#f0cf96", "#b98a4c", light=0.55, depth=0.2, grain=0.1, cell=10)
        for i in range(6):
            y = 190 + i * 54
            b.flat(ribbon([(100, y + 10), (330, y), (500, y + 6), (700, y - 6), (910, y + 8)], 3,
                          3),
                   "#9a6f38", 0.5, q)
        for i in range(13):
            x = 130 + i * 62
            b.flat(ribbon([(x, 150), (x + 14, 320), (x, 500)], 2.5, 2.5), "#9a6f38", 0.45, q)
        return b.trimmed()

    peanut = nut()
    hero = kit.canvas()
    hero.stamp(jug, 450, 480, 480)
    for x, y, w, rot in ((760, 850, 220, -20), (640, 900, 200, 16), (230, 900, 190, 30)):
        hero.stamp(peanut, x, y, w, rot, shadow=0.3)
    cut = kit.canvas()
    for i in range(15):
        cut.stamp(peanut, 180 + (i % 4) * 215 + (i // 4) * 30, 240 + (i // 4) * 175, 260,
                  kit.rng.uniform(0, 180), shadow=0.38)
    return Looks(hero.trimmed(), cut.trimmed(), [peanut], "pile", "bowl", 190, 16, hero_size=640)


@motif("jujube")
def jujube(kit: Kit) -> Looks:
    """Dried red dates."""

    def one() -> Image.Image:
        a = kit.canvas(0.6, 1000, 760)
        r = a.paint(ellipse(500, 380, 400, 285, 0, 0.03, kit.rng), "#c8402c", "#6b1018",
                    radial=(0.38, 0.3), light=0.5, depth=0.24)
        for _ in range(17):
            x, y = kit.rng.uniform(160, 800), kit.rng.uniform(160, 600)
            pts = [(x - 70, y + kit.rng.uniform(-30, 30)), (x, y), (x + 80,
                                                                    y + kit.rng.uniform(-40, 40))]
            a.glow(ribbon(pts, 2, 2, 7), "#3f060c", 0.6, 6, r)
            a.glow(ribbon([(px - 5, py - 12) for px, py in pts], 1, 1, 6), "#f58a64", 0.5, 6, r)
        a.glow(ellipse(120, 380, 30, 46), "#5d3a1c", 0.8, 12, r)
        gloss(a, 350, 230, 120, 40, -20, 0.7, r)
        return a.trimmed()

    b = kit.canvas(0.9, 1000, 760)
    b.paint(ellipse(500, 380, 420, 300, 0, 0.03, kit.rng), "#b8342a", "#6b1018", light=0.5)
    r = b.paint(ellipse(500, 378, 370, 252, 0, 0.04, kit.rng), "#e9b071", "#c07a3c", light=-0.25,
                grain=0.22, cell=14)
    for _ in range(50):
        x, y = 500 + kit.rng.gauss(0, 180), 380 + kit.rng.gauss(0, 110)
        b.flat(ribbon([(x - 40, y), (x, y + kit.rng.uniform(-20, 20)), (x + 46, y)], 2, 2),
               "#ffdf9a",
               0.6, r)
    s = b.paint(leaf(250, 385, 750, 385, 84), "#b07a4c", "#6a3f22", light=0.6, grain=0.16)
    b.flat(ribbon([(280, 385), (500, 378), (720, 385)], 3, 2), "#5a3118", 0.7, s)
    dates, half = [one(), one(), one()], b.trimmed()
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((360, 300, -20), (640, 310, 24), (240, 480, 40), (500, 460,
                                                                                       -8),
                                     (760, 500, -34), (360, 650, 12), (640, 670, -16))):
        hero.stamp(dates[i % 3], x, y, 320, rot, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(dates[0], 660, 300, 520, 20, shadow=0.35)
    cut.stamp(half, 420, 610, 720, -10, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), dates, "pile", "bowl", 190, 22, True, 720)
