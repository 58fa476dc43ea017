"""Tropical fruit, melons and kiwis."""

from __future__ import annotations

import math

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, green_leaf, motif, spokes


def _mango(kit: Kit) -> Image.Image:
    a = kit.canvas(0.8)
    body = spline([(300, 230), (480, 170), (690, 230), (850, 420), (890, 610), (800, 780),
                   (600, 810), (380, 740), (200, 590), (160, 400)])
    r = a.paint(body, "#ffd24d", "#ee9a1c", angle=50, light=0.5, depth=0.24)
    a.glow(ellipse(330, 330, 260, 170, 40), "#e0452f", 0.75, 90, r)
    a.glow(ellipse(700, 720, 180, 70, -10), "#b9c24a", 0.35, 50, r)
    a.specks(r, "#a85a14", 90, (2, 5), 0.4)
    a.paint(ribbon([(300, 240), (270, 190), (262, 140)], 16, 12), "#7d6136", "#4f3c20")
    gloss(a, 400, 330, 120, 52, 24, 0.6, r)
    return a.trimmed()


def _mango_cheek(kit: Kit) -> Image.Image:
    a = kit.canvas()
    outline = ellipse(500, 520, 420, 330, -14, 0.02, kit.rng)
    a.paint(outline, "#e86a3a", "#f0a428", light=0.5)
    flesh = a.paint(ellipse(500, 510, 398, 308, -14), "#ffd23f", "#f7a81b", light=0.35)
    for row in range(6):
        for col in range(7):
            x = 205 + col * 98 + (row - 2.5) * 8
            y = 290 + row * 88 - (col - 3) * 20
            if math.hypot((x - 500) / 372, (y - 515) / 285) > 0.95:
                continue
            bulge = 38 - 10 * math.hypot((x - 500) / 380, (y - 515) / 290)
            a.glow(ellipse(x + 6, y + 14, 44, 40), "#c96c0c", 0.6, 9, flesh)
            a.paint(ellipse(x, y, bulge + 4, bulge, -12, power=3.4), "#ffe375", "#f9b325",
                    radial=(0.4, 0.3), light=0.6, depth=0.2)
    return a.trimmed()


@motif("mango")
def mango(kit: Kit) -> Looks:
    """Blushing mangoes and a diced cheek."""
    one, cheek = _mango(kit), _mango_cheek(kit)
    hero = kit.canvas()
    green_leaf(hero, 250, 260, 520, 60, 54, -20, "#4f9a45")
    hero.stamp(one, 470, 420, 760, -6, shadow=0.25)
    hero.stamp(cheek, 660, 740, 460, 4, shadow=0.35)
    return Looks(hero.trimmed(), cheek, [one, one, cheek], "pile", "basket", 360, 6, hero_size=680)


@motif("banana")
def banana(kit: Kit) -> Looks:
    """A hand of small bananas."""

    def finger(a_colour: str, b_colour: str) -> Image.Image:
        a = kit.canvas(0.8)
        body = ribbon([(220, 180), (270, 420), (430, 660), (690, 770), (850, 760)], 52, 26, 66)
        r = a.paint(body, a_colour, b_colour, angle=60, light=0.5, depth=0.25)
        a.flat(ribbon([(215, 200), (300, 470), (470, 690), (700, 770), (840, 750)], 5, 3, 4),
               "#b98a14", 0.5, r)
        a.glow(ribbon([(275, 200), (350, 430), (510, 620), (720, 700)], 10, 6, 10), "#fff7c0", 0.7,
               10, r)
        a.paint(ribbon([(210, 205), (200, 150), (215, 70)], 40, 30), "#e8d060", "#9fae3e")
        a.paint(ribbon([(835, 760), (862, 758), (884, 752)], 26, 16), "#8a7a34", "#4e3d1e")
        a.specks(r, "#7a4d12", 40, (3, 7), 0.55)
        return a.trimmed()

    one, two = finger("#ffe25a", "#eeb821"), finger("#f8de62", "#dcb22e")
    hero = kit.canvas()
    for i, rot in enumerate((34, 17, 0, -17, -34)):
        hero.stamp((one, two)[i % 2], 470 - i * 6 + (i - 2) * 70, 520 + abs(i - 2) * 8, 560, rot,
                   shadow=0.3)
    cut = kit.canvas()
    cut.stamp(one, 560, 400, 760, -8, shadow=0.3)
    for x, y in ((260, 700), (450, 780), (640, 820)):
        cut.paint(ellipse(x + 8, y + 24, 108, 96), "#e9b92a", "#c08a14", light=0.4)
        r = cut.paint(ellipse(x, y, 108, 96), "#fff8d8", "#f6e3a0", radial=(0.5, 0.5), light=0.3)
        spokes(cut, x, y, 14, 60, 3, "#d9bd72", 7, r, 0.7)
        spokes(cut, x, y, 50, 100, 24, "#fffdf0", 2, r, 0.6)
        cut.specks(r, "#8a6a34", 9, (2, 4), 0.7)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two], "fan", "board", 430, 7, hero_size=680)


def _dragon_fruit(kit: Kit) -> Image.Image:
    a = kit.canvas(0.9)
    r = a.paint(ellipse(500, 560, 310, 350, 0, 0.02, kit.rng), "#f2588f", "#a8104f",
                radial=(0.36, 0.3), light=0.5, depth=0.24)
    for row in range(5):
        y = 800 - row * 120
        half = 300 * math.sin(math.pi * (0.22 + 0.15 * row)) + 20
        n = 3 if row % 2 else 4
        for i in range(n):
            x = 500 + (i - (n - 1) / 2) * half * 2 / n
            lean = (x - 500) * 0.5
            up = 96 + row * 16
            a.glow(ellipse(x, y - 20, 60, 50), "#7c0a3c", 0.35, 20, r)
            tip = (x + lean * 0.7, y - up)
            body = a.paint(leaf(x, y + 40, *tip, 46, lean * 0.1), "#f0709a", "#d23474", angle=90,
                           light=0.6, depth=0.2)
            a.glow(ellipse(tip[0], tip[1] + 20, 34, 70), "#9cc653", 0.95, 16, body)
    for dx in (-90, -30, 40, 100):
        a.paint(leaf(500 + dx * 0.6, 320, 500 + dx * 1.9, 90 + abs(dx) * 0.6, 40, dx * 0.2),
                "#e65a8c", "#8fbf4a", angle=-90, light=0.6)
    gloss(a, 350, 460, 70, 100, 20, 0.35, r)
    return a.trimmed()


def _dragon_half(kit: Kit) -> Image.Image:
    a = kit.canvas()
    for i in range(14):
        ang = i * 25.7
        p, q = polar(500, 520, 340, ang, 1.1), polar(500, 520, 480, ang - 12, 1.05)
        a.paint(leaf(*p, *q, 40), "#e6508a", "#97c052", angle=ang, light=0.5)
    a.paint(ellipse(500, 520, 370, 410), "#ee5b92", "#b51a5c", light=0.5)
    a.flat(ellipse(500, 520, 338, 378), "#f7a8c6")
    r = a.paint(ellipse(500, 520, 326, 366), "#d81b74", "#97094c", radial=(0.45, 0.4), light=0.3,
                grain=0.06, cell=14)
    a.glow(ellipse(420, 420, 150, 160), "#f45ea2", 0.45, 60, r)
    for _ in range(330):
        x, y = kit.rng.uniform(180, 820), kit.rng.uniform(160, 880)
        if math.hypot((x - 500) / 310, (y - 520) / 350) < 0.97:
            a.flat(ellipse(x, y, 7, 5, kit.rng.uniform(0, 180)), "#1d0a16", 0.9)
            a.flat(ellipse(x - 2, y - 2, 1.8, 1.8), "#ffffff", 0.6)
    return a.trimmed()


@motif("dragonfruit")
def dragonfruit(kit: Kit) -> Looks:
    """Red dragon fruit."""
    one, half = _dragon_fruit(kit), _dragon_half(kit)
    hero = kit.canvas()
    hero.stamp(one, 380, 470, 640, -6, shadow=0.2)
    hero.stamp(half, 700, 660, 440, 8, shadow=0.35)
    return Looks(hero.trimmed(), half, [one, half], "pile", "basket", 320, 6, hero_size=640)


def _melon(kit: Kit) -> Image.Image:
    a = kit.canvas(0.9)
    r = a.paint(ellipse(500, 530, 410, 390), "#7fb356", "#2f6a33", radial=(0.36, 0.3), light=0.45,
                depth=0.24)
    for i in range(9):
        t = -1 + 2 * i / 8
        path = [(500 + t * 60, 150)]
        for j in range(1, 7):
            y = 150 + j * 127
            bulge = math.sin(math.pi * j / 6.6)
            path.append((500 + t * 420 * bulge + kit.rng.uniform(-24, 24), y))
        a.flat(ribbon(path, 6, 6, 20 * (1 - abs(t) * 0.4)), "#1d4a26", 0.85, r)
        a.flat(ribbon([(x + kit.rng.uniform(-16, 16), y) for x, y in path], 3, 3, 8), "#2b6132",
               0.7, r)
    a.glow(ellipse(760, 760, 220, 160, -40), "#0d2f16", 0.5, 80, r)
    gloss(a, 330, 340, 130, 72, -42, 0.5, r)
    a.paint(ribbon([(500, 160), (520, 110), (590, 90), (600, 130)], 13, 7), "#8fa858", "#5b7a38")
    return a.trimmed()


def _wedge(kit: Kit) -> Image.Image:
    a = kit.canvas()
    arc = [polar(500, 220, 620, ang) for ang in range(38, 143, 4)]
    a.paint([(500, 150), *arc], "#3f7f3a", "#24552a", light=0.4)
    arc = [polar(500, 220, 592, ang) for ang in range(38, 143, 4)]
    a.flat([(500, 152), *arc], "#eaf3c4")
    arc = [polar(500, 220, 556, ang) for ang in range(38, 143, 4)]
    r = a.paint([(500, 152), *arc], "#ff7a68", "#dc2b38", light=0.3, depth=0.06, grain=0.12, cell=9)
    a.glow(ellipse(480, 420, 150, 150), "#ffb09a", 0.5, 60, r)
    for _ in range(26):
        ang, rad = kit.rng.uniform(52, 128), kit.rng.uniform(230, 500)
        x, y = polar(500, 220, rad, ang)
        a.paint(leaf(x, y - 16, x, y + 18, 10), "#3d221c", "#150a08", light=0.9, clip=r)
    return a.trimmed()


@motif("watermelon")
def watermelon(kit: Kit) -> Looks:
    """Watermelon, whole and in wedges."""
    one, wedge = _melon(kit), _wedge(kit)
    hero = kit.canvas()
    hero.stamp(one, 430, 430, 760, -4, shadow=0.2)
    hero.stamp(wedge, 680, 720, 520, 8, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(wedge, 360, 430, 640, -14, shadow=0.35)
    cut.stamp(wedge, 640, 600, 660, 12, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [wedge.rotate(180)], "ring", "plate", 300, 6,
                 hero_size=700)


def _kiwi(kit: Kit) -> Image.Image:
    a = kit.canvas(0.7)
    r = a.paint(ellipse(500, 520, 420, 340, -10, 0.015, kit.rng), "#a9814c", "#5b3c1e",
                radial=(0.36, 0.3), light=0.5, depth=0.24, grain=0.16, cell=6)
    for _ in range(420):
        x, y = kit.rng.uniform(90, 910), kit.rng.uniform(170, 870)
        a.flat(ribbon([(x, y), (x + 7, y + 5), (x + 13, y + 3)], 1.6, 0.6), "#d9b57c", 0.5, r)
    a.paint(ellipse(110, 560, 30, 36, 0, 0.1, kit.rng), "#4a3018", "#2c1b0c", light=0.5, clip=r)
    a.glow(ellipse(370, 370, 150, 70, -20), "#ffe9c0", 0.4, 40, r)
    return a.trimmed()


def _kiwi_half(kit: Kit) -> Image.Image:
    a = kit.canvas()
    a.paint(ellipse(500, 500, 420, 400, 0, 0.01, kit.rng), "#9a7342", "#5b3c1e", light=0.5,
            grain=0.15)
    r = a.paint(ellipse(500, 500, 396, 376), "#cfe36a", "#6fa52c", radial=(0.5, 0.5), light=0.3)
    spokes(a, 500, 500, 120, 372, 46, "#e3f0a0", 5, r, 0.5, 2)
    spokes(a, 500, 500, 150, 300, 30, "#4f8a20", 5, r, 0.35, 4)
    for i in range(58):
        rad = kit.rng.uniform(168, 235)
        ang = i * 6.2 + kit.rng.uniform(-2, 2)
        p, q = polar(500, 500, rad, ang), polar(500, 500, rad + 30, ang)
        a.paint(leaf(*p, *q, 8), "#3a2a20", "#120b08", light=0.9)
    a.paint(ellipse(500, 500, 130, 96, 10, 0.06, kit.rng), "#fbfbe0", "#e6eeb0", light=0.25)
    gloss(a, 330, 310, 120, 40, -42, 0.5, r)
    return a.trimmed()


@motif("kiwi")
def kiwi(kit: Kit) -> Looks:
    """Green kiwifruit."""
    one, half = _kiwi(kit), _kiwi_half(kit)
    hero = kit.canvas()
    hero.stamp(one, 400, 380, 620, -8, shadow=0.25)
    hero.stamp(half, 640, 670, 520, 6, shadow=0.35)
    return Looks(hero.trimmed(), half, [half, one, half], "ring", "plate", 220, 9, hero_size=640)


def _avocado(kit: Kit, stone: bool) -> Image.Image:
    a = kit.canvas(0.9)
    pts = [(500, 110), (610, 160), (680, 330), (800, 560), (790, 770), (660, 900), (500, 925),
           (340, 900), (210, 770), (200, 560), (320, 330), (390, 160)]

    def inset(k: float) -> list[tuple[float, float]]:
        return spline([(500 + (x - 500) * k, 560 + (y - 560) * k) for x, y in pts])

    a.paint(inset(1), "#4f5f2c", "#263316", light=0.5, grain=0.2, cell=8)
    r = a.paint(inset(0.945), "#7fae3c", "#a9c858", light=0.3, depth=0.05)
    a.glow(inset(0.80), "#f3eca0", 0.95, 34, r)
    a.glow(inset(0.6), "#fff4b8", 0.8, 40, r)
    if stone:
        a.glow(ellipse(508, 690, 178, 178), "#8a8a34", 0.5, 16, r)
        s = a.paint(ellipse(500, 680, 168, 172, 0, 0.02, kit.rng), "#b9773f", "#5f3015",
                    radial=(0.36, 0.3), light=0.6, depth=0.25, grain=0.08, cell=16)
        gloss(a, 440, 610, 46, 28, -40, 0.8, s)
    else:
        a.paint(ellipse(500, 680, 168, 172, 0, 0.02, kit.rng), "#d9cf74", "#f6efae", light=-0.45,
                depth=0.22)
    return a.trimmed()


@motif("avocado")
def avocado(kit: Kit) -> Looks:
    """Avocados, halved and whole."""
    half, other = _avocado(kit, True), _avocado(kit, False)
    whole = kit.canvas(0.8)
    r = whole.paint(spline([(500, 110), (620, 170), (690, 350), (800, 580), (770, 800), (500, 920),
                            (230, 800), (200, 580), (310, 350), (380, 170)]), "#5f6f38", "#1f2a14",
                    radial=(0.36, 0.35), light=0.5, depth=0.24, grain=0.3, cell=9)
    whole.specks(r, "#93a55c", 260, (3, 7), 0.35)
    gloss(whole, 380, 480, 60, 110, 12, 0.45, r)
    full = whole.trimmed()
    hero = kit.canvas()
    hero.stamp(full, 330, 440, 480, -12, shadow=0.25)
    hero.stamp(half, 640, 560, 540, 10, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(half, 330, 500, 560, -12, shadow=0.3)
    cut.stamp(other, 690, 540, 560, 12, shadow=0.3)
    return Looks(hero.trimmed(), cut.trimmed(), [half, other, full], "fan", "board", 340, 5,
                 hero_size=640)
