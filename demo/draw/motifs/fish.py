"""Fish: fillets, steaks and whole fish, squid."""

from __future__ import annotations

from PIL import Image

from ..canvas import Art, Region
from ..shapes import ellipse, leaf, ribbon, spline
from .base import Kit, Looks, gloss, green_leaf, motif, sheet, spokes


def lemon_slice(kit: Kit) -> Image.Image:
    """A slice of lemon to sit beside fish."""
    a = kit.canvas(0.4)
    a.paint(ellipse(500, 500, 420, 420), "#f9d648", "#e0ae1e", light=0.4)
    a.flat(ellipse(500, 500, 385, 385), "#fffbe0")
    r = a.paint(ellipse(500, 500, 355, 355), "#fdea86", "#f6cf3a", radial=(0.5, 0.5), light=0.3)
    spokes(a, 500, 500, 20, 360, 9, "#fffbe4", 17, r, 0.95)
    return a.trimmed()


def dill(kit: Kit) -> Image.Image:
    """A feathery sprig."""
    a = kit.canvas(0.5)
    a.flat(ribbon([(500, 920), (480, 600), (520, 200)], 10, 5), "#5b9a45")
    for i in range(11):
        y = 820 - i * 60
        for s in (-1, 1):
            reach = 230 - abs(i - 4) * 22
            for j in range(4):
                a.flat(ribbon([(495, y), (495 + s * reach * (0.4 + j * 0.1), y - 70 - j * 10),
                               (495 + s * reach * (0.55 + j * 0.16), y - 60 - j * 46)], 6, 3),
                       "#5fa348" if j % 2 else "#7dbb5c")
    return a.trimmed()


def _salmon_block(kit: Kit) -> Image.Image:
    a = kit.canvas(1.0, 1000, 760)
    top = spline([(90, 330), (240, 180), (520, 120), (800, 150), (930, 260), (900, 400),
                  (700, 480), (420, 520), (180, 480)])
    side = spline([(90, 330), (180, 470), (420, 520), (700, 480), (915, 380), (930, 300), (930,
                                                                                           430),
                   (880, 560), (680, 640), (420, 670), (170, 620), (80, 480)], steps=6)
    a.paint(sheet(side, 0, 16), "#9aa5ab", "#5a646c", light=0.5)
    s = a.paint(side, "#ee7a4a", "#c9502a", light=0.35, depth=0.08, grain=0.05)
    for i in range(15):
        x = 120 + i * 58
        a.flat(ribbon([(x, 430), (x + 22, 560), (x - 6, 690)], 4, 7), "#ffd5b8", 0.75, s)
    t = a.paint(top, "#ff9c66", "#ef6d3c", angle=30, light=0.4, depth=0.1, grain=0.05, cell=12)
    for i in range(13):
        x = 130 + i * 64
        a.flat(ribbon([(x - 40, 560), (x + 50, 380), (x + 6, 250), (x + 100, 90)], 4, 4, 4),
               "#ffe3cc", 0.8, t)
        a.glow(ribbon([(x - 22, 560), (x + 68, 380), (x + 24, 250), (x + 118, 90)], 6, 6),
               "#d9552a",
               0.28, 8, t)
    gloss(a, 350, 240, 170, 40, -14, 0.55, t)
    return a.trimmed()


def _sashimi(kit: Kit) -> Image.Image:
    a = kit.canvas(0.7, 1000, 560)
    shape = spline([(70, 300), (200, 150), (520, 90), (860, 130), (940, 260), (840, 400), (480,
                                                                                           470),
                    (180, 440)])
    a.paint(sheet(shape, 6, 26), "#d9602f", "#b8481f", light=0.3)
    r = a.paint(shape, "#ff9e68", "#f4773f", angle=20, light=0.35, depth=0.12)
    for i in range(8):
        x = 140 + i * 112
        a.flat(ribbon([(x - 50, 500), (x + 36, 300), (x + 10, 60)], 5, 5, 6), "#ffe7d4", 0.9, r)
    gloss(a, 360, 200, 120, 26, -10, 0.6, r)
    return a.trimmed()


@motif("salmon")
def salmon(kit: Kit) -> Looks:
    """A thick cut of salmon and its slices."""
    block, slice_, lemon, herb = _salmon_block(kit), _sashimi(kit), lemon_slice(kit), dill(kit)
    hero = kit.canvas()
    hero.stamp(lemon, 790, 330, 290, 12, shadow=0.3)
    hero.stamp(block, 480, 520, 860, -4, shadow=0.3)
    hero.stamp(herb, 250, 720, 260, 70, shadow=0.3)
    cut = kit.canvas()
    for i in range(5):
        cut.stamp(slice_, 480 + i * 12, 210 + i * 145, 760 - i * 10, -8 + i, shadow=0.4)
    cut.stamp(herb, 830, 250, 240, 30, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [slice_], "ring", "ice", 300, 9, True, 800, 800)


def _slab(a: Art, shape: list[tuple[float, float]], skin: str, flesh: str, flesh2: str) -> Region:
    a.paint(sheet(shape, 0, 60), skin, "#6f6a66", light=0.5, grain=0.15)
    a.paint(sheet(shape, 0, 34), flesh2, "#d9c7ac", light=0.4)
    return a.paint(shape, flesh, flesh2, angle=70, light=0.35, depth=0.08, grain=0.05, cell=10)


@motif("codsteak")
def codsteak(kit: Kit) -> Looks:
    """A cod steak cut across the backbone."""

    def steak() -> Image.Image:
        a = kit.canvas(1.0, 1000, 940)
        shape = spline([(500, 90), (660, 110), (800, 240), (850, 430), (800, 640), (690, 800),
                        (590, 800), (540, 640), (500, 570), (460, 640), (400, 800), (300, 800),
                        (200, 640), (150, 430), (200, 240), (340, 110)])
        rim = _slab(a, shape, "#8b8f92", "#8f9499", "#6e747a")
        inner = [(500 + (x - 500) * 0.95, 440 + (y - 440) * 0.95) for x, y in shape]
        r = a.paint(inner, "#fffdf6", "#f1e6d2", angle=70, light=0.3, depth=0.08, clip=rim)
        for s in (-1, 1):
            for i in range(7):
                d = 46 + i * 46
                a.flat(ribbon([(500 + s * 30, 200 - i * 12), (500 + s * d, 300 + i * 10),
                               (500 + s * (d + 40), 460 + i * 16), (500 + s * (d + 20), 800)],
                              3, 3, 5), "#dccbb0", 0.7, r)
        a.glow(ellipse(500, 430, 90, 80), "#e2c9b3", 0.8, 22, r)
        a.paint(ellipse(500, 430, 50, 46, 0, 0.06, kit.rng), "#f6e7d8", "#c9a98f", light=0.7)
        a.paint(ellipse(500, 430, 20, 18), "#b98571", "#8c5a4a", light=0.5)
        gloss(a, 330, 230, 110, 30, -34, 0.7, r)
        return a.trimmed()

    one, herb, lemon = steak(), dill(kit), lemon_slice(kit)
    hero = kit.canvas()
    hero.stamp(one, 600, 400, 620, 14, shadow=0.25)
    hero.stamp(one, 380, 560, 640, -10, shadow=0.4)
    hero.stamp(lemon, 780, 760, 250, 0, shadow=0.35)
    hero.stamp(herb, 640, 850, 170, 60, shadow=0.3)
    return Looks(hero.trimmed(), one, [one], "ring", "plate", 400, 3, True, 740, 800)


@motif("hairtail")
def hairtail(kit: Kit) -> Looks:
    """Silver sections of hairtail."""

    def piece() -> Image.Image:
        a = kit.canvas(0.9, 1000, 460)
        shape = spline([(80, 100), (300, 80), (700, 86), (900, 96), (930, 230), (900, 360),
                        (700, 376), (300, 380), (80, 360), (50, 230)], steps=8)
        r = a.paint(shape, "#f4f8fb", "#9db0c0", angle=90, light=0.5, depth=0.16)
        a.glow(ribbon([(60, 190), (400, 176), (930, 196)], 24, 20), "#ffffff", 0.95, 16, r)
        a.glow(ribbon([(60, 330), (400, 340), (930, 330)], 30, 26), "#71889c", 0.5, 20, r)
        a.flat(ribbon([(70, 240), (400, 252), (930, 236)], 2.5, 2.5), "#7f95a8", 0.7, r)
        for i in range(40):
            x = 90 + i * 21
            a.flat(ribbon([(x, 92), (x + 8, 66), (x + 18, 50)], 4, 1.5), "#b9c9d6", 0.9)
        a.specks(r, "#ffffff", 150, (2, 5), 0.5)
        e = a.paint(ellipse(905, 230, 52, 138), "#fbe3da", "#eab7a8", light=0.3)
        a.paint(ellipse(905, 220, 16, 30), "#fffaf2", "#d9bfae", light=0.5)
        a.flat(ribbon([(905, 90), (900, 220), (905, 370)], 3, 3), "#d98f80", 0.6, e)
        return a.trimmed()

    one, lemon, herb = piece(), lemon_slice(kit), dill(kit)
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((560, 260, -8), (430, 440, 4), (600, 620, -5), (440, 790, 6))):
        hero.stamp(one, x, y, 680, rot, i % 2 == 1, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(one, 520, 340, 900, -12, shadow=0.3)
    cut.stamp(one, 480, 620, 900, 8, True, shadow=0.4)
    cut.stamp(lemon, 240, 820, 230, 0, shadow=0.3)
    cut.stamp(herb, 800, 840, 190, 40, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "ice", 300, 9, True, 720, 820)


SPECIES = {
    "croaker": ("#f2c14a", "#c98d2a", "#fff0b0", "#e8a53a"),
    "bass": ("#7f8f9a", "#55656f", "#f3f6f6", "#8a9aa5"),
}


def _whole_fish(kit: Kit, species: str) -> Image.Image:
    back, deep, belly, fin = SPECIES[species]
    a = kit.canvas(1.0, 1200, 620)
    fan = {"light": 0.4, "depth": 0.1}
    for pts in ([(960, 310), (1140, 150), (1120, 310), (1150, 480)],
                [(430, 150), (520, 66), (760, 90), (820, 190)],
                [(620, 450), (700, 540), (780, 520), (780, 420)]):
        f = a.paint(spline(pts), fin, deep, **fan)
        for i in range(12):
            x, y = pts[0]
            tx, ty = pts[1][0] + (pts[-1][0] - pts[1][0]) * i / 11, pts[1][1] + (
                pts[-1][1] - pts[1][1]) * i / 11
            a.flat(ribbon([(x, y), ((x + tx) / 2, (y + ty) / 2), (tx, ty)], 2, 2), "#fff4d8", 0.4,
                   f)
    body = spline([(70, 330), (170, 220), (360, 140), (620, 140), (860, 230), (1010, 290),
                   (1010, 335), (860, 400), (620, 475), (360, 480), (170, 420)])
    r = a.paint(body, deep, belly, angle=90, light=0.45, depth=0.2)
    a.glow(ribbon([(200, 250), (500, 190), (900, 280)], 50, 20), back, 0.8, 36, r)
    a.glow(ribbon([(200, 410), (500, 440), (900, 370)], 40, 16), belly, 0.8, 26, r)
    for row in range(9):
        for i in range(26):
            x, y = 330 + i * 26 + (row % 2) * 13, 175 + row * 32
            a.flat(ribbon([(x, y - 13), (x - 11, y), (x, y + 13)], 1.8, 1.8), "#ffffff", 0.34, r)
    if species == "bass":
        a.specks(r, "#2d3840", 60, (3, 6), 0.5)
    a.flat(ribbon([(310, 260), (600, 250), (1000, 310)], 3, 2), deep, 0.55, r)
    a.flat(ribbon([(300, 170), (340, 310), (290, 450)], 4, 4, 4), deep, 0.7, r)
    a.glow(ribbon([(315, 180), (355, 310), (305, 450)], 8, 8), "#ffffff", 0.4, 8, r)
    a.paint(leaf(350, 340, 500, 400, 44, 10), fin, deep, light=0.5)
    a.paint(ellipse(178, 285, 38, 38), "#fffbe8", "#c9b070", light=0.6)
    a.paint(ellipse(176, 285, 24, 24), "#1a1a1e", "#3a3a42", light=0.3)
    a.flat(ellipse(168, 276, 8, 7), "#ffffff")
    a.flat(ribbon([(74, 338), (120, 356), (160, 358)], 4, 2), "#5a4028", 0.7, r)
    gloss(a, 480, 215, 190, 24, -2, 0.55, r)
    return a.trimmed()


@motif("fish")
def fish(kit: Kit) -> Looks:
    """A whole fish: croaker or bass."""
    species = kit.art.get("species", "croaker")
    one, lemon, herb = _whole_fish(kit, species), lemon_slice(kit), dill(kit)
    hero = kit.canvas()
    if species == "croaker":
        hero.stamp(one, 520, 360, 940, -10, shadow=0.3)
        hero.stamp(one, 480, 640, 940, -10, shadow=0.4)
    else:
        for x, y, rot in ((240, 380, -24), (420, 330, 8), (700, 640, 16)):
            green_leaf(hero, x, y + 160, x + 240, y - 60 + rot, 60, 20, "#5a9a4a")
        hero.stamp(one, 500, 500, 900, -16, shadow=0.35)
        hero.stamp(lemon, 780, 770, 210, 0, shadow=0.3)
        hero.stamp(lemon, 660, 820, 190, 20, shadow=0.3)
    cut = kit.canvas()
    cut.stamp(one, 760, 480, 1500, -6, shadow=0.3)
    cut.stamp(herb, 780, 840, 200, 50, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "ice", 560, 3, True, 860, 1010)


@motif("squid")
def squid(kit: Kit) -> Looks:
    """Squid with mantle, fins and arms."""

    def whole() -> Image.Image:
        a = kit.canvas()
        for i in range(8):
            x = 390 + i * 32
            sway = (i - 3.5) * 46
            a.paint(ribbon([(x, 640), (x + sway * 0.4, 760), (x + sway, 850),
                            (x + sway * 1.5 + kit.rng.uniform(-30, 30), 950)], 21, 6),
                    "#f6dfe4", "#c79ab0", light=0.5, depth=0.3)
        for s in (-1, 1):
            fin = spline([(500, 60), (500 + s * 130, 150), (500 + s * 290, 280),
                          (500 + s * 150, 380), (500, 390)])
            f = a.paint(fin, "#eccdd8", "#b98aa6", light=0.5, depth=0.12)
            a.specks(f, "#8c4668", 50, (3, 6), 0.5)
        body = spline([(500, 40), (590, 160), (650, 380), (650, 560), (600, 630), (500, 645),
                       (400, 630), (350, 560), (350, 380), (410, 160)])
        r = a.paint(body, "#fdf0f2", "#d3a6bc", angle=20, light=0.5, depth=0.24)
        a.specks(r, "#8c4668", 170, (3, 7), 0.5)
        a.glow(ribbon([(500, 80), (510, 300), (500, 620)], 30, 50), "#a4648a", 0.35, 30, r)
        a.paint(ellipse(500, 670, 118, 74), "#f3dbe2", "#c497af", light=0.5)
        for s in (-1, 1):
            a.paint(ellipse(500 + s * 92, 680, 30, 30), "#f9f3e6", "#b9a7a0", light=0.5)
            a.paint(ellipse(500 + s * 94, 682, 18, 20), "#20181f", "#4a3d48", light=0.4)
        gloss(a, 430, 300, 34, 120, 6, 0.6, r)
        return a.trimmed()

    def ring() -> Image.Image:
        a = kit.canvas(0.5)
        a.paint(ellipse(506, 530, 390, 330, 10, 0.04, kit.rng), "#c9a3b4", "#9c6f88", light=0.4)
        a.paint(ellipse(500, 500, 390, 330, 10, 0.04, kit.rng), "#fff7f5", "#eed6dc", light=0.5,
                depth=0.06)
        a.paint(ellipse(503, 508, 300, 245, 10, 0.04, kit.rng), "#d9b8c4", "#f3e2e4", light=-0.5,
                depth=0.1)
        a.erase(ellipse(508, 530, 270, 212, 10))
        return a.trimmed()

    one, loop, lemon = whole(), ring(), lemon_slice(kit)
    cut = kit.canvas()
    for x, y, w, rot in ((320, 300, 420, 0), (680, 330, 440, 40), (480, 600, 460, 80),
                         (780, 700, 340, 20), (220, 720, 340, 60)):
        cut.stamp(loop, x, y, w, rot, shadow=0.35)
    cut.stamp(lemon, 520, 860, 230, 0, shadow=0.3)
    hero = kit.canvas()
    hero.stamp(one, 350, 500, 560, 14, shadow=0.3)
    hero.stamp(one, 680, 520, 540, -10, shadow=0.35)
    return Looks(hero.trimmed(), cut.trimmed(), [loop, one, loop], "scatter", "ice", 230, 8, True,
                 880)
