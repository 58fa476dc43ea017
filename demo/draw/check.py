"""Checks the drawn pictures against the catalogue."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from .catalogue import Catalogue

LIMIT = 6_000_000


def problems(catalogue: Catalogue, folder: Path) -> list[str]:
    """Everything that is wrong with the pictures folder."""
    wanted = catalogue.names()
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    out = [f"missing: {name}" for name in wanted if name not in found]
    out += [f"nobody refers to: {name}" for name in found if name not in wanted]
    for name, size in wanted.items():
        if name in found:
            with Image.open(found[name]) as image:
                if image.size != size:
                    out.append(f"{name} is {image.size}, not {size}")
    total = sum(p.stat().st_size for p in found.values())
    if total >= LIMIT:
        out.append(f"the pictures take {total} bytes, more than {LIMIT}")
    return sorted(out)


def summary(catalogue: Catalogue, folder: Path) -> str:
    """One line about what is there."""
    files = list(folder.rglob("*.webp"))
    total = sum(p.stat().st_size for p in files) / 1e6
    return (
        f"{len(catalogue.goods)} goods, {len(catalogue.brands)} brands, "
        f"{len(catalogue.banners)} banners: {len(files)} pictures, {total:.2f} MB"
    )
