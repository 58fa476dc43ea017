"""Reads the catalogue's TOML files as far as drawing needs them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parent.parent
CATALOGUE = DEMO / "catalogue"
PICTURES = DEMO / "pictures"


@dataclass(frozen=True)
class Goods:
    """One product."""

    sn: str
    name: str
    pictures: int
    art: dict[str, str]

    @property
    def tone(self) -> str:
        """The name of its backdrop."""
        return self.art["tone"]


@dataclass(frozen=True)
class Brand:
    """One brand; its picture is named after its category and place in the file."""

    file: str
    name: str
    logo: dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    """Everything there is to draw."""

    goods: tuple[Goods, ...]
    brands: tuple[Brand, ...]
    banners: tuple[dict[str, Any], ...]

    def names(self) -> dict[str, tuple[int, int]]:
        """Every picture the shop refers to, below the pictures folder, with its size."""
        wanted = {
            f"goods/{g.sn}-{k}.webp": (640, 640) for g in self.goods for k in range(1,
                                                                                    g.pictures + 1)
        }
        wanted |= {f"banners/{b['picture']}.webp": (1920, 300) for b in self.banners}
        wanted |= {f"brands/{b.file}.webp": (300, 150) for b in self.brands}
        return wanted


def load(folder: Path = CATALOGUE) -> Catalogue:
    """Read every file of the catalogue."""
    goods: list[Goods] = []
    brands: list[Brand] = []
    banners: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        banners += data.get("banners", [])
        if "category" not in data:
            continue
        code = data["category"]["code"]
        brands += [
            Brand(f"{code}-{n}", b["name"], b["logo"])
            for n, b in enumerate(data.get("brands", []), start=1)
        ]
        goods += [Goods(g["sn"], g["name"], g["pictures"], g["art"]) for g in data["goods"]]
    return Catalogue(tuple(goods), tuple(brands), tuple(banners))
