"""What an arrangement lies in: plates, boards, crates, baskets, bowls, steamers, ice, trays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .canvas import Art
from .motifs.base import gloss
from .shapes import ellipse, leaf, polar, ribbon, rounded, spline


@dataclass
class Place:
    """The usable area of a holder and what has to be drawn over its contents."""

    cx: float
    cy: float
    rx: float
    ry: float
    front: Callable[[], None] | None = None


def _shadow(a: Art, points: list[tuple[float, float]], dy: float = 26, alpha: float = 0.34) -> None:
    a.glow([(x + 10, y + dy) for x, y in points], "#33222c", alpha, 26)


def plate(a: Art) -> Place:
    """A white plate from above."""
    _shadow(a, ellipse(500, 520, 425, 415))
    a.paint(ellipse(500, 505, 432, 420), "#ffffff", "#d9d6d6", angle=50, light=0.4, depth=0.03)
    a.paint(ellipse(500, 505, 414, 402), "#fdfcfa", "#eae7e4", angle=50, light=-0.15, depth=0.03)
    a.flat(ellipse(500, 505, 398, 386), "#c9b78e", 0.7)
    a.flat(ellipse(500, 505, 394, 382), "#faf8f5")
    a.paint(ellipse(500, 508, 330, 318), "#ffffff", "#efecea", angle=60, light=-0.25, depth=0.05)
    return Place(500, 505, 330, 318)


def board(a: Art) -> Place:
    """A wooden board with a handle hole."""
    shape = rounded(88, 160, 824, 706, 54)
    _shadow(a, shape)
    a.paint([(x, y + 20) for x, y in shape], "#9a6a3c", "#6f4624", light=0.4)
    r = a.paint(shape, "#e0b27a", "#c08a50", angle=20, light=0.3, depth=0.03)
    for _ in range(46):
        y = a.rng.uniform(140, 880)
        b = a.rng.uniform(-26, 26)
        a.flat(ribbon([(80, y), (360, y + b), (640, y - b * 0.6), (920, y + b * 0.3)], 1.6, 1.6,
                      a.rng.uniform(0, 4)), a.rng.choice(["#a8743e", "#f0cc9a", "#b8844a"]), 0.4, r)
    a.paint(ellipse(834, 240, 34, 34), "#8a5c30", "#caa06a", light=-0.6)
    return Place(485, 520, 330, 290)


def tray(a: Art) -> Place:
    """A pale butcher's tray lined with paper."""
    shape = rounded(90, 130, 820, 760, 60)
    _shadow(a, shape)
    a.paint(shape, "#3f4a50", "#262e33", angle=50, light=0.5, depth=0.03)
    a.paint(rounded(120, 160, 760, 700, 44), "#2f383d", "#465258", angle=50, light=-0.3, depth=0.03)
    paper = rounded(150, 190, 700, 640, 18)
    r = a.paint(paper, "#fbf3e2", "#eaddc2", light=0.2, depth=0.02)
    for i in range(5):
        a.glow(ribbon([(150, 240 + i * 140), (500, 200 + i * 150), (850, 260 + i * 130)], 3, 3),
               "#b9a67e", 0.25, 8, r)
    return Place(500, 515, 330, 300)


def ice(a: Art) -> Place:
    """Crushed ice in a shallow dish."""
    _shadow(a, ellipse(500, 525, 430, 420))
    a.paint(ellipse(500, 510, 436, 424), "#6f9fb8", "#3a6a86", angle=50, light=0.5, depth=0.03)
    r = a.paint(ellipse(500, 510, 404, 392), "#d9edf5", "#a9cfe0", light=-0.2, depth=0.05)
    for _ in range(300):
        x, y = polar(500, 510, 400 * math.sqrt(a.rng.random()), a.rng.uniform(0, 360))
        s = a.rng.uniform(14, 38)
        pts = [polar(x, y, s * a.rng.uniform(0.6, 1.1), ang + a.rng.uniform(-20, 20))
               for ang in range(0, 360, 72)]
        a.paint(pts, a.rng.choice(["#ffffff", "#eef8fc", "#d6ecf5"]), "#a6cfe2", angle=60,
                light=0.5,
                clip=r, alpha=0.82)
    return Place(500, 510, 340, 330)


def cloth(a: Art) -> Place:
    """A checked cloth."""
    shape = spline([(110, 250), (500, 190), (890, 240), (910, 540), (880, 850), (500, 890), (120,
                                                                                             850),
                    (90, 540)], steps=10)
    _shadow(a, shape, 14, 0.22)
    r = a.paint(shape, "#fdfaf4", "#e9e0d2", angle=60, light=0.25, depth=0.03)
    for i in range(9):
        x = 140 + i * 92
        a.flat(ribbon([(x, 160), (x + 8, 500), (x - 6, 920)], 15, 15), "#8fae9c", 0.28, r)
        y = 200 + i * 84
        a.flat(ribbon([(60, y + 8), (500, y - 8), (940, y + 6)], 15, 15), "#8fae9c", 0.28, r)
    return Place(500, 540, 340, 270)


def bowl(a: Art) -> Place:
    """A glazed bowl seen from slightly above."""
    a.glow(ellipse(510, 880, 330, 60), "#33222c", 0.42, 30)
    a.paint(ellipse(500, 500, 410, 190), "#e6ded2", "#b9ab98", light=-0.3)

    def front() -> None:
        shape = [(90, 500), *[polar(500, 500, 410, ang, 0.463) for ang in range(176, 3, -6)], (910,
                                                                                               500),
                 (880, 640), (790, 780), (640, 866), (500, 876), (360, 866), (210, 780), (120, 640)]
        r = a.paint(shape, "#f4efe6", "#bfb09c", angle=60, light=0.45, depth=0.14)
        for rad, w in ((1.0, 12), (0.8, 5)):
            line = [(500 + 410 * math.cos(math.radians(t)) * (0.9 + rad * 0.1),
                     500 + (190 * math.sin(math.radians(t)) if rad == 1 else
                            190 * math.sin(math.radians(t)) + 80)) for t in range(178, 0, -6)]
            a.flat(ribbon(line, w * 0.5, w * 0.5), "#5f8aa0" if rad < 1 else "#fffdf8", 0.9, r)
        gloss(a, 250, 700, 40, 110, -24, 0.4, r)

    return Place(500, 470, 340, 180, front)


def steamer(a: Art) -> Place:
    """A bamboo steamer from above."""
    _shadow(a, ellipse(500, 530, 440, 430))
    a.paint(ellipse(500, 530, 444, 434), "#a87840", "#6f4a22", angle=50, light=0.4, depth=0.03)
    a.paint(ellipse(500, 510, 444, 434), "#f0d09a", "#c4935a", angle=50, light=0.4, depth=0.03)
    a.paint(ellipse(500, 510, 408, 398), "#b5854a", "#8a5f30", angle=50, light=-0.3, depth=0.03)
    r = a.paint(ellipse(500, 514, 394, 384), "#e9cf9c", "#cba468", light=-0.2, depth=0.04)
    for i in range(20):
        x = 110 + i * 41
        a.flat([(x, 100), (x + 7, 100), (x + 7, 920), (x, 920)], "#9a7038", 0.6, r)
    for t in range(-30, 331, 30):
        x, y = polar(500, 510, 426, t)
        a.flat(ellipse(x, y, 4, 4), "#8a5f30", 0.7)
    a.paint(ellipse(500, 512, 350, 340, 0, 0.03, a.rng), "#b9cf86", "#86a862", light=0.2,
            depth=0.02,
            clip=r)
    return Place(500, 510, 300, 290)


def crate(a: Art) -> Place:
    """A slatted wooden crate, seen from the front."""
    a.glow([(110, 860), (890, 860), (920, 910), (90, 910)], "#33222c", 0.45, 24)
    for i in range(3):
        y = 380 + i * 110
        a.paint(rounded(130, y, 740, 92, 8), "#b88a54", "#8f6534", light=0.3, depth=0.1)
    a.flat([(130, 470), (870, 470), (870, 820), (130, 820)], "#5a3a1e", 0.85)

    def front() -> None:
        for i in range(2):
            y = 640 + i * 122
            r = a.paint(rounded(90, y, 820, 108, 8), "#e3b980", "#bf8d52", angle=20, light=0.35,
                        depth=0.12)
            for _ in range(9):
                yy = y + a.rng.uniform(6, 100)
                a.flat(ribbon([(80, yy), (400, yy + a.rng.uniform(-12, 12)), (920, yy)], 1.4, 1.4,
                              2),
                       "#94683a", 0.45, r)
        for x in (104, 836):
            a.paint(rounded(x, 600, 60, 290, 8), "#d3a569", "#a87640", angle=0, light=0.4,
                    depth=0.14)
            for y in (680, 800):
                a.paint(ellipse(x + 30, y, 9, 9), "#8a8f94", "#4d5256", light=0.8)

    return Place(500, 560, 340, 190, front)


def basket(a: Art) -> Place:
    """A woven basket, seen from the front."""
    a.glow(ellipse(500, 880, 380, 50), "#33222c", 0.45, 24)
    a.paint(ellipse(500, 560, 410, 130), "#8f6534", "#5f3f1e", light=-0.3)

    def front() -> None:
        rim = [polar(500, 560, 410, ang, 0.317) for ang in range(180, -1, -6)]
        shape = [*rim, (860, 780), (790, 876), (500, 896), (210, 876), (140, 780)]
        r = a.paint(shape, "#c99a5e", "#8f6230", angle=60, light=0.4, depth=0.12)
        for row in range(7):
            for i in range(17):
                u = (i + (row % 2) * 0.5 - 8.25) / 8.5
                x = 500 + u * (410 - row * 14)
                y = 600 + row * 46 + 118 * math.sqrt(max(0, 1 - u * u)) * (1 - row * 0.12)
                a.paint(ellipse(x, y, 31, 20, u * -10, power=2.8), "#ecc88e", "#a8763c", light=0.6,
                        depth=0.22, clip=r)
        a.paint(ribbon(rim[::3], 24, 24), "#e3b878", "#a4733a", light=0.55, depth=0.25)
        for i in range(26):
            x, y = polar(500, 560, 410, 4 + i * 6.9, 0.317)
            a.flat(ribbon([(x - 8, y - 20), (x, y), (x + 8, y + 20)], 3, 3), "#8f6230", 0.5)

    return Place(500, 520, 340, 170, front)


def shelf(a: Art) -> Place:
    """A wooden counter, seen from the front."""
    r = a.paint([(-40, 800), (1040, 800), (1040, 1040), (-40, 1040)], "#e2b983", "#c4955c",
                light=0.2)
    for _ in range(30):
        y = a.rng.uniform(800, 1000)
        b = a.rng.uniform(-12, 12)
        a.flat(ribbon([(-40, y), (360, y + b), (700, y - b), (1040, y)], 1.4, 1.4,
                      a.rng.uniform(0, 3)), a.rng.choice(["#a8743e", "#f0cc9a"]), 0.4, r)
    a.flat([(-40, 796), (1040, 796), (1040, 802), (-40, 802)], "#f6dcb2")
    for x, w in ((90, 70), (910, 76)):
        a.glow(ellipse(x + 10, 846, w, 16), "#33222c", 0.35, 10)
        a.paint([(x - w * 0.7, 700), (x + w * 0.7, 700), (x + w * 0.5, 846), (x - w * 0.5, 846)],
                "#d98a62", "#a85a3a", angle=0, light=0.4, depth=0.16)
        for ang in range(-160, -10, 22):
            tip = polar(x, 706, 128, ang)
            a.paint(leaf(x, 712, *tip, 20, 8), "#8fbf7a", "#4c7f50", light=0.5)
    return Place(500, 880, 330, 200)


HOLDERS: dict[str, Callable[[Art], Place]] = {
    "plate": plate, "board": board, "tray": tray, "ice": ice, "cloth": cloth, "bowl": bowl,
    "steamer": steamer, "crate": crate, "basket": basket, "shelf": shelf,
}
FRONTAL = ("bowl", "crate", "basket", "shelf")
