"""Chicken, sausages and bacon."""

from __future__ import annotations

from PIL import Image

from ..shapes import ellipse, leaf, ribbon, spline
from .base import Kit, Looks, gloss, motif, sheet
from .meat import marbling, rosemary


def _drumstick(kit: Kit) -> Image.Image:
    a = kit.canvas(0.9)
    a.paint(ribbon([(640, 640), (770, 770), (870, 860)], 46, 38), "#fff4df", "#dfbf92", light=0.5)
    for x, y in ((890, 840), (850, 895)):
        a.paint(ellipse(x, y, 46, 42), "#fff6e6", "#e0c39a", light=0.5)
    shape = spline([(180, 330), (270, 180), (440, 130), (590, 210), (660, 360), (690, 520),
                    (740, 660), (750, 720), (700, 750), (640, 720), (500, 690), (330, 650),
                    (200, 520)])
    r = a.paint(shape, "#fbd9ad", "#e59a7c", angle=50, light=0.5, depth=0.2, grain=0.05, cell=14)
    a.glow(ellipse(320, 330, 130, 110), "#fff0d2", 0.6, 50, r)
    a.glow(ellipse(560, 600, 120, 80, 40), "#e2766a", 0.35, 40, r)
    a.specks(r, "#c9805e", 130, (3, 5), 0.35)
    a.specks(r, "#fff4de", 110, (3, 5), 0.5)
    gloss(a, 330, 260, 110, 44, -32, 0.55, r)
    return a.trimmed()


@motif("drumstick")
def drumstick(kit: Kit) -> Looks:
    """Chicken drumsticks."""
    one, two, herb = _drumstick(kit), _drumstick(kit), rosemary(kit)
    hero = kit.canvas()
    hero.stamp(two, 600, 330, 520, 16, shadow=0.3)
    hero.stamp(one, 380, 520, 560, -18, shadow=0.38)
    hero.stamp(two, 650, 700, 520, 8, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(one, 500, 470, 840, -6, shadow=0.3)
    cut.stamp(herb, 260, 800, 160, 60, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two], "scatter", "tray", 330, 7, True, 740)


@motif("wing")
def wing(kit: Kit) -> Looks:
    """Chicken mid-wings."""

    def one() -> Image.Image:
        a = kit.canvas(0.7, 1000, 640)
        shape = spline([(80, 330), (150, 180), (320, 90), (520, 105), (720, 160), (880, 230),
                        (935, 315), (880, 410), (740, 480), (600, 520), (470, 590), (300, 600),
                        (150, 500)])
        r = a.paint(shape, "#ffe6b4", "#e3a070", angle=70, light=0.5, depth=0.2, grain=0.07, cell=9)
        a.glow(ribbon([(170, 350), (500, 330), (880, 320)], 9, 7), "#b9683e", 0.55, 14, r)
        a.glow(ribbon([(180, 290), (500, 250), (860, 270)], 26, 18), "#fff3d2", 0.6, 22, r)
        a.glow(ribbon([(230, 560), (450, 540), (720, 450)], 18, 14), "#fff0cf", 0.5, 14, r)
        for _ in range(70):
            x, y = kit.rng.uniform(140, 880), kit.rng.uniform(130, 560)
            a.glow(ellipse(x + 3, y + 4, 9, 8), "#b36c44", 0.5, 4, r)
            a.flat(ellipse(x, y, 5, 4), "#fff2d4", 0.7, r)
        for x, s in ((78, 1), (930, -1)):
            e = a.paint(ellipse(x + 14 * s, 300, 40, 70), "#f0b09a", "#c9695c", light=0.4)
            a.paint(ellipse(x + 10 * s, 290, 18, 26), "#fff6ea", "#e0c3a4", light=0.5, clip=e)
        gloss(a, 340, 190, 130, 34, -10, 0.6, r)
        return a.trimmed()

    wings = [one(), one()]
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((350, 270, -14), (660, 330, 18), (330, 480, 10),
                                     (660, 540, -12), (420, 700, -6), (700, 760, 14))):
        hero.stamp(wings[i % 2], x, y, 400, rot, i % 3 == 1, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(wings[0], 470, 340, 840, -14, shadow=0.3)
    cut.stamp(wings[1], 540, 670, 840, 10, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), wings, "rows", "tray", 230, 14, True, 740)


@motif("breast")
def breast(kit: Kit) -> Looks:
    """Chicken breast fillets."""

    def fillet() -> Image.Image:
        a = kit.canvas(0.9, 1000, 640)
        shape = spline([(60, 400), (150, 230), (360, 120), (600, 110), (820, 180), (930, 300),
                        (860, 410), (660, 490), (420, 560), (180, 530)])
        a.paint(sheet(shape, 4, 26), "#d99686", "#b87268", light=0.4)
        r = a.paint(shape, "#fbd3c4", "#eba597", angle=60, light=0.45, depth=0.16, grain=0.05,
                    cell=9)
        for i in range(18):
            y = 130 + i * 24
            a.flat(ribbon([(90, 400 + (y - 340) * 0.5), (420, y), (900, 300 + (y - 340) * 0.35)],
                          1, 1, kit.rng.uniform(1, 3)), "#fff0e8", 0.55, r)
        a.flat(ribbon([(140, 440), (420, 400), (800, 330)], 3, 2, 3), "#d98a7e", 0.5, r)
        gloss(a, 400, 210, 170, 34, -12, 0.6, r)
        return a.trimmed()

    one = fillet()
    slice_ = kit.canvas(0.7, 700, 500)
    shape = spline([(60, 260), (160, 110), (400, 70), (620, 150), (650, 300), (500, 420), (200,
                                                                                           420)])
    slice_.paint(sheet(shape, 4, 20), "#dfb08a", "#b98a5e", light=0.4)
    s = slice_.paint(shape, "#fff6ea", "#f3ddc8", light=0.35, grain=0.08, cell=8)
    for i in range(8):
        slice_.flat(ribbon([(120 + i * 62, 90), (100 + i * 66, 250), (130 + i * 62, 420)], 2, 2),
                    "#e3c3aa", 0.6, s)
    slice_.glow(ribbon([(80, 240), (170, 110), (400, 75), (620, 160)], 8, 8), "#d9944e", 0.8, 8, s)
    cooked = slice_.trimmed()
    hero = kit.canvas()
    hero.stamp(one, 560, 350, 720, 8, shadow=0.3)
    hero.stamp(one, 450, 600, 800, -8, shadow=0.4)
    for x in (250, 330):
        hero.paint(leaf(x, 860, x + 150, 770, 34, 14), "#7fbb58", "#4d8a3c", light=0.5)
    cut = kit.canvas()
    for i in range(6):
        cut.stamp(cooked, 240 + i * 100, 340 + i * 70, 420, -18, shadow=0.38)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "rows", "tray", 380, 4, True, 780)


@motif("sausage")
def sausage(kit: Kit) -> Looks:
    """Grilled sausages."""

    def link(scored: bool) -> Image.Image:
        a = kit.canvas(0.8, 1000, 420)
        body = ribbon([(110, 180), (330, 240), (670, 240), (890, 170)], 74, 74, 18)
        for x, y, s in ((70, 168, -1), (930, 158, 1)):
            a.paint(spline([(x, y - 8), (x + s * 46, y - 34), (x + s * 60, y + 4),
                            (x + s * 40, y + 36), (x, y + 14)]), "#c8683c", "#8f3c1c", light=0.5)
        a.paint(ellipse(112, 182, 74, 74), "#d87a48", "#a04a22", light=0.4)
        a.paint(ellipse(888, 172, 74, 74), "#d87a48", "#a04a22", light=0.4)
        r = a.paint(body, "#e58a54", "#a8481f", angle=90, light=0.5, depth=0.22, grain=0.06,
                    cell=18)
        a.glow(ribbon([(120, 150), (330, 200), (670, 200), (880, 140)], 16, 14), "#ffe6c6", 0.75,
               12,
               r)
        if scored:
            for i in range(6):
                x = 190 + i * 120
                a.flat(ribbon([(x, 300), (x + 36, 225), (x + 76, 160)], 12, 10, 6), "#6b2a10", 0.85,
                       r)
                a.flat(ribbon([(x + 8, 290), (x + 40, 226), (x + 74, 172)], 5, 5, 4), "#f2b48a",
                       0.9,
                       r)
        return a.trimmed()

    plain, cut_link, herb = link(False), link(True), rosemary(kit)
    hero = kit.canvas()
    for i in range(5):
        hero.stamp((plain, cut_link)[i % 2], 500 + (i % 2) * 30, 240 + i * 135, 760, -16,
                   shadow=0.4)
    cut = kit.canvas()
    cut.stamp(cut_link, 500, 330, 900, -16, shadow=0.3)
    for x, y in ((330, 690), (540, 740), (730, 620)):
        cut.paint(ellipse(x + 10, y + 30, 118, 104), "#a04a22", "#7a3214", light=0.4)
        r = cut.paint(ellipse(x, y, 118, 104), "#f3b7a0", "#df8f78", light=0.3, grain=0.14, cell=12)
        marbling(cut, r, 14, (x - 90, y - 80, x + 90, y + 80))
    cut.stamp(herb, 180, 830, 150, 60, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [cut_link, plain], "rows", "board", 380, 6, True,
                 760)


@motif("bacon")
def bacon(kit: Kit) -> Looks:
    """Streaky bacon."""

    def strip() -> Image.Image:
        a = kit.canvas(0.8, 1000, 360)
        path = [(40, 190), (200, 160), (360, 205), (520, 160), (680, 205), (840, 165), (960, 190)]
        a.paint(sheet(ribbon(path, 92, 92), 2, 14), "#8f3a2c", "#6a2418", light=0.4)
        r = a.paint(ribbon(path, 92, 92), "#d8654e", "#b2402f", angle=90, light=0.4, depth=0.12,
                    grain=0.08, cell=14)
        for dy, w, c in ((-62, 17, "#ffedd2"), (-14, 14, "#fbe0c0"), (34, 19, "#fff0da"),
                         (82, 15, "#f3c896")):
            a.flat(ribbon([(x, y + dy + kit.rng.uniform(-7, 7)) for x, y in path], w * 0.8, w,
                          kit.rng.uniform(-4, 6)), c, 0.92, r)
        for i, (x, y) in enumerate(path):
            a.glow(ellipse(x, y, 40, 90), "#fff4e2" if i % 2 else "#5a1a12", 0.28, 26, r)
        return a.trimmed()

    strips = [strip(), strip()]
    hero = kit.canvas()
    for i in range(6):
        hero.stamp(strips[i % 2], 490 + i * 8, 210 + i * 118, 800, -12, i % 2 == 1, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(strips[0], 510, 340, 1000, -20, shadow=0.35)
    cut.stamp(strips[1], 490, 620, 1000, -14, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), strips, "rows", "board", 420, 6, True, 760, 860)
