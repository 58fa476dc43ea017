"""Finds the Chinese font and draws text with it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .colour import Colour, rgb

VARIABLE = "MXSHOP_DEMO_FONTS"
PLACES = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/truetype/noto",
    "/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
NAMES = {
    "regular": ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf"),
    "bold": ("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "NotoSansSC-Bold.otf"),
}
SIMPLIFIED = 2  # the face of the .ttc collection for simplified Chinese



class FontMissingError(RuntimeError):
    """Noto Sans CJK is not installed where we looked."""




@lru_cache
def _path(weight: str) -> Path:
    folders = [os.environ.get(VARIABLE, ""), *PLACES]
    for folder in filter(None, folders):
        for name in NAMES[weight]:
            path = Path(folder).expanduser() / name
            if path.is_file():
                return path
    raise FontMissingError(
        f"Noto Sans CJK ({weight}) was not found. Install it (Debian: fonts-noto-cjk) or name its "
        f"folder with --fonts DIR or the environment variable {VARIABLE}."
    )


@lru_cache(maxsize=64)
def font(size: int, weight: str = "regular") -> ImageFont.FreeTypeFont:
    """The font in a size (pixels)."""
    path = _path(weight)
    return ImageFont.truetype(str(path), size, index=SIMPLIFIED if path.suffix == ".ttc" else 0)


def width(text: str, size: int, weight: str = "regular", spacing: float = 0) -> float:
    """How wide a line comes out."""
    return font(size, weight).getlength(text) + spacing * max(0, len(text) - 1)


def write(
    image: Image.Image,
    x: float,
    y: float,
    text: str,
    size: int,
    colour: Colour,
    weight: str = "regular",
    anchor: str = "la",
    spacing: float = 0,
    alpha: float = 1.0,
) -> None:
    """Draw a line; ``spacing`` adds space between the characters."""
    layer = Image.new("RGBA", image.size, (*rgb(colour), 0)) if alpha < 1 else image
    pen = ImageDraw.Draw(layer)
    face = font(size, weight)
    fill = (*rgb(colour), int(255 * alpha))
    if not spacing:
        pen.text((x, y), text, font=face, fill=fill, anchor=anchor)
    else:
        if anchor[0] in "mr":
            total = width(text, size, weight, spacing)
            x -= total / 2 if anchor[0] == "m" else total
        for character in text:
            pen.text((x, y), character, font=face, fill=fill, anchor="l" + anchor[1])
            x += face.getlength(character) + spacing
    if layer is not image:
        image.alpha_composite(layer)


def column(
    image: Image.Image, x: float, y: float, text: str, size: int, colour: Colour,
    weight: str = "bold", spacing: float = 1.12,
) -> None:
    """Draw text downwards, centred at x."""
    pen = ImageDraw.Draw(image)
    for character in text:
        pen.text((x, y), character, font=font(size, weight), fill=(*rgb(colour), 255), anchor="mt")
        y += size * spacing
