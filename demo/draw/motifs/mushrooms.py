"""Mushrooms and tofu."""

from __future__ import annotations

from PIL import Image

from ..shapes import ellipse, leaf, polar, ribbon, spline
from .base import Kit, Looks, gloss, motif, spokes


@motif("shiitake")
def shiitake(kit: Kit) -> Looks:
    """Flower shiitake with cracked caps."""

    def stand() -> Image.Image:
        a = kit.canvas(0.9)
        a.paint(spline([(420, 520), (440, 700), (420, 860), (500, 890), (590, 860), (570, 700),
                        (590, 520)]), "#fbf0d8", "#d2b488", light=0.5, grain=0.08)
        a.paint(ellipse(500, 520, 330, 96), "#f3e2bf", "#b8925e", light=-0.3)
        spokes(a, 500, 470, 80, 400, 60, "#a9824e", 4, a.paint(ellipse(500, 526, 300, 70),
                                                               "#ecd6ac",
               "#c9a672", light=0), 0.5)
        cap = spline([(120, 500), (150, 330), (300, 180), (500, 140), (700, 180), (850, 330),
                      (880, 500), (760, 560), (500, 500), (240, 560)])
        r = a.paint(cap, "#a8744a", "#5c351d", radial=(0.4, 0.3), light=0.5, depth=0.2, grain=0.1,
                    cell=10)
        for _ in range(17):
            x, y = 500 + kit.rng.gauss(0, 160), 330 + kit.rng.gauss(0, 85)
            for _ in range(3):
                tx, ty = x + kit.rng.uniform(-95, 95), y + kit.rng.uniform(-70, 70)
                mid = ((x + tx) / 2 + kit.rng.uniform(-20, 20), (y + ty) / 2)
                a.flat(ribbon([(x, y), mid, (tx, ty)], 9, 2, 2), "#f7e8cb", 0.9, r)
        gloss(a, 350, 260, 100, 34, -24, 0.35, r)
        return a.trimmed()

    def under() -> Image.Image:
        a = kit.canvas(0.9)
        a.paint(ellipse(500, 500, 410, 390, 0, 0.02, kit.rng), "#8a5a36", "#55301a", light=0.5)
        r = a.paint(ellipse(500, 500, 372, 352, 0, 0.02, kit.rng), "#fff6e0", "#e6cfa2",
                    radial=(0.5, 0.5), light=-0.25)
        spokes(a, 500, 500, 110, 372, 84, "#c9a873", 3.4, r, 0.7, 1)
        a.paint(spline([(420, 470), (500, 420), (590, 470), (600, 560), (510, 620), (410, 570)]),
                "#fdf3dd", "#cfae80", light=0.55)
        a.paint(ellipse(506, 528, 62, 52, 0, 0.05, kit.rng), "#f0dcb6", "#d2b184", light=0.3)
        return a.trimmed()

    one, two, flip = stand(), stand(), under()
    hero = kit.canvas()
    hero.stamp(two, 690, 380, 430, 10, shadow=0.3)
    hero.stamp(one, 380, 460, 600, -6, shadow=0.35)
    hero.stamp(flip, 700, 720, 360, 0, shadow=0.4)
    cut = kit.canvas()
    cut.stamp(one, 660, 360, 540, 12, shadow=0.3)
    cut.stamp(flip, 390, 620, 620, 0, shadow=0.4)
    return Looks(hero.trimmed(), cut.trimmed(), [one, two, flip], "pile", "basket", 240, 13)


@motif("enoki")
def enoki(kit: Kit) -> Looks:
    """A bundle of enoki."""

    def bundle(n: int, spread: float) -> Image.Image:
        a = kit.canvas()
        stems = []
        for i in range(n):
            u = -1 + 2 * (i + 0.5) / n
            stems.append((u, kit.rng.uniform(110, 330), kit.rng.random()))
        kit.rng.shuffle(stems)
        stems.sort(key=lambda s: s[1])
        for u, top, tone in stems:
            x0, x1 = 500 + u * 140, 500 + u * spread + kit.rng.uniform(-18, 18)
            c = "#fffdf4" if tone > 0.4 else "#f3ead2"
            a.paint(ribbon([(x0, 890), (500 + u * 160, 640), (x1, top)], 11, 9), c, "#ddceaa",
                    angle=0, light=0.5, depth=0.3)
            a.paint(ellipse(x1, top, 27, 21, u * 20), "#fffef8", "#e3d2a6", radial=(0.4, 0.3),
                    light=0.6, depth=0.25)
        base = spline([(350, 800), (500, 780), (650, 800), (670, 910), (600, 960), (400, 960),
                       (330, 910)])
        r = a.paint(base, "#f6ead0", "#c9ad7a", light=0.5, grain=0.16, cell=10)
        a.specks(r, "#a9854e", 80, (3, 7), 0.5)
        return a.trimmed()

    one, wide = bundle(54, 270), bundle(34, 330)
    hero = kit.canvas()
    hero.stamp(wide, 320, 500, 480, -18, shadow=0.3)
    hero.stamp(one, 610, 520, 560, 8, shadow=0.35)
    cut = kit.canvas()
    cut.stamp(one, 430, 520, 720, 62, shadow=0.35)
    return Looks(hero.trimmed(), cut.trimmed(), [one, wide], "fan", "board", 280, 4, True, 760, 860)


@motif("tofu")
def tofu(kit: Kit) -> Looks:
    """Blocks of firm tofu."""

    def block(w: float, h: float, fried: bool = False) -> Image.Image:
        a = kit.canvas(0.9)
        top = ("#f3c46a", "#d9983a") if fried else ("#fffdf4", "#f4ead2")
        side = ("#fff6e2", "#ead9b6") if fried else ("#f6ecd4", "#e0cfa9")
        x0, y0 = 500 - w / 2, 420
        lean = 130
        a.paint(spline([(x0, y0), (x0 + 6, y0 - 4), (x0 + w - 6, y0 - 2), (x0 + w, y0),
                        (x0 + w, y0 + h - 8), (x0 + w - 10, y0 + h), (x0 + 10, y0 + h),
                        (x0, y0 + h - 8)], steps=4), *side, light=0.3, depth=0.06, grain=0.05,
                        cell=9)
        a.paint([(x0 + w, y0), (x0 + w + lean * 0.7, y0 - lean), (x0 + w + lean * 0.7,
                                                                  y0 + h - lean),
                 (x0 + w, y0 + h - 4)], "#e2d1ab", "#cdb88c", light=0.2, grain=0.06)
        r = a.paint([(x0, y0), (x0 + lean * 0.7, y0 - lean), (x0 + w + lean * 0.7, y0 - lean),
                     (x0 + w, y0)], *top, light=0.3, depth=0.06, grain=0.06 if not fried else 0.2,
                    cell=9)
        for i in range(5):
            x = x0 + w * (i + 0.5) / 5
            a.flat(ribbon([(x, y0), (x + lean * 0.35, y0 - lean / 2), (x + lean * 0.7, y0 - lean)],
                          2,
                          2), "#e6d8b8", 0.6, r)
        for _ in range(26):
            a.flat(ellipse(kit.rng.uniform(x0 + 14, x0 + w - 14), kit.rng.uniform(y0 + 14,
                                                                                  y0 + h - 14),
                           kit.rng.uniform(3, 7), kit.rng.uniform(2, 4)), "#d2bf94", 0.6)
        gloss(a, x0 + w * 0.4, y0 - lean * 0.6, w * 0.18, 16, 0, 0.6, r)
        return a.trimmed()

    big, cube, gold = block(560, 300), block(300, 240), block(300, 200, True)
    onion = kit.canvas(0.4)
    onion.paint(ellipse(500, 500, 400, 300), "#8fce62", "#4d8f3a", light=0.5)
    onion.paint(ellipse(500, 500, 250, 180), "#eef7d4", "#b9dd90", light=-0.4)
    ring = onion.trimmed()
    hero = kit.canvas()
    hero.stamp(big, 520, 420, 700, 0, shadow=0.2)
    hero.stamp(cube, 310, 720, 360, 0, shadow=0.3)
    hero.stamp(cube, 680, 750, 360, 0, shadow=0.3)
    for i in range(9):
        hero.stamp(ring, 400 + i * 42 + kit.rng.uniform(-20, 20), 246 + kit.rng.uniform(-30, 30),
                   34,
                   i * 40)
    hero.paint(leaf(640, 250, 760, 170, 30, 12), "#6fae4c", "#3f7f35", light=0.5)
    cut = kit.canvas()
    for x, y in ((310, 300), (690, 320), (330, 660), (720, 680)):
        cut.stamp(gold, x, y, 410, 0, shadow=0.35)
        for _ in range(4):
            px, py = polar(x, y - 80, 90, kit.rng.uniform(0, 360), 0.4)
            cut.stamp(ring, px, py, 40, kit.rng.uniform(0, 180))
    return Looks(hero.trimmed(), cut.trimmed(), [cube, gold], "pile", "plate", 250, 6,
                 hero_size=740)
