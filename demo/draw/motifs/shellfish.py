"""Prawns, crabs and shells."""

from __future__ import annotations

import math

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, motif
from .fish import dill, lemon_slice


def _prawn(kit: Kit) -> Image.Image:
    a = kit.canvas(0.9)
    cx, cy, ry = 520, 520, 300

    def spine(t: float) -> tuple[float, float]:
        return polar(cx, cy, ry, 200 + t * 245)

    for sx, ex, ey in ((0, 40, 240), (10, 150, 60), (20, 330, 20)):
        a.flat(ribbon([(250 + sx, 470), (ex + 130, ey + 220), (ex, ey + 60), (ex + 40, ey)], 6, 2),
               "#d9663f")
    for i in range(7):
        x, y = polar(cx, cy, 215, 225 + i * 26)
        tx, ty = polar(cx, cy, 110, 214 + i * 26)
        a.paint(ribbon([(x, y), ((x + tx) / 2 + 12, (y + ty) / 2), (tx, ty)], 13, 5), "#f79a6e",
                "#e2673e", light=0.5)
    tip = spine(1.0)
    for ang in (50, 78, 106, 134):
        px, py = polar(*tip, 165, ang + 60)
        f = a.paint(leaf(*tip, px, py, 44), "#ff9a6a", "#d9492a", angle=ang, light=0.5)
        a.flat(leaf(*tip, px, py, 6), "#ffd2b4", 0.7, f)
    widths = [104, 116, 112, 104, 94, 80, 62]
    for i in range(6, 0, -1):
        t0, t1 = 0.14 + (i - 1) * 0.143, 0.14 + i * 0.143 + 0.03
        pts = [spine(t0), spine((t0 + t1) / 2), spine(t1)]
        seg = a.paint(ribbon(pts, widths[i - 1], widths[i] * 0.92, 8), "#ffb488", "#ef6f45",
                      angle=90, light=0.55, depth=0.26)
        edge = ribbon([polar(cx, cy, r, 200 + t1 * 245 - 5) for r in (190, 300, 400)], 10, 10)
        a.glow(edge, "#ffe9d6", 0.9, 8, seg)
        a.glow(ribbon([polar(cx, cy, 365, 200 + t * 245) for t in (t0, (t0 + t1) / 2, t1)], 14, 14),
               "#fff6ec", 0.55, 12, seg)
    head = spline([spine(0.27), polar(cx, cy, 402, 252), polar(cx, cy, 410, 224), (170, 330),
                   (90, 420), (180, 500), (250, 590), polar(cx, cy, 200, 218),
                   polar(cx, cy, 200, 250)])
    h = a.paint(head, "#ff9d6e", "#df5a34", angle=60, light=0.55, depth=0.2)
    a.glow(ellipse(300, 350, 90, 60, -40), "#ffe0c8", 0.6, 26, h)
    a.paint(ribbon([(250, 330), (150, 300), (30, 310)], 24, 3), "#f58658", "#d9512f", light=0.5)
    a.paint(ellipse(180, 400, 26, 26), "#1d1416", "#3f2f33", light=0.6)
    a.flat(ellipse(172, 391, 8, 7), "#ffffff")
    return a.trimmed()


@motif("prawn")
def prawn(kit: Kit) -> Looks:
    """Curled prawns."""
    one, lemon, herb = _prawn(kit), lemon_slice(kit), dill(kit)
    hero = kit.canvas()
    for x, y, w, rot in ((660, 300, 430, 30), (320, 380, 470, -8), (630, 660, 500, 12)):
        hero.stamp(one, x, y, w, rot, shadow=0.35)
    hero.stamp(lemon, 290, 760, 230, 10, shadow=0.35)
    hero.stamp(herb, 460, 880, 150, 70, shadow=0.3)
    cut = kit.canvas()
    cut.stamp(one, 500, 470, 880, -10, shadow=0.3)
    cut.stamp(lemon, 800, 850, 260, 0, shadow=0.35)
    return Looks(hero.trimmed(), cut.trimmed(), [one], "ring", "ice", 270, 9, True, 740)


def _crab(kit: Kit, shell: tuple[str, str], cooked: bool) -> Image.Image:
    a = kit.canvas(1.0, 1200, 900)
    leg = ("#e8854a", "#a84418") if cooked else ("#8f9a6a", "#565f3c")
    for s in (-1, 1):
        for i in range(4):
            x, y = 600 + s * 230, 470 + i * 50
            kx, ky = x + s * (190 - i * 22), y - 120 + i * 70
            ex, ey = kx + s * (90 - i * 20), ky + 190 + i * 14
            a.paint(ribbon([(x, y), (kx, ky)], 34, 26), *leg, light=0.55, depth=0.3)
            a.paint(ribbon([(kx, ky), (ex, ey)], 25, 5, 4), "#f0b45a" if not cooked else leg[0],
                    leg[1], light=0.55, depth=0.3)
        a.paint(ribbon([(600 + s * 200, 360), (600 + s * 350, 290), (600 + s * 370, 190)], 44, 48),
                *leg, light=0.55, depth=0.3)
        claw = spline([(600 + s * 400, 240), (600 + s * 310, 190), (600 + s * 250, 90),
                       (600 + s * 230, 20), (600 + s * 310, 80), (600 + s * 350, 110),
                       (600 + s * 330, 20), (600 + s * 410, 50), (600 + s * 450, 150)])
        c = a.paint(claw, *leg, light=0.6, depth=0.22)
        a.glow(ellipse(600 + s * 340, 190, 70, 50), "#3d3324", 0.55, 16, c)
        a.specks(c, "#2d2416", 120, (4, 9), 0.5)
    body = spline([(600, 250), (740, 262), (860, 330), (900, 450), (850, 590), (720, 700),
                   (600, 720), (480, 700), (350, 590), (300, 450), (340, 330), (460, 262)])
    r = a.paint(body, *shell, radial=(0.4, 0.3), light=0.55, depth=0.2, grain=0.06, cell=10)
    dark = "#6b1f0b" if cooked else "#2c3524"
    a.flat(ribbon([(440, 460), (520, 420), (600, 450), (680, 420), (760, 460)], 6, 6), dark, 0.35,
           r)
    for s in (-1, 1):
        a.flat(ribbon([(600 + s * 30, 470), (600 + s * 90, 560), (600 + s * 60, 650)], 5, 3), dark,
               0.32, r)
        a.paint(ribbon([(600 + s * 70, 280), (600 + s * 84, 236)], 14, 13), *leg, light=0.4)
        a.paint(ellipse(600 + s * 86, 228, 20, 20), "#16110f", "#40352f", light=0.6)
    for i in range(9):
        x, y = polar(600, 480, 292, 190 + i * 20, 0.72)
        a.paint(ellipse(x, y, 13, 13), shell[0], shell[1], light=0.5)
    gloss(a, 470, 360, 110, 42, -24, 0.6, r)
    return a.trimmed()


@motif("crab")
def crab(kit: Kit) -> Looks:
    """Hairy crabs, live and steamed."""
    raw = _crab(kit, ("#7f8c62", "#3e4a34"), False)
    red = _crab(kit, ("#f58a3e", "#c23c12"), True)
    hero = kit.canvas()
    hero.stamp(raw, 500, 500, 960, -4, shadow=0.35)
    for x0, y0, x1, y1 in ((300, 360, 700, 660), (700, 350, 300, 660), (500, 330, 505, 700)):
        hero.paint(ribbon([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2 - 12), (x1, y1)], 9, 9),
                   "#f4e2b8", "#c49f62", light=0.6, depth=0.3)
    cut = kit.canvas()
    cut.paint(ellipse(500, 520, 420, 360, 0, 0.015, kit.rng), "#ee7a34", "#b03a12", light=0.55)
    r = cut.paint(ellipse(500, 520, 372, 308), "#ffe7c8", "#f0b87a", light=-0.3, depth=0.1)
    for _ in range(46):
        x, y = 500 + kit.rng.gauss(0, 120), 540 + kit.rng.gauss(0, 85)
        cut.paint(ellipse(x, y, kit.rng.uniform(34, 74), kit.rng.uniform(26, 50),
                          kit.rng.uniform(0, 180), 0.12, kit.rng),
                  kit.rng.choice(["#ffb02e", "#f59317", "#ffc95a", "#ef7f12"]), "#d96a0c",
                  light=0.6, depth=0.25, clip=r)
    for s in (-1, 1):
        for i in range(5):
            cut.paint(leaf(500 + s * 330, 380 + i * 70, 500 + s * 190, 400 + i * 60, 30), "#fffaf0",
                      "#e6cdb0", light=0.5, clip=r)
    gloss(cut, 420, 470, 80, 34, -20, 0.6, r)
    return Looks(hero.trimmed(), cut.trimmed(), [red], "ring", "steamer", 400, 4, True, 860, 760)


def _fan_shell(kit: Kit, light_c: str, deep: str) -> Image.Image:
    a = kit.canvas(0.9)
    pts = []
    for i in range(61):
        ang = 200 + i * (500 - 360) / 60 * 1.0 + 0
        wave = 1 + 0.022 * math.cos(i * 2 * math.pi / 5)
        pts.append(polar(500, 640, 470 * wave, ang))
    outline = [(430, 830), *pts, (570, 830), (500, 860)]
    for s in (-1, 1):
        a.paint([(500, 830), (500 + s * 190, 800), (500 + s * 150, 690), (500, 720)], light_c, deep,
                light=0.5)
    r = a.paint(outline, light_c, deep, radial=(0.5, 0.7), light=0.5, depth=0.14)
    for i in range(12):
        ang = 200 + i * 140 / 12 + 6
        x, y = polar(500, 640, 480, ang)
        a.glow(ribbon([(500, 840), ((500 + x) / 2, (840 + y) / 2), (x, y)], 3, 15), deep, 0.6, 6, r)
        x2, y2 = polar(500, 640, 480, ang - 5)
        a.glow(ribbon([(500, 840), ((500 + x2) / 2, (840 + y2) / 2), (x2, y2)], 2, 9), "#fffaf0",
               0.7, 5, r)
    for rad in (330, 400, 445):
        line = [polar(500, 640, rad, 205 + j * 13) for j in range(11)]
        a.flat(ribbon(line, 3, 3), deep, 0.35, r)
    return a.trimmed()


@motif("scallop")
def scallop(kit: Kit) -> Looks:
    """Scallops on the half shell with garlic and glass noodles."""
    shell = _fan_shell(kit, "#f6d9c0", "#c27a52")

    def dressed() -> Image.Image:
        a = kit.canvas(1.0)
        a.stamp(shell, 500, 480, 900)
        bed = a.paint(ellipse(500, 500, 300, 270, 0, 0.05, kit.rng), "#fff6ea", "#ecd4b8",
                      light=0.3)
        for _ in range(46):
            x, y = 500 + kit.rng.gauss(0, 120), 520 + kit.rng.gauss(0, 100)
            b = kit.rng.uniform(-110, 110)
            a.flat(ribbon([(x - 120, y + b * 0.3), (x, y + b), (x + 120, y - b * 0.4)], 6, 6),
                   kit.rng.choice(["#fbf6e6", "#efe4cb", "#fffdf4"]), 0.85, bed)
        m = a.paint(ellipse(500, 500, 165, 150, 0, 0.02, kit.rng), "#fffdf5", "#ecd9bd",
                    radial=(0.4, 0.35), light=0.5, depth=0.2)
        a.paint(leaf(610, 620, 700, 430, 46, 40), "#f79a52", "#d96420", light=0.6)
        for _ in range(90):
            x, y = 500 + kit.rng.gauss(0, 95), 470 + kit.rng.gauss(0, 75)
            a.paint(ellipse(x, y, kit.rng.uniform(9, 17), kit.rng.uniform(8, 13), 0, 0.2, kit.rng),
                    kit.rng.choice(["#f6d98a", "#e9bb58", "#fff0bc", "#d99a3a"]), light=0.5)
        for _ in range(26):
            x, y = 500 + kit.rng.gauss(0, 110), 490 + kit.rng.gauss(0, 85)
            a.paint(ellipse(x, y, 13, 9, kit.rng.uniform(0, 180)),
                    kit.rng.choice(["#5fa83e", "#86c65a", "#d9372c"]), light=0.5)
        gloss(a, 440, 430, 50, 24, -30, 0.5, m)
        return a.trimmed()

    one, two = dressed(), dressed()
    hero = kit.canvas()
    hero.stamp(shell, 690, 290, 460, 26, shadow=0.25)
    hero.stamp(two, 300, 380, 480, -18, shadow=0.35)
    hero.stamp(one, 610, 640, 600, 6, shadow=0.4)
    return Looks(hero.trimmed(), one, [one, two], "ring", "plate", 270, 7, True, 740, 820)


@motif("oyster")
def oyster(kit: Kit) -> Looks:
    """Opened oysters."""

    def half() -> Image.Image:
        a = kit.canvas()
        base = [(500, 60), (640, 110), (740, 280), (800, 500), (760, 740), (620, 900), (460, 930),
                (300, 850), (210, 660), (230, 420), (310, 220), (390, 100)]
        for k, c in ((1.0, "#6f716c"), (0.96, "#8f8d83"), (0.92, "#a8a598")):
            pts = [(500 + (x - 500) * k + kit.rng.uniform(-16, 16),
                    510 + (y - 510) * k + kit.rng.uniform(-16, 16)) for x, y in base]
            a.paint(spline(pts), c, "#55564f", light=0.5, depth=0.06, grain=0.3, cell=14)
        pts = [(505 + (x - 500) * 0.8, 515 + (y - 510) * 0.82) for x, y in base]
        r = a.paint(spline(pts), "#fbfbf7", "#c6ccd0", angle=70, light=-0.4, depth=0.08)
        a.glow(ellipse(600, 760, 120, 90), "#b8a9c9", 0.5, 40, r)
        meat = spline([(480, 230), (600, 300), (650, 470), (630, 650), (520, 780), (390, 720),
                       (340, 560), (370, 360)])
        frill = [(x + 16 * math.sin(i * 1.9), y + 14 * math.cos(i * 1.7))
                 for i, (x, y) in enumerate(meat)]
        a.paint([(500 + (x - 500) * 1.1, 510 + (y - 510) * 1.08) for x, y in frill], "#4c4a45",
                "#2a2826", light=0.6, depth=0.05)
        a.paint([(500 + (x - 500) * 1.03, 510 + (y - 510) * 1.03) for x, y in frill], "#a9a294",
                "#7f786c", light=0.5, depth=0.05)
        m = a.paint(meat, "#fdf6e6", "#d6c6a6", radial=(0.42, 0.4), light=0.55, depth=0.2)
        a.glow(ellipse(470, 620, 90, 70), "#b9a983", 0.5, 30, m)
        for i in range(4):
            a.flat(ribbon([(420 + i * 40, 380 + i * 30), (400 + i * 44, 500), (430 + i * 46, 640)],
                          3, 3), "#bda985", 0.4, m)
        gloss(a, 450, 360, 60, 110, 14, 0.75, m)
        gloss(a, 620, 820, 60, 20, -30, 0.6, r)
        return a.trimmed()

    one, two, lemon = half(), half(), lemon_slice(kit)
    hero = kit.canvas()
    hero.stamp(two, 290, 420, 400, -24, shadow=0.35)
    hero.stamp(one, 690, 420, 420, 18, shadow=0.35)
    hero.stamp(two, 500, 670, 420, -4, shadow=0.4)
    hero.stamp(lemon, 800, 790, 220, 8, shadow=0.35)
    return Looks(hero.trimmed(), one, [one, two], "ring", "ice", 210, 8, True, 720, 640)


@motif("clam")
def clam(kit: Kit) -> Looks:
    """Patterned clams."""

    def shell(open_: bool) -> Image.Image:
        a = kit.canvas(0.8)
        outline = spline([(470, 150), (560, 165), (720, 270), (880, 450), (930, 600), (840, 730),
                          (500, 800), (160, 730), (70, 600), (140, 440), (300, 250), (400, 165)])
        if open_:
            a.paint([(x, y + 90) for x, y in outline], "#e9d9bd", "#b09a76", light=0.5)
            f = a.paint([(500 + (x - 500) * 0.9, y + 84) for x, y in outline], "#fff4e0", "#e0b98a",
                        light=-0.3)
            a.paint(ellipse(500, 790, 270, 74, 0, 0.05, kit.rng), "#ffd39a", "#e09a52", light=0.6,
                    clip=f)
        r = a.paint(outline, "#f8ecd2", "#c09a68", radial=(0.45, 0.3), light=0.55, depth=0.2)
        for k in range(13):
            s = 0.2 + k * 0.066
            line = [polar(500, 190, 640 * s, ang, 0.94) for ang in range(8, 174, 12)]
            a.flat(ribbon(line, 2.5, 2.5, 3), "#94703f", 0.5, r)
        for _ in range(30):
            ang, rad = kit.rng.uniform(15, 165), kit.rng.uniform(160, 540)
            x, y = polar(500, 190, rad, ang, 0.95)
            w = kit.rng.uniform(20, 52)
            a.flat(spline([(x, y - w * 0.7), (x + w, y + w * 0.5), (x + w * 0.2, y + w * 0.2),
                           (x - w, y + w * 0.6)], steps=4), kit.rng.choice(["#6b4a30", "#8a6844"]),
                   0.5, r)
        gloss(a, 390, 330, 90, 34, -24, 0.6, r)
        return a.trimmed()

    shut, gaping = shell(False), shell(True)
    hero = kit.canvas()
    for i, (x, y, w) in enumerate(((340, 320, 340), (660, 300, 330), (200, 560, 330),
                                   (500, 520, 380), (790, 560, 330), (360, 760, 350),
                                   (660, 770, 350))):
        hero.stamp(gaping if i == 3 else shut, x, y, w, kit.rng.uniform(-26, 26), shadow=0.38)
    cut = kit.canvas()
    cut.stamp(shut, 690, 330, 520, 18, shadow=0.35)
    cut.stamp(gaping, 420, 590, 720, -8, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [shut, gaping, shut], "pile", "bowl", 210, 18, True,
                 720)


@motif("abalone")
def abalone(kit: Kit) -> Looks:
    """Abalone, shell side and foot side."""

    def top() -> Image.Image:
        a = kit.canvas(0.9)
        r = a.paint(ellipse(500, 500, 420, 300, -12, 0.03, kit.rng), "#7f8f78", "#3f4a44",
                    light=0.55, depth=0.2, grain=0.2, cell=12)
        for k in range(8):
            a.flat([(x, y) for x, y in ribbon(
                [polar(640, 440, 60 + k * 62, ang, 0.72) for ang in range(60, 300, 16)], 5, 5, 3)],
                "#b56a4c" if k % 3 == 0 else "#a9b79a", 0.5, r)
        for i in range(6):
            x, y = polar(520, 520, 330, 205 + i * 17, 0.7)
            a.paint(ellipse(x, y, 22 - i * 1.5, 16), "#20231f", "#9aa58e", light=-0.5)
        gloss(a, 380, 380, 110, 40, -20, 0.45, r)
        return a.trimmed()

    def foot() -> Image.Image:
        a = kit.canvas(0.9)
        a.paint(ellipse(500, 510, 430, 310, -12, 0.03, kit.rng), "#8f9a92", "#4d5852", light=0.5)
        a.flat(ellipse(500, 505, 410, 290, -12), "#dfe9ea")
        frill = ellipse(500, 500, 392, 270, -12)
        frill = [(x + 12 * math.sin(i * 2.1), y + 10 * math.cos(i * 2.3))
                 for i, (x, y) in enumerate(frill)]
        a.paint(frill, "#4a443c", "#2a2622", light=0.5, depth=0.05)
        r = a.paint(ellipse(500, 495, 350, 228, -12, 0.02, kit.rng), "#f8e3b4", "#c69a58",
                    radial=(0.4, 0.35), light=0.55, depth=0.2, grain=0.05, cell=10)
        for i in range(5):
            for j in range(2):
                x = 280 + i * 100
                if j:
                    pts = [(x - 60, 330 - i * 18 + 40), (x + 90, 640 - i * 18)]
                else:
                    pts = [(x + 100, 330 - i * 18 + 30), (x - 50, 640 - i * 18)]
                mid = ((pts[0][0] + pts[1][0]) / 2, (pts[0][1] + pts[1][1]) / 2)
                a.flat(ribbon([pts[0], mid, pts[1]], 3, 3, 2), "#a87a3c", 0.55, r)
        gloss(a, 380, 410, 110, 34, -22, 0.6, r)
        return a.trimmed()

    shell, meat = top(), foot()
    hero = kit.canvas()
    hero.stamp(shell, 620, 310, 520, 12, shadow=0.35)
    hero.stamp(meat, 340, 480, 540, -8, shadow=0.35)
    hero.stamp(meat, 640, 710, 560, 6, shadow=0.4)
    return Looks(hero.trimmed(), meat, [meat, shell], "ring", "ice", 280, 8, True, 740, 820)
