"""The goods list as the shop grows: 10,000, 100,000 and a million goods, nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..lab import mroonga
from .model import CPU_MS, Scenario, ShopSpec, Target, at_most
from .reading import reading

if TYPE_CHECKING:
    from bench.lab.shops import Shop

SMALL, MIDDLE, LARGE = SIZES = (10_000, 100_000, 1_000_000)
GROWTH = 3

# {root} and {leaf} stand for categories of the highest and the lowest level, {middle} for the page
# in the middle of the list.
LISTS = {
    "list": "/goods/",
    "list, last page": "/goods/?page=last",
    "list, middle page": "/goods/?page={middle}",
    "list by sales": "/goods/?ordering=-sold_num",
    "list by price": "/goods/?ordering=shop_price",
    "hot goods": "/goods/?is_hot=true",
    "price range": "/goods/?pricemin=10&pricemax=20",
    "branch": "/goods/?top_category={root}",
    "branch by sales": "/goods/?top_category={root}&ordering=-sold_num",
    "branch, price range": "/goods/?top_category={root}&pricemin=10&pricemax=100",
    "leaf, hot": "/goods/?top_category={leaf}&is_hot=true",
    "leaf by price": "/goods/?top_category={leaf}&ordering=shop_price",
}
OTHERS = {"index page": "/indexgoods/", "categories": "/categorys/"}
COMMON, RARE = "鲜", "LT00004711"
SEARCHES = {f"search, {COMMON} (common)": (COMMON, 60), f"search, {RARE} (rare)": (RARE, 5)}


def _searched(goods: int) -> ShopSpec:
    """The shop that searches by Mroonga; by LIKE where Mroonga is not installed."""
    if not mroonga.is_installed():
        return ShopSpec(goods=goods)
    return ShopSpec(
        goods=goods, settings=(("GOODS_SEARCH", "mroonga"),), commands=(("search_index", "build"),)
    )


def _path(pattern: str, goods: int) -> Callable[[Shop], str]:
    def path(shop: Shop) -> str:
        return pattern.format(root=shop.category_id, leaf=shop.leaf_id, middle=goods // 24)

    return path


def _detail(shop: Shop) -> str:
    return f"/goods/{shop.goods_ids[0]}/"


def _scenarios() -> Iterator[Scenario]:
    for goods in SIZES:
        paths = {name: _path(pattern, goods) for name, pattern in {**LISTS, **OTHERS}.items()}
        for name, path in {**paths, "detail": _detail}.items():
            small = f"{name}, {SMALL:,} goods"
            yield Scenario(
                name=f"{name}, {goods:,} goods", shop=ShopSpec(goods=goods),
                round=reading(path, seconds=0.5),
                targets=(at_most(GROWTH, f"× {small}"),) if goods == LARGE else (),
                compared_with="" if goods == SMALL else small, rounds=2,
            )  # fmt: skip
        for name, (word, limit) in SEARCHES.items():
            targets: tuple[Target, ...] = (at_most(limit, CPU_MS),) if goods == LARGE else ()
            yield Scenario(
                name=f"{name}, {goods:,} goods", shop=_searched(goods),
                round=reading(f"/goods/?search={quote(word)}", seconds=0.5),
                targets=targets, rounds=2,
            )  # fmt: skip


SCENARIOS = tuple(_scenarios())
