"""``python -m demo.draw``: draw the pictures of the demo shop, or check them."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

from . import fonts
from .banners import banner
from .brands import brand
from .catalogue import PICTURES, Catalogue, load
from .check import problems, summary
from .scenes import pictures

QUALITY = 82


def save(image: Image.Image, path: Path, quality: int = QUALITY) -> None:
    """Write a picture as WebP."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "WEBP", quality=quality, method=6)


def draw_one(name: str, out: Path, catalogue: Catalogue) -> str:
    """Draw everything called ``name``: a product, a banner or a brand."""
    goods = {g.sn: g for g in catalogue.goods}
    if name in goods:
        for k, image in enumerate(pictures(goods[name]), start=1):
            save(image, out / "goods" / f"{name}-{k}.webp")
    for entry in catalogue.banners:
        if entry["picture"] == name:
            save(banner(entry, goods), out / "banners" / f"{name}.webp", 86)
    for item in catalogue.brands:
        if item.file == name:
            save(brand(item), out / "brands" / f"{name}.webp", 90)
    return name


def main(argv: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m demo.draw", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="draw only this product, banner or brand (may be repeated)")
    parser.add_argument("--out", type=Path, default=PICTURES, help="where the pictures go")
    parser.add_argument("--fonts", metavar="DIR", help="the folder of Noto Sans CJK")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--check", action="store_true", help="check the pictures, draw nothing")
    options = parser.parse_args(argv)
    catalogue = load()
    if options.check:
        wrong = problems(catalogue, options.out)
        print("\n".join(wrong) if wrong else summary(catalogue, options.out))
        return 1 if wrong else 0
    if options.fonts:
        os.environ[fonts.VARIABLE] = options.fonts
    try:
        fonts.font(20, "bold"), fonts.font(20)
    except fonts.FontMissingError as error:
        print(error, file=sys.stderr)
        return 2
    names = [g.sn for g in catalogue.goods]
    names += [b["picture"] for b in catalogue.banners] + [b.file for b in catalogue.brands]
    if options.only:
        unknown = sorted(set(options.only) - set(names))
        if unknown:
            parser.error(f"not in the catalogue: {', '.join(unknown)}")
        names = options.only
    started = time.monotonic()
    with ProcessPoolExecutor(max(1, options.jobs)) as pool:
        count = len(names)
        for name in pool.map(draw_one, names, [options.out] * count, [catalogue] * count):
            print(name, flush=True)
    print(f"{time.monotonic() - started:.0f} s; {summary(catalogue, options.out)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
