"""Beef, lamb and pork."""

from __future__ import annotations

import math

from PIL import Image

from ..canvas import Art, Region
from ..colour import darker
from ..shapes import Poly, ellipse, leaf, ribbon, spline
from .base import Kit, Looks, gloss, motif, sheet


def rosemary(kit: Kit) -> Image.Image:
    """A sprig of rosemary."""
    a = kit.canvas(0.5)
    a.flat(ribbon([(500, 950), (490, 600), (520, 90)], 11, 5), "#7a6a3e")
    for i in range(18):
        y = 870 - i * 44
        for s in (-1, 1):
            a.paint(leaf(500, y, 500 + s * (130 - i * 3.6), y - 92, 10, s * 10), "#7fa06a",
                    "#4a6f47",
                    light=0.5)
    return a.trimmed()


def marbling(a: Art, area: Region, lines: int, box: tuple[float, float, float, float],
             colour: str = "#fff1e6") -> None:
    """Branching veins of fat."""
    rng = a.rng
    for _ in range(lines):
        x, y = rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3])
        ang = rng.uniform(0, math.pi)
        pts: Poly = [(x, y)]
        for _ in range(4):
            ang += rng.uniform(-0.8, 0.8)
            step = rng.uniform(20, 60)
            x, y = x + math.cos(ang) * step, y + math.sin(ang) * step
            pts.append((x, y))
        a.flat(ribbon(pts, 0.8, 0.6, rng.uniform(0.8, 3.8)), colour, rng.uniform(0.4, 0.85), area)


def _steak(kit: Kit) -> Image.Image:
    a = kit.canvas(1.0, 1000, 900)
    shape = spline([(110, 480), (130, 300), (270, 160), (500, 110), (740, 140), (890, 280),
                    (900, 460), (800, 600), (660, 640), (560, 720), (380, 740), (190, 650)])
    a.paint(sheet(shape, 4, 46), "#8a1f26", "#5a1018", light=0.5)
    rim = a.paint(shape, "#fff4dc", "#efd3aa", light=0.4, depth=0.05, grain=0.06, cell=12)
    inner = [(520 + (x - 500) * 0.93 + 4, 430 + (y - 420) * 0.885 + 8) for x, y in shape]
    r = a.paint(inner, "#cf3f43", "#9c1f2b", angle=50, light=0.35, depth=0.08, grain=0.10, cell=8,
                clip=rim)
    a.glow(ellipse(420, 330, 240, 130, -12), "#ec7468", 0.45, 70, r)
    marbling(a, r, 190, (150, 160, 900, 720))
    a.flat(ribbon([(600, 640), (570, 560), (620, 470), (720, 420)], 10, 2, 5), "#fbe3cc", 0.9, r)
    gloss(a, 360, 260, 160, 34, -18, 0.4, r)
    return a.trimmed()


@motif("steak")
def steak(kit: Kit) -> Looks:
    """Sirloin with marbling, raw and sliced."""
    raw, herb = _steak(kit), rosemary(kit)

    def slice_() -> Image.Image:
        a = kit.canvas(0.8, 1000, 420)
        shape = spline([(60, 230), (140, 90), (500, 60), (860, 90), (940, 230), (860, 340),
                        (500, 370), (140, 340)], steps=8)
        a.paint(sheet(shape, 0, 18), "#4a2414", "#2c130a", light=0.4)
        a.paint(shape, "#6d3a20", "#4a2211", light=0.4, grain=0.2)
        inner = [(500 + (x - 500) * 0.95, 215 + (y - 215) * 0.82) for x, y in shape]
        r = a.paint(inner, "#d9736a", "#c25a58", light=0.25, grain=0.14, cell=9)
        a.glow([(500 + (x - 500) * 0.78, 215 + (y - 215) * 0.5) for x, y in shape], "#e9857c", 0.8,
               24, r)
        marbling(a, r, 22, (120, 110, 880, 330), "#f3c1ae")
        gloss(a, 380, 150, 160, 20, -4, 0.45, r)
        return a.trimmed()

    piece = slice_()
    hero = kit.canvas()
    hero.stamp(raw, 580, 360, 660, 10, shadow=0.25)
    hero.stamp(raw, 440, 560, 760, -8, shadow=0.4)
    hero.stamp(herb, 740, 780, 180, 60, shadow=0.35)
    for x, y in ((220, 850), (300, 880), (180, 900), (390, 860)):
        hero.paint(ellipse(x, y, 13, 12, 0, 0.1, kit.rng), "#3a3230", "#15100f", light=0.8)
    cut = kit.canvas()
    for i in range(6):
        cut.stamp(piece, 500 + i * 14, 190 + i * 125, 780, -14, shadow=0.4)
    cut.stamp(herb, 810, 820, 170, 30, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [raw], "ring", "board", 400, 3, True, 800, 800)


def _roll(kit: Kit) -> Image.Image:
    a = kit.canvas(0.6, 1000, 700)
    body = spline([(110, 240), (300, 150), (720, 130), (900, 220), (930, 400), (860, 560),
                   (500, 600), (180, 560), (70, 400)])
    r = a.paint(body, "#e87a78", "#bf3f47", angle=80, light=0.5, depth=0.2)
    for i in range(10):
        y = 150 + i * 48 + kit.rng.uniform(-10, 10)
        a.flat(ribbon([(60, y + 30), (300, y - 16), (620, y + 16), (940, y - 10)], 6, 6,
                      kit.rng.uniform(4, 13)), "#fff0e8", 0.85, r)
    e = a.paint(ellipse(170, 390, 112, 172, 8, 0.03, kit.rng), "#fbe0d6", "#d9686a", light=0.5)
    for k in (0.8, 0.55, 0.3):
        a.flat(ellipse(170, 390, 112 * k, 172 * k, 8), "#c4434c" if k != 0.55 else "#fff2ec", 0.95,
               e)
        a.flat(ellipse(172, 392, 112 * k - 14, 172 * k - 16, 8), "#fff2ec" if k != 0.55 else
               "#c4434c", 0.9, e)
    gloss(a, 520, 210, 180, 26, -4, 0.4, r)
    return a.trimmed()


@motif("beefroll")
def beefroll(kit: Kit) -> Looks:
    """Shaved rolls for hot pot."""
    rolls = [_roll(kit), _roll(kit)]
    hero = kit.canvas()
    for row, (n, y) in enumerate(((2, 330), (3, 490), (4, 660), (3, 810))):
        for i in range(n):
            hero.stamp(rolls[(i + row) % 2], 500 + (i - (n - 1) / 2) * 235, y, 290,
                       kit.rng.uniform(-16, 16), shadow=0.4)
    cut = kit.canvas()
    cut.stamp(rolls[0], 620, 300, 640, 14, shadow=0.3)
    cut.stamp(rolls[1], 380, 520, 680, -8, shadow=0.4)
    cut.stamp(rolls[0], 640, 760, 620, 6, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), rolls, "rows", "tray", 220, 16, True, 760)


def _belly(kit: Kit, w: float = 1000, front: float = 300) -> Image.Image:
    a = kit.canvas(0.9, w, 760)
    x0, x1, y0, lean = 50.0, w - 190, 270.0, 130.0
    bands = (("#f3cf9c", 26), ("#fff3e8", 42), ("#cf5a64", 50), ("#fff0e6", 34), ("#c04a58", 62),
             ("#fdebe0", 30), ("#b63f4e", 72))
    scale = front / sum(h for _, h in bands)

    def wave(y: float, dx: float = 0, dy: float = 0) -> Poly:
        return [(x0 + dx + (x1 - x0) * i / 6, y + dy + 7 * math.sin(i * 1.7 + y * 0.05))
                for i in range(7)]

    face = [(x0, y0), (x1, y0), (x1, y0 + front), (x0, y0 + front)]
    end = [(x1, y0), (x1 + 120, y0 - lean), (x1 + 120, y0 - lean + front), (x1, y0 + front)]
    f = a.paint(spline(face, steps=1), "#fbeadf", light=0)
    e = a.paint(spline(end, steps=1), "#f2d8c8", light=0)
    y = y0
    for colour, height in bands:
        h = height * scale
        top, low = wave(y), wave(y + h)
        a.paint(top + low[::-1], colour, light=0.25, depth=0.2, grain=0.12, cell=9, clip=f)
        side = [(x1 - 4, y), (x1 + 124, y - lean), (x1 + 124, y - lean + h), (x1 - 4, y + h)]
        a.paint(side, darker(colour, 0.22), light=0.15, grain=0.12, cell=9, clip=e)
        y += h
    skin = [(x0, y0), (x0 + 120, y0 - lean), (x1 + 120, y0 - lean), (x1, y0)]
    t = a.paint(skin, "#fbdcae", "#ecbc86", angle=60, light=0.35, depth=0.06, grain=0.08, cell=10)
    a.specks(t, "#b8804e", 110, (2, 4), 0.4)
    marbling(a, f, 16, (x0, y0 + 80, x1, y0 + front))
    gloss(a, x0 + (x1 - x0) * 0.42, y0 - lean * 0.55, 110, 18, -2, 0.6, t)
    return a.trimmed()


@motif("porkbelly")
def porkbelly(kit: Kit) -> Looks:
    """Layered pork belly."""
    block, cube = _belly(kit, 1000, 300), _belly(kit, 560, 320)
    hero = kit.canvas()
    hero.stamp(block, 480, 400, 820, -3, shadow=0.3)
    hero.stamp(cube, 640, 720, 300, 4, shadow=0.35)
    hero.stamp(cube, 330, 760, 290, -5, shadow=0.35)
    cut = kit.canvas()
    for x, y, rot in ((300, 300, -4), (680, 320, 5), (480, 660, -2)):
        cut.stamp(cube, x, y, 430, rot, shadow=0.38)
    return Looks(hero.trimmed(), cut.trimmed(), [cube], "rows", "board", 200, 9, True, 740, 780)


@motif("ribs")
def ribs(kit: Kit) -> Looks:
    """Short pieces of pork rib."""

    def rib() -> Image.Image:
        a = kit.canvas(0.7, 1000, 700)
        a.paint(ribbon([(60, 380), (300, 340), (930, 350)], 60, 62), "#fff6e4", "#dcbf98",
                    light=0.5)
        shape = spline([(265, 240), (420, 150), (660, 170), (770, 260), (785, 430), (700, 560),
                        (450, 580), (290, 500), (240, 380)])
        r = a.paint(shape, "#e2817c", "#b84a50", angle=60, light=0.5, depth=0.18, grain=0.1,
                    cell=10)
        marbling(a, r, 20, (180, 180, 860, 560), "#ffe9df")
        a.glow(ribbon([(270, 250), (450, 172), (770, 270)], 16, 14), "#ffeade", 0.9, 10, r)
        e = a.paint(ellipse(905, 350, 46, 66), "#fff3df", "#e0b994", light=0.4)
        a.paint(ellipse(907, 350, 24, 38, 0, 0.1, kit.rng), "#c8545a", "#93303c", light=-0.3,
                clip=e)
        gloss(a, 420, 250, 120, 30, -14, 0.5, r)
        return a.trimmed()

    pieces = [rib(), rib(), rib()]
    hero = kit.canvas()
    for i, (x, y, rot) in enumerate(((340, 300, -20), (670, 320, 12), (480, 460, -6),
                                     (270, 600, 24), (720, 600, -18), (490, 740, 8))):
        hero.stamp(pieces[i % 3], x, y, 430, rot, i % 2 == 1, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(pieces[0], 480, 340, 780, -12, shadow=0.3)
    cut.stamp(pieces[1], 540, 690, 780, 8, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), pieces, "scatter", "tray", 250, 12, True, 740)


@motif("minced")
def minced(kit: Kit) -> Looks:
    """Minced pork in strands."""

    def heap(spread: float) -> Image.Image:
        a = kit.canvas()
        a.paint(ellipse(500, 640, 380 * spread, 250, 0, 0.03, kit.rng), "#d67a78", "#a84a50",
                light=0.5)
        for i in range(330):
            t = i / 330
            r = (1 - t) ** 0.6
            ang = kit.rng.uniform(0, 6.28)
            x = 500 + math.cos(ang) * 380 * spread * r * kit.rng.uniform(0.2, 1)
            y = 660 - t * 250 + math.sin(ang) * 220 * r * kit.rng.uniform(0.2, 1)
            d = kit.rng.uniform(-70, 70)
            a.paint(ribbon([(x - 50, y + d * 0.3), (x, y + d * 0.4 + 16), (x + 50, y - d * 0.3)],
                           17,
                           15), kit.rng.choice(["#f0a09a", "#e58a86", "#f6b6ae", "#fbe4da"]),
                    "#c4605f", light=0.6, depth=0.3)
        return a.trimmed()

    one, small = heap(1.0), heap(0.8)
    hero = kit.canvas()
    hero.stamp(one, 500, 520, 800, 0, shadow=0.3)
    for x, y, r in ((330, 330, -30), (560, 300, 20)):
        hero.paint(leaf(x, y + 60, x + 130, y - 50, 34, r), "#6fae4e", "#3f7f35", light=0.5)
    return Looks(hero.trimmed(), small, [small], "rows", "tray", 300, 4, True, 720, 860)


@motif("lambchop")
def lambchop(kit: Kit) -> Looks:
    """Frenched lamb chops."""

    def chop() -> Image.Image:
        a = kit.canvas(0.9)
        a.paint(ribbon([(560, 520), (650, 300), (810, 90)], 44, 30, -4), "#fff8e6", "#dcc196",
                angle=20, light=0.5)
        a.paint(ellipse(816, 84, 34, 28, -40), "#fff5e0", "#e0c49a", light=0.4)
        shape = spline([(560, 380), (660, 470), (690, 640), (600, 820), (420, 890), (250, 820),
                        (190, 640), (260, 470), (410, 370)])
        a.paint(sheet(shape, 4, 26), "#8f2430", "#5f131f", light=0.4)
        rim = a.paint(shape, "#fff1dc", "#eccaa4", light=0.4, depth=0.06)
        inner = [(440 + (x - 440) * 0.86, 650 + (y - 640) * 0.84) for x, y in shape]
        r = a.paint(inner, "#d9535a", "#a52a38", angle=50, light=0.4, depth=0.1, grain=0.1, cell=8,
                    clip=rim)
        marbling(a, r, 36, (230, 420, 640, 840))
        gloss(a, 360, 540, 90, 30, -30, 0.5, r)
        return a.trimmed()

    one, two, herb = chop(), chop(), rosemary(kit)
    hero = kit.canvas()
    hero.stamp(two, 330, 450, 520, -16, shadow=0.3)
    hero.stamp(one, 560, 500, 560, 0, shadow=0.35)
    hero.stamp(two, 750, 580, 520, 14, shadow=0.38)
    hero.stamp(herb, 270, 800, 160, 76, shadow=0.3)
    cut = kit.canvas()
    cut.stamp(one, 500, 480, 840, 4, shadow=0.3)
    cut.stamp(herb, 210, 330, 170, -20, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two], "ring", "board", 300, 6, True, 780)


@motif("shank")
def shank(kit: Kit) -> Looks:
    """Beef shank, whole and in sinewy slices."""
    a = kit.canvas(1.0, 1100, 620)
    shape = spline([(70, 330), (200, 190), (480, 110), (780, 150), (980, 250), (1040, 320),
                    (960, 400), (760, 500), (460, 540), (190, 470)])
    r = a.paint(shape, "#c23a44", "#7f1826", light=0.5, depth=0.2, grain=0.1, cell=9)
    for i in range(26):
        y = 130 + i * 16
        a.flat(ribbon([(80, 320 + (y - 320) * 0.4), (420, y), (760, y + 6),
                       (1030, 320 + (y - 320) * 0.2)], 1, 1, kit.rng.uniform(1, 5)),
               kit.rng.choice(["#f6d6cc", "#e07a78", "#6f1420"]), 0.45, r)
    a.glow(ribbon([(300, 170), (520, 130), (800, 180)], 16, 10), "#fff0e4", 0.75, 10, r)
    gloss(a, 430, 220, 160, 30, -8, 0.45, r)
    whole = a.trimmed()

    def slice_() -> Image.Image:
        b = kit.canvas(0.8)
        shape = ellipse(500, 500, 400, 340, 0, 0.03, kit.rng)
        b.paint(sheet(shape, 6, 22), "#6b3a22", "#43210f", light=0.4)
        m = b.paint(shape, "#a4594f", "#7a3a34", light=0.35, depth=0.1, grain=0.12, cell=8)
        cells = [(500 + kit.rng.gauss(0, 170), 500 + kit.rng.gauss(0, 140)) for _ in range(11)]
        for x, y in cells:
            rad = kit.rng.uniform(60, 105)
            blob = ellipse(x, y, rad, rad * 0.8, kit.rng.uniform(0, 180), 0.16, kit.rng)
            b.flat(ellipse(x, y, rad + 11, rad * 0.8 + 11, 0, 0.1, kit.rng), "#e6c39a", 0.7, m)
            b.paint(blob, "#ad6458", "#84443c", light=0.4, grain=0.14, clip=m)
        gloss(b, 380, 360, 120, 32, -24, 0.5, m)
        return b.trimmed()

    piece = slice_()
    hero = kit.canvas()
    hero.stamp(whole, 520, 330, 860, -10, shadow=0.3)
    hero.stamp(whole, 480, 610, 860, 8, True, shadow=0.4)
    cut = kit.canvas()
    for i in range(5):
        cut.stamp(piece, 270 + i * 120, 330 + i * 95, 470, i * 14, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [piece], "ring", "plate", 250, 8, True, 820)
