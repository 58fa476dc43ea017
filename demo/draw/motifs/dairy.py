"""Milk, yogurt, eggs and cheese."""

from __future__ import annotations

from PIL import Image

from ..fonts import write
from ..shapes import ellipse, leaf, ribbon, rounded, spline
from .base import Kit, Looks, gloss, motif


@motif("milk")
def milk(kit: Kit) -> Looks:
    """A glass bottle of milk and a poured glass."""
    a = kit.canvas()
    body = spline([(410, 130), (410, 230), (370, 310), (310, 400), (300, 560), (300, 860),
                   (340, 940), (500, 955), (660, 940), (700, 860), (700, 560), (690, 400),
                   (630, 310), (590, 230), (590, 130)], steps=8)
    g = a.paint(body, "#e9f4fa", "#c4dbe8", angle=0, light=0.4, depth=0.1)
    inner = spline([(430, 300), (385, 360), (328, 440), (320, 600), (322, 850), (360, 918),
                    (500, 930), (640, 918), (678, 850), (680, 600), (672, 440), (615, 360),
                    (570, 300), (500, 312)], steps=8)
    a.paint(inner, "#fffefa", "#e4e2dc", angle=0, light=0.45, depth=0.16, clip=g)
    a.paint(ellipse(500, 304, 72, 14), "#fffdf4", "#e9e2cf", light=0.3)
    label = a.paint(rounded(318, 520, 364, 260, 26), "#5d9fd0", "#3f7fb5", angle=0, light=0.4,
                    depth=0.2, clip=g)
    a.flat(spline([(310, 700), (400, 660), (500, 710), (600, 670), (690, 700), (690, 790),
                   (310, 790)]), "#8cc76a", clip=label)
    write(a.image, 500, 600, "鲜牛奶", 84, "#ffffff", "bold", "mm")
    write(a.image, 500, 668, "FRESH · 950ml", 34, "#e9f5ff", "regular", "mm")
    a.paint(rounded(398, 70, 204, 92, 20), "#f6f9fb", "#b9d0de", angle=0, light=0.5)
    a.paint(rounded(404, 60, 192, 64, 18), "#4f93c8", "#2f6a9c", angle=0, light=0.5)
    a.glow(ribbon([(352, 420), (342, 600), (348, 880)], 12, 12), "#ffffff", 0.9, 9, g)
    a.glow(ribbon([(660, 430), (668, 620), (662, 880)], 8, 8), "#ffffff", 0.5, 8, g)
    bottle = a.trimmed()
    b = kit.canvas(0.9)
    cup = [(270, 200), (300, 900), (340, 940), (500, 955), (660, 940), (700, 900), (730, 200)]
    g = b.paint(cup, "#eef6fa", "#c9dde8", angle=0, light=0.3, depth=0.06, alpha=0.85)
    b.paint([(285, 330), (312, 880), (350, 915), (500, 928), (650, 915), (688, 880), (715, 330)],
            "#fffefb", "#e3e0d8", angle=0, light=0.4, depth=0.16)
    b.paint(ellipse(500, 330, 216, 46), "#ffffff", "#efeadd", light=0.2)
    b.paint(ellipse(500, 200, 230, 46), "#f7fbfd", "#d6e6ee", light=0.2, alpha=0.6)
    b.glow(ribbon([(320, 260), (335, 560), (352, 860)], 12, 10), "#ffffff", 0.95, 9, g)
    glass = b.trimmed()
    hero = kit.canvas()
    hero.stamp(bottle, 400, 500, 400)
    hero.stamp(glass, 720, 690, 290)
    cut = kit.canvas()
    cut.stamp(glass, 520, 520, 520)
    return Looks(hero.trimmed(), cut.trimmed(), [bottle], "stand", "shelf", 250, 5, hero_size=600,
                 cut_size=560)


@motif("yogurt")
def yogurt(kit: Kit) -> Looks:
    """Cups of strained yogurt with berries."""

    def berry(a_c: str, b_c: str) -> Image.Image:
        a = kit.canvas(0.2)
        r = a.paint(ellipse(500, 500, 420, 410), a_c, b_c, radial=(0.36, 0.3), light=0.6,
                    depth=0.25)
        gloss(a, 340, 330, 80, 50, -40, 0.6, r)
        return a.trimmed()

    blue, red = berry("#7488c8", "#26336a"), berry("#f0525a", "#a3142a")

    def cup(open_: bool) -> Image.Image:
        a = kit.canvas(0.9)
        side = [(230, 330), (290, 860), (340, 900), (500, 912), (660, 900), (710, 860), (770, 330)]
        s = a.paint(side, "#fdfaff", "#cfc0e2", angle=0, light=0.4, depth=0.12)
        band = a.paint(spline([(240, 480), (500, 530), (760, 480), (735, 720), (500, 760), (265,
                                                                                            720)]),
                       "#9a82c4", "#6f57a0", angle=0, light=0.3, clip=s)
        write(a.image, 450, 545, "希腊酸奶", 76, "#ffffff", "bold", "mm")
        write(a.image, 450, 612, "0 蔗糖", 40, "#efe6ff", "regular", "mm")
        a.paint(ellipse(500, 330, 284, 92), "#f4eefb", "#c9b9df", light=0.4)
        if open_:
            r = a.paint(ellipse(500, 326, 258, 78), "#fffef9", "#eee6dc", light=-0.25)
            a.paint(ribbon([(330, 330), (480, 290), (620, 330), (560, 360), (450, 345)], 34, 8),
                    "#fffffb", "#e6ddd0", light=0.6, clip=r)
            for x, y, b in ((400, 290, blue), (470, 270, red), (560, 290, blue), (620, 315, red)):
                a.stamp(b, x, y, 96, 0, shadow=0.3)
            a.paint(leaf(520, 270, 590, 200, 24), "#7fbf5a", "#478a3c", light=0.5)
        else:
            r = a.paint(ellipse(500, 318, 282, 88), "#f6f2fb", "#d3c6e6", angle=30, light=0.4)
            a.flat(ellipse(500, 316, 200, 58), "#9a82c4", 0.9, r)
            a.stamp(blue, 470, 312, 70)
            a.stamp(red, 540, 318, 66)
        del band
        return a.trimmed()

    open_, shut = cup(True), cup(False)
    hero = kit.canvas()
    hero.stamp(shut, 640, 400, 440)
    hero.stamp(open_, 390, 560, 560, shadow=0.2)
    bowl = kit.canvas()
    bowl.paint(ellipse(500, 520, 440, 400), "#a9bfd6", "#6f8aa8", light=0.5)
    r = bowl.paint(ellipse(500, 505, 390, 350), "#fffef8", "#ece3d6", light=-0.25, depth=0.08)
    for k in (0.78, 0.5, 0.24):
        bowl.paint(ribbon([(500 - 360 * k, 540), (460, 505 - 260 * k), (500 + 330 * k, 480),
                           (540, 505 + 250 * k)], 30, 10), "#fffffc", "#e3d9c9", light=0.5, clip=r)
    for i in range(15):
        x, y = 520 + kit.rng.gauss(0, 130), 460 + kit.rng.gauss(0, 110)
        bowl.stamp((blue, red)[i % 3 == 0], x, y, 110, 0, shadow=0.35)
    for _ in range(18):
        x, y = 480 + kit.rng.gauss(0, 150), 560 + kit.rng.gauss(0, 90)
        bowl.paint(leaf(x - 34, y, x + 34, y + 8, 17), "#e9b671", "#b97f3c", light=0.6)
    return Looks(hero.trimmed(), bowl.trimmed(), [open_, shut], "stand", "shelf", 290, 5,
                 hero_size=660)


@motif("egg")
def egg(kit: Kit) -> Looks:
    """Brown eggs and a cracked one."""

    def one(a_c: str, b_c: str) -> Image.Image:
        a = kit.canvas(0.7)
        body = spline([(500, 130), (640, 200), (760, 400), (800, 600), (730, 790), (500, 880),
                       (270, 790), (200, 600), (240, 400), (360, 200)])
        r = a.paint(body, a_c, b_c, radial=(0.38, 0.3), light=0.45, depth=0.26, grain=0.03, cell=8)
        a.specks(r, "#a8683c", 80, (2, 4), 0.4)
        gloss(a, 390, 350, 70, 110, 20, 0.45, r)
        return a.trimmed()

    eggs = [one("#f6d9b8", "#c98f62"), one("#fbe6cc", "#d9a77c"), one("#edc49c", "#b5764a")]
    hero = kit.canvas()
    hero.paint(spline([(40, 560), (500, 500), (960, 560), (930, 850), (500, 900), (70, 850)],
                      steps=8),
               "#b9b2a6", "#8f887c", light=0.4, grain=0.2)
    for row, (n, y, w) in enumerate(((4, 400, 205), (4, 560, 225), (4, 720, 245))):
        for i in range(n):
            x = 500 + (i - (n - 1) / 2) * w * 0.98
            hero.paint(ellipse(x, y + 76, w * 0.52, w * 0.34), "#d2ccc0", "#9c9588", light=0.5,
                       grain=0.15)
            hero.stamp(eggs[(i + row) % 3], x, y - 4, w * 0.78, 0, shadow=0.25)
            hero.paint(spline([(x - w * 0.54, y + 62), (x - w * 0.3, y + 112), (x, y + 124),
                               (x + w * 0.3, y + 112), (x + w * 0.54, y + 62),
                               (x + w * 0.46, y + 165), (x - w * 0.46, y + 165)]), "#cbc4b8",
                       "#a39c90", light=0.4, grain=0.18)
    cut = kit.canvas()
    cut.paint(ellipse(480, 600, 420, 320, 0, 0.06, kit.rng), "#fffdf5", "#efe7d6", light=0.4,
              alpha=0.92)
    cut.paint(ellipse(470, 590, 260, 210, 0, 0.05, kit.rng), "#fffef9", "#f3ecda", light=0.35)
    y = cut.paint(ellipse(470, 570, 168, 150, 0, 0.01, kit.rng), "#ffb733", "#ee7d0c",
                  radial=(0.38, 0.32), light=0.6, depth=0.22)
    gloss(cut, 410, 510, 60, 34, -30, 0.9, y)
    for x, y0, rot in ((760, 330, 24), (240, 300, -30)):
        shell = kit.canvas(0.7)
        zig = [(180 + i * 64, 520 + (46 if i % 2 else -30) + kit.rng.uniform(-14, 14))
               for i in range(11)]
        bowl = [*zig, (790, 700), (690, 850), (500, 900), (310, 850), (210, 700)]
        shell.paint(bowl, "#f3cfa6", "#bf8252", light=0.5, depth=0.2)
        shell.paint([*zig, (700, 610), (500, 660), (300, 610)], "#fff8ec", "#e3d3bb", light=-0.4)
        cut.stamp(shell.trimmed(), x, y0, 330, rot, shadow=0.35)
    return Looks(hero.trimmed(), cut.trimmed(), eggs, "pile", "basket", 190, 14, hero_size=820)


@motif("cheese")
def cheese(kit: Kit) -> Looks:
    """A wedge of ripened cheese and cubes."""

    def wedge(holes: bool = True) -> Image.Image:
        a = kit.canvas()
        top = [(90, 430), (520, 220), (930, 360), (900, 400), (500, 520)]
        a.paint([(90, 430), (500, 520), (500, 800), (90, 690)], "#f6c64a", "#e0a32a", light=0.3,
                depth=0.06)
        side = a.paint([(500, 520), (920, 370), (920, 620), (500, 800)], "#f9d468", "#e9b038",
                       angle=0, light=0.3, depth=0.06)
        front = a.paint([(90, 430), (500, 520), (500, 800), (90, 690)], "#ffdf7a", "#f3bd45",
                        light=0.3, depth=0.06, grain=0.05)
        t = a.paint(top, "#fff0b0", "#fbd872", light=0.35, depth=0.06)
        a.paint(ribbon([(90, 430), (88, 560), (90, 690)], 16, 16), "#d98a2e", "#b56a1c", light=0.5)
        if holes:
            for x, y, r in ((200, 560, 52), (330, 640, 38), (420, 600, 26), (250, 680, 24),
                            (390, 730, 32)):
                a.paint(ellipse(x, y, r, r * 0.9, 0, 0.05, kit.rng), "#c98a1e", "#f0bb4a",
                        light=-0.7, depth=0.2, clip=front)
            for x, y, r in ((620, 620, 44), (760, 540, 36), (850, 560, 24), (690, 700, 22)):
                a.paint(ellipse(x, y, r * 0.8, r, 0, 0.05, kit.rng), "#b97a16", "#e9b040",
                        light=-0.7, depth=0.2, clip=side)
            for x, y, r in ((430, 360, 40), (620, 380, 30), (300, 410, 22)):
                a.paint(ellipse(x, y, r * 1.3, r * 0.5), "#d9a233", "#f6cf66", light=-0.6, clip=t)
        return a.trimmed()

    one = wedge()
    c = kit.canvas(0.6)
    c.paint([(200, 400), (500, 480), (500, 820), (200, 720)], "#ffe08a", "#f3bf4a", light=0.3)
    c.paint([(500, 480), (800, 380), (800, 700), (500, 820)], "#f3c252", "#dc9f2c", light=0.3)
    c.paint([(200, 400), (500, 300), (800, 380), (500, 480)], "#fff3bc", "#fcdc7c", light=0.3)
    c.paint(ellipse(330, 600, 44, 40), "#c98a1e", "#f0bb4a", light=-0.7)
    c.paint(ellipse(640, 640, 34, 40), "#b97a16", "#e9b040", light=-0.7)
    cube = c.trimmed()
    hero = kit.canvas()
    hero.stamp(one, 500, 420, 860, 0, shadow=0.2)
    hero.stamp(cube, 280, 780, 220, 0, shadow=0.3)
    hero.stamp(cube, 470, 820, 190, 0, shadow=0.3)
    cut = kit.canvas()
    cut.stamp(one, 560, 440, 980, -6, shadow=0.3)
    for x, y in ((230, 760), (430, 830), (640, 790)):
        cut.stamp(cube, x, y, 250, 0, shadow=0.35)
    return Looks(hero.trimmed(), cut.trimmed(), [cube, cube, one], "scatter", "board", 230, 8,
                 hero_size=740)
