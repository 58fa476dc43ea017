"""Which goods are on a page of a list, found without reading much more than the page (ADR 16)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db import connections

from .list_statements import (
    Page,
    Place,
    Statement,
    bounded,
    count_statement,
    merge_statement,
    place_statement,
    sort_statement,
    walk_statement,
)
from .listing import Listing


@dataclass(frozen=True)
class Bounds:
    """Which plan is taken when; numbers of goods, unless they say otherwise."""

    # Listings of so many are found and sorted whole, for every page of them.
    sorted_first: int = 10_000
    # So many entries of an order's index are read before another plan is tried,
    walked: int = 10_000
    # which is to merge so many cells,
    cells: int = 250
    # or to sort so many; what is even more frequent is in the order's index often enough.
    sorted_last: int = 100_000
    # Pages that are farther from both ends are gone to in steps of so many.
    step: int = 10_000


BOUNDS = Bounds()


class Places(Protocol):
    """Where others have been in one list: its goods, its order, from one of its ends."""

    def known(self) -> Sequence[Place]: ...

    def keep(self, places: Sequence[Place]) -> None: ...


def count_up_to(asked: Listing, at_most: int, *, using: str) -> int:
    """Return how many goods are in the listing, or ``at_most`` when there are more."""
    if asked.is_empty:
        return 0
    [(count,)] = _read(count_statement(asked, using=using, at_most=at_most), using)
    return int(count)


def count_all(asked: Listing, *, using: str) -> int:
    """Return how many goods are in the listing: reads an index entry for each."""
    if asked.is_empty:
        return 0
    [(count,)] = _read(count_statement(asked, using=using), using)
    return int(count)


def page_keys(
    page: Page, *, count: int, using: str, places: Callable[[Page], Places], bounds: Bounds = BOUNDS
) -> list[int]:
    """Return the ids of the goods of a page, in order.

    ``count``: how many goods are in the listing; the last half of them is read from the end.
    ``places``: gives what is known about the list of a page; asked for pages far from both ends.
    """
    page = page._replace(limit=min(page.limit, count - page.offset))
    if page.limit <= 0 or page.listing.is_empty:
        return []
    is_backward = 2 * page.offset > count
    if is_backward:
        page = page._replace(offset=count - page.depth, is_backward=True)
    keys = _find(page, count, using, places, bounds)
    return keys[::-1] if is_backward else keys


def _find(
    page: Page, count: int, using: str, places: Callable[[Page], Places], bounds: Bounds
) -> list[int]:
    if count <= bounds.sorted_first or len(page.order) > 2:
        return _keys(sort_statement(page, using=using), using)
    walk = walk_statement(page, using=using)
    if not _is_mariadb(using):
        return _keys(walk, using)
    if page.depth > bounds.walked:
        return _find_far(page, using, places(page), bounds)
    # As a rule, what a filter looks for is as frequent at the beginning of the order as in the
    # rest of it.
    keys = _keys(bounded(walk, bounds.walked), using)
    if len(keys) == page.limit or page.listing.is_everything:
        return keys
    if merged := _merged(page, count, using, bounds):
        return _keys(merge_statement(merged, using=using), using)
    if count <= bounds.sorted_last:
        return _keys(sort_statement(page, using=using), using)
    return _keys(walk, using)


def _find_far(page: Page, using: str, places: Places, bounds: Bounds) -> list[int]:
    """Walk in steps from the last known place before the page, and let others know of them."""
    known, found = places.known(), list[Place]()
    here = max((place for place in known if place.offset <= page.offset), default=None)
    first = bounds.step + (here.offset if here else 0)
    for offset in range(first, page.offset + 1, bounds.step):
        step = page._replace(offset=offset, start=here)
        read = _read(place_statement(step, using=using), using)
        if not read:  # the list has become shorter
            return []
        here = Place(offset, *read[0])
        found.append(here)
    if found:
        places.keep([*known, *found])
    return _keys(walk_statement(page._replace(start=here), using=using), using)


def _merged(page: Page, count: int, using: str, bounds: Bounds) -> Page | None:
    """Return the page with its categories named, if merging their cells is the best there is."""
    listing = page.listing
    chosen = (listing.categories, listing.is_hot, listing.is_new)
    if all(value is None for value in chosen):
        return None
    if listing.categories is None:
        categories = _read(Statement("SELECT id FROM goods_goodscategory", ()), using)
        listing = replace(listing, categories=tuple(key for (key,) in categories))
    cells = sum(1 for _cell in listing.cells())
    if cells > bounds.cells or cells * page.depth > count:
        return None
    return page._replace(listing=listing)


def first_of_groups(
    groups: Mapping[int, Collection[int]], order: Sequence[str], *, limit: int, using: str
) -> set[int]:
    """Return the ids of the first ``limit`` goods on sale of each group of categories.

    One query, and a second one when a group has few goods among the first of all.
    """
    groups = {key: categories for key, categories in groups.items() if categories}
    if not groups:
        return set()
    group_of = {pk: key for key, categories in groups.items() for pk in categories}
    found: dict[int, list[int]] = {key: [] for key in groups}
    first = Page(Listing(), order, offset=0, limit=5 * limit * len(groups))
    read = _read(walk_statement(first, using=using, columns="id, category_id"), using)
    for key, category_id in read:
        group = found.get(group_of.get(category_id, 0))
        if group is not None and len(group) < limit:
            group.append(key)
    keys = {key for group in found.values() for key in group}
    short = [groups[group] for group, members in found.items() if len(members) < limit]
    if short and len(read) == first.limit:
        keys |= _first_of_each(short, order, limit=limit, using=using)
    return keys


def _first_of_each(
    groups: Sequence[Collection[int]], order: Sequence[str], *, limit: int, using: str
) -> set[int]:
    parts: list[str] = []
    params: list[Any] = []
    for number, categories in enumerate(groups):
        page = Page(Listing(categories=tuple(categories)), order, offset=0, limit=limit)
        merged = merge_statement(page, using=using)
        parts.append(f"SELECT * FROM ({merged.sql}) AS group_{number}")  # noqa: S608 (no input)
        params += merged.params
    return set(_keys(Statement(" UNION ALL ".join(parts), params), using))


def _is_mariadb(using: str) -> bool:
    """Whether the database can give up (ROWS EXAMINED), and begin an index at a place."""
    return bool(getattr(connections[using], "mysql_is_mariadb", False))


def _keys(statement: Statement, using: str) -> list[int]:
    return [key for (key,) in _read(statement, using)]


def _read(statement: Statement, using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        return list(cursor.fetchall())
