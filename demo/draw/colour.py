"""Colour helpers: everything works on plain ``(r, g, b)`` tuples."""

from __future__ import annotations

RGB = tuple[int, int, int]
Colour = str | RGB


def rgb(value: Colour) -> RGB:
    """Turn ``"#rrggbb"`` (or a tuple) into a tuple."""
    if isinstance(value, tuple):
        return value
    text = value.lstrip("#")
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(a: Colour, b: Colour, t: float) -> RGB:
    """Blend from ``a`` (t = 0) to ``b`` (t = 1)."""
    first, second = rgb(a), rgb(b)
    red, green, blue = (round(x + (y - x) * t) for x, y in zip(first, second, strict=True))
    return red, green, blue


def lighter(value: Colour, t: float = 0.3) -> RGB:
    """Blend towards a warm white."""
    return mix(value, (255, 252, 244), t)


def darker(value: Colour, t: float = 0.3) -> RGB:
    """Blend towards a saturated, slightly violet shadow of the colour itself."""
    r, g, b = rgb(value)
    shade = (int(r * 0.36), int(g * 0.28), int(b * 0.40))
    return mix(value, shade, t)


#: Backdrops: (wall at the top, wall at the horizon, floor, accent disc)
TONES: dict[str, tuple[str, str, str, str]] = {
    "mint": ("#e4f4ec", "#cfeadd", "#bfe0d0", "#f6fbf4"),
    "peach": ("#fff0e4", "#fddfc9", "#f8cfb4", "#fff8ef"),
    "sky": ("#e6f3fb", "#cde6f5", "#b9d9ec", "#f6fbfe"),
    "cream": ("#fdf7e8", "#f7ebcf", "#efdfbd", "#fffdf5"),
    "lilac": ("#f3eefb", "#e3d9f3", "#d5c8ea", "#fbf8fe"),
    "rose": ("#fdeeee", "#f9d9da", "#f1c7c9", "#fff7f5"),
    "sand": ("#f8f0e6", "#ecdcc8", "#e0cbb1", "#fdf8f1"),
    "lemon": ("#fffbe2", "#fcf1bd", "#f4e4a2", "#fffdf0"),
    "sage": ("#eff4e6", "#dbe7cb", "#cbdab7", "#f9fbf2"),
    "ice": ("#ecf6f8", "#d6eaee", "#c3dde3", "#f8fcfd"),
}
