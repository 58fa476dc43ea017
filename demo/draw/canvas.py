"""The painting surface: lit shapes, glows, grain and stamped sprites on an RGBA picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .colour import Colour, darker, lighter, mix, rgb
from .shapes import Point, Poly

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Region:
    """A painted area: where it lies and its coverage."""

    box: Box
    mask: Image.Image


def field(size: tuple[int, int], value: Callable[[float, float], float],
          n: int = 32) -> Image.Image:
    """A smooth grey image from a function of (0..1, 0..1), computed small and enlarged."""
    data = bytes(
        max(0, min(255, int(255 * value((i + 0.5) / n, (j + 0.5) / n))))
        for j in range(n)
        for i in range(n)
    )
    return Image.frombytes("L", (n, n), data).resize(size, Image.Resampling.BICUBIC)


def noise(size: tuple[int, int], cell: float, rng: Random) -> Image.Image:
    """Soft random clouds whose spots are about ``cell`` pixels wide."""
    w, h = max(2, int(size[0] / cell) + 1), max(2, int(size[1] / cell) + 1)
    return Image.frombytes("L", (w, h), rng.randbytes(w * h)).resize(
        size, Image.Resampling.BICUBIC
    )


def scaled(mask: Image.Image, factor: float) -> Image.Image:
    """Multiply coverage by a factor."""
    return mask.point([min(255, int(v * factor)) for v in range(256)])


class Art:
    """A transparent picture of 1000 x 1000 units, painted in layers."""

    def __init__(self, rng: Random, k: float = 1.0, w: float = 1000, h: float = 1000) -> None:
        self.rng = rng
        self.k = k
        self.image = Image.new("RGBA", (round(w * k), round(h * k)), (0, 0, 0, 0))

    def region(self, points: Poly, pad: float = 0.0, clip: Region | None = None) -> Region | None:
        """Rasterise an outline, optionally intersected with an earlier region."""
        pts = [(x * self.k, y * self.k) for x, y in points]
        xs, ys = [p[0] for p in pts], [p[1] for p in pts]
        p = pad * self.k + 2
        box = (int(min(xs) - p), int(min(ys) - p), int(max(xs) + p) + 1, int(max(ys) + p) + 1)
        if clip is not None:
            c = clip.box
            box = (max(box[0], c[0]), max(box[1], c[1]), min(box[2], c[2]), min(box[3], c[3]))
        if box[2] - box[0] < 2 or box[3] - box[1] < 2:
            return None
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
        ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in pts], fill=255)
        return Region(box, mask)

    def _clipped(self, area: Region, clip: Region | None) -> Region:
        if clip is None:
            return area
        b, c = area.box, clip.box
        part = clip.mask.crop((b[0] - c[0], b[1] - c[1], b[2] - c[0], b[3] - c[1]))
        return Region(b, ImageChops.multiply(area.mask, part))

    def _blend(self, paint: Image.Image, area: Region, alpha: float) -> None:
        layer = paint.convert("RGBA")
        layer.putalpha(area.mask if alpha >= 1 else scaled(area.mask, alpha))
        x, y = area.box[0], area.box[1]
        cut = (max(0, -x), max(0, -y))
        if cut[0] >= layer.width or cut[1] >= layer.height:
            return
        if max(x, 0) >= self.image.width or max(y, 0) >= self.image.height:
            return
        self.image.alpha_composite(layer, (max(x, 0), max(y, 0)), cut)

    def paint(
        self,
        points: Poly,
        colour: Colour,
        to: Colour | None = None,
        angle: float = 90,
        radial: Point | None = None,
        light: float = 0.5,
        depth: float = 0.16,
        grain: float = 0.0,
        cell: float = 5,
        clip: Region | None = None,
        alpha: float = 1.0,
        shade: Colour | None = None,
    ) -> Region:
        """Paint a lit shape.

        The colour runs to ``to`` along ``angle`` (90: top to bottom) or, with ``radial``, from
        that point of the shape's box outwards.  ``light`` inflates the shape: its upper left
        catches light, its lower right falls into shadow; ``depth`` says how round it is.
        """
        area = self.region(points, clip=clip)
        if area is None:
            return Region((0, 0, 1, 1), Image.new("L", (1, 1), 0))
        flat = area
        area = self._clipped(area, clip)
        size = area.mask.size
        base = Image.new("RGB", size, rgb(colour))
        if to is not None:
            other = Image.new("RGB", size, rgb(to))
            base = Image.composite(other, base, self._ramp(size, angle, radial))
        if grain:
            texture = noise(size, max(1.0, cell * self.k), self.rng)
            dark = Image.new("RGB", size, darker(to or colour, 0.6))
            pale = Image.new("RGB", size, lighter(colour, 0.6))
            low = texture.point([int(max(0, 128 - v) * 2 * grain) for v in range(256)])
            high = texture.point([int(max(0, v - 128) * 2 * grain) for v in range(256)])
            base = Image.composite(dark, base, low)
            base = Image.composite(pale, base, high)
        if light:
            base = self._lit(base, flat.mask, colour, to, light, depth, shade)
        self._blend(base, area, alpha)
        return area

    @staticmethod
    def _ramp(size: tuple[int, int], angle: float, radial: Point | None) -> Image.Image:
        if radial is not None:
            fx, fy = radial
            reach = max(math.hypot(max(fx, 1 - fx), max(fy, 1 - fy)) * 0.86, 0.1)
            return field(size, lambda x, y: math.hypot(x - fx, y - fy) / reach)
        c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        span = abs(c) + abs(s)
        return field(size, lambda x, y: ((x - 0.5) * c + (y - 0.5) * s) / span + 0.5, 24)

    @staticmethod
    def _lit(
        base: Image.Image,
        mask: Image.Image,
        colour: Colour,
        to: Colour | None,
        light: float,
        depth: float,
        shade: Colour | None,
    ) -> Image.Image:
        w, h = mask.size
        f = max(1.0, max(w, h) / 150)
        pad = 24
        small = Image.new("L", (int(w / f) + 2 * pad, int(h / f) + 2 * pad), 0)
        inner = (max(1, int(w / f)), max(1, int(h / f)))
        small.paste(mask.resize(inner, Image.Resampling.BOX), (pad, pad))
        radius = max(1.0, depth * min(inner))
        bump = small.filter(ImageFilter.GaussianBlur(min(radius, 22)))
        d = max(1, round(min(radius, 22) * 0.55))
        diff = ImageChops.subtract(
            ImageChops.offset(bump, -d, -d), ImageChops.offset(bump, d, d), 1.0, 128
        )
        diff = diff.crop((pad, pad, pad + inner[0], pad + inner[1])).resize(
            (w, h), Image.Resampling.BICUBIC
        )
        gain = light * 2.0
        high = diff.point([min(235, int(max(0, v - 128) * gain)) for v in range(256)])
        low = diff.point([min(245, int(max(0, 128 - v) * gain * 1.15)) for v in range(256)])
        tone = colour if to is None else mix(colour, to, 0.6)
        pale = Image.new("RGB", (w, h), lighter(colour, 0.78))
        dark = Image.new("RGB", (w, h), rgb(shade) if shade else darker(tone, 0.72))
        return Image.composite(pale, Image.composite(dark, base, low), high)

    def glow(
        self,
        points: Poly,
        colour: Colour = "#ffffff",
        alpha: float = 0.6,
        blur: float = 10,
        clip: Region | None = None,
    ) -> None:
        """A soft-edged patch: highlights, blushes, cast shadows."""
        area = self.region(points, pad=blur * 2.5)
        if area is None:
            return
        f = max(1.0, blur * self.k / 4)
        w, h = area.mask.size
        small = area.mask.resize((max(2, int(w / f)), max(2, int(h / f))), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(blur * self.k / f))
        soft = Region(area.box, small.resize((w, h), Image.Resampling.BICUBIC))
        self._blend(Image.new("RGB", (w, h), rgb(colour)), self._clipped(soft, clip), alpha)

    def erase(self, points: Poly) -> None:
        """Cut a hole."""
        area = self.region(points)
        if area is not None:
            x, y = area.box[0], area.box[1]
            clear = Image.new("RGBA", area.mask.size, (0, 0, 0, 0))
            self.image.paste(clear, (x, y), area.mask)

    def flat(
        self, points: Poly, colour: Colour, alpha: float = 1.0, clip: Region | None = None
    ) -> Region:
        """Paint a shape without any lighting."""
        return self.paint(points, colour, light=0, clip=clip, alpha=alpha)

    def specks(
        self,
        clip: Region,
        colour: Colour,
        count: int,
        size: tuple[float, float] = (2, 5),
        alpha: float = 0.6,
    ) -> None:
        """Scatter small spots over a region."""
        layer = Image.new("L", clip.mask.size, 0)
        pen = ImageDraw.Draw(layer)
        w, h = layer.size
        for _ in range(count):
            x, y = self.rng.uniform(0, w), self.rng.uniform(0, h)
            r = self.rng.uniform(*size) * self.k
            pen.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=self.rng.randint(120, 255))
        area = Region(clip.box, ImageChops.multiply(layer, clip.mask))
        self._blend(Image.new("RGB", layer.size, rgb(colour)), area, alpha)

    def stamp(
        self,
        sprite: Image.Image,
        x: float,
        y: float,
        width: float,
        rot: float = 0,
        flip: bool = False,
        shadow: float = 0.0,
        tint: Colour = "#3a2a30",
        lift: tuple[float, float] = (8, 14),
    ) -> None:
        """Place another picture, its centre at (x, y), with an optional soft drop shadow."""
        if flip:
            sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        w = max(2, round(width * self.k))
        h = max(2, round(width * self.k * sprite.height / sprite.width))
        sprite = sprite.resize((w, h), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if rot:
            sprite = sprite.rotate(-rot, Image.Resampling.BICUBIC, expand=True)
        left, top = round(x * self.k - sprite.width / 2), round(y * self.k - sprite.height / 2)
        if shadow:
            self._drop(sprite, left, top, shadow, tint, lift)
        self._over(sprite, left, top)

    def _over(self, sprite: Image.Image, left: int, top: int) -> None:
        cut = (max(0, -left), max(0, -top))
        if cut[0] >= sprite.width or cut[1] >= sprite.height:
            return
        if left >= self.image.width or top >= self.image.height:
            return
        self.image.alpha_composite(sprite, (max(left, 0), max(top, 0)), cut)

    def _drop(
        self, sprite: Image.Image, left: int, top: int, alpha: float, tint: Colour,
        lift: tuple[float, float],
    ) -> None:
        blur = lift[1] * self.k
        f = max(1.0, blur / 4)
        pad = int(blur * 3)
        alpha_mask = sprite.getchannel("A")
        full = (sprite.width + 2 * pad, sprite.height + 2 * pad)
        small = Image.new("L", (int(full[0] / f) + 1, int(full[1] / f) + 1), 0)
        inner = (max(1, int(sprite.width / f)), max(1, int(sprite.height / f)))
        small.paste(alpha_mask.resize(inner, Image.Resampling.BOX), (int(pad / f), int(pad / f)))
        small = small.filter(ImageFilter.GaussianBlur(blur / f))
        mask = scaled(small.resize(full, Image.Resampling.BICUBIC), alpha)
        layer = Image.new("RGBA", full, (*rgb(tint), 0))
        layer.putalpha(mask)
        dx, dy = lift[0] * self.k, lift[0] * 1.5 * self.k
        self._over(layer, int(left - pad + dx), int(top - pad + dy))

    def trimmed(self, pad: int = 4) -> Image.Image:
        """The picture cut to its painted area."""
        box = self.image.getchannel("A").point(lambda v: 255 if v > 6 else 0).getbbox()
        if box is None:
            return self.image
        return self.image.crop(
            (max(0, box[0] - pad), max(0, box[1] - pad),
             min(self.image.width, box[2] + pad), min(self.image.height, box[3] + pad))
        )
