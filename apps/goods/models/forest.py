"""The category tree: one query, unless the process keeps it (kept_rows.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from .categories import GoodsCategory
from .kept_rows import KeptRows


class Forest(NamedTuple):
    """All categories, each with its children in ``children``; ``roots`` are those of level 1."""

    roots: list[GoodsCategory]
    by_id: dict[int, GoodsCategory]


def category_tree(category_id: int) -> GoodsCategory | None:
    """Return a category with all below it, None when there is none; one query at most."""
    if (forest := kept_forest()) and (category := forest.by_id.get(category_id)):
        return category
    trees = GoodsCategory.objects.subtree(category_id).as_forest()
    return trees[0] if trees else None


def categories_by_id(ids: Collection[int], forest: Forest | None) -> Mapping[int, GoodsCategory]:
    """Return the categories of these ids that there are, and maybe others.

    ``forest`` is what kept_forest() gave; one query where that has not all of them.
    """
    # One that is not in it was made a moment ago, and its version is not told yet.
    if forest and all(pk in forest.by_id for pk in ids):
        return forest.by_id
    return GoodsCategory.objects.in_bulk(ids)


def _read() -> Forest:
    categories = GoodsCategory.objects.all()
    roots = categories.as_forest()
    by_id: dict[int, GoodsCategory] = {}
    waiting = [*roots]
    while waiting:
        category = waiting.pop()
        by_id[category.pk] = category
        waiting += category.children
    return Forest(roots, by_id)


# A shop has some hundred categories.
category_forest = KeptRows(_read, lambda forest: forest.by_id.values(), most=5_000)
kept_forest = category_forest.kept
