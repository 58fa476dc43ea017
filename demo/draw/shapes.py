"""Outlines: smooth closed curves, leaves, tapered strokes. All return lists of points."""

from __future__ import annotations

import math
from random import Random

Point = tuple[float, float]
Poly = list[Point]


def spline(points: Poly, closed: bool = True, steps: int = 12) -> Poly:
    """Catmull-Rom curve through the given points."""
    n = len(points)
    out: Poly = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            p0, p1 = points[max(i - 1, 0)], points[i]
            p2, p3 = points[i + 1], points[min(i + 2, n - 1)]
        for s in range(steps):
            t = s / steps
            out.append(
                tuple(  # type: ignore[arg-type]
                    0.5
                    * (
                        2 * b
                        + (c - a) * t
                        + (2 * a - 5 * b + 4 * c - d) * t * t
                        + (3 * b - a - 3 * c + d) * t**3
                    )
                    for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                )
            )
    if not closed:
        out.append(points[-1])
    return out


def ellipse(
    cx: float,
    cy: float,
    rx: float,
    ry: float | None = None,
    rot: float = 0.0,
    wobble: float = 0.0,
    rng: Random | None = None,
    power: float = 2.0,
) -> Poly:
    """An ellipse; ``wobble`` makes it organic, ``power`` > 2 makes it squarer."""
    ry = rx if ry is None else ry
    waves = []
    if wobble and rng is not None:
        waves = [(k, rng.uniform(0, 6.28), rng.uniform(0.3, 1) / k) for k in (2, 3, 4, 5, 7)]
    cos, sin = math.cos(math.radians(rot)), math.sin(math.radians(rot))
    out: Poly = []
    for i in range(72):
        a = 2 * math.pi * i / 72
        ca, sa = math.cos(a), math.sin(a)
        x = math.copysign(abs(ca) ** (2 / power), ca)
        y = math.copysign(abs(sa) ** (2 / power), sa)
        r = 1 + wobble * sum(w * math.sin(k * a + p) for k, p, w in waves)
        x, y = x * rx * r, y * ry * r
        out.append((cx + x * cos - y * sin, cy + x * sin + y * cos))
    return out


def rounded(x: float, y: float, w: float, h: float, r: float) -> Poly:
    """A rectangle with round corners."""
    out: Poly = []
    corners = ((x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90),
               (x + r, y + r, 180))
    for cx, cy, start in corners:
        for i in range(9):
            a = math.radians(start + i * 11.25)
            out.append((cx + r * math.cos(a), cy + r * math.sin(a)))
    return out


def curve(points: Poly, steps: int = 12) -> Poly:
    """An open smooth line through the points."""
    return spline(points, closed=False, steps=steps)


def ribbon(points: Poly, start: float, end: float, belly: float = 0.0) -> Poly:
    """A tapered stroke around a smooth line: ``start`` and ``end`` are half widths."""
    line = curve(points)
    n = len(line)
    left: Poly = []
    right: Poly = []
    for i, (x, y) in enumerate(line):
        ax, ay = line[max(i - 1, 0)]
        bx, by = line[min(i + 1, n - 1)]
        length = math.hypot(bx - ax, by - ay) or 1.0
        t = i / (n - 1)
        w = start + (end - start) * t + belly * math.sin(math.pi * t)
        nx, ny = -(by - ay) / length * w, (bx - ax) / length * w
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def leaf(x0: float, y0: float, x1: float, y1: float, width: float, bend: float = 0.0) -> Poly:
    """A pointed leaf from one point to another."""
    dx, dy = x1 - x0, y1 - y0
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length, dx / length
    left: Poly = []
    right: Poly = []
    for i in range(21):
        t = i / 20
        w = width * math.sin(math.pi * t**0.8) ** 0.9 if 0 < t < 1 else 0.0
        b = bend * math.sin(math.pi * t)
        x, y = x0 + dx * t + nx * b, y0 + dy * t + ny * b
        left.append((x + nx * w, y + ny * w))
        right.append((x - nx * w, y - ny * w))
    return left + right[::-1]


def move(points: Poly, dx: float = 0, dy: float = 0, k: float = 1, ky: float | None = None,
         rot: float = 0, about: Point = (500, 500)) -> Poly:
    """Scale and turn about a point, then shift."""
    cos, sin = math.cos(math.radians(rot)), math.sin(math.radians(rot))
    sy = k if ky is None else ky
    out: Poly = []
    for x, y in points:
        u, v = (x - about[0]) * k, (y - about[1]) * sy
        out.append((about[0] + u * cos - v * sin + dx, about[1] + u * sin + v * cos + dy))
    return out


def polar(cx: float, cy: float, r: float, angle: float, ky: float = 1.0) -> Point:
    """A point on a circle; the angle is in degrees, clockwise from three o'clock."""
    a = math.radians(angle)
    return cx + r * math.cos(a), cy + r * math.sin(a) * ky
