"""The statements that count the goods of a list and find those of a page (ADR 16).

By hand, because each names its index, which the ORM cannot: a database that chooses for itself
reads a million rows for a page of twelve whenever it guesses wrong. All of them read indexes
alone; the goods themselves are read by their keys afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connections

from .list_indexes import (
    COUNTING,
    COUNTING_CATEGORIES,
    FILTERING,
    FILTERING_CATEGORIES,
    OF_CELLS,
    WALKED,
)
from .listing import FLAGS, Listing

TABLE = "goods_goods"


class Place(NamedTuple):
    """A place in the order of a list: behind ``offset`` goods.

    ``value``: what the last of these goods has in the order's column, ``key``: its id.
    """

    offset: int
    value: Any
    key: int


class Page(NamedTuple):
    """``limit`` goods of a listing from ``offset`` on.

    ``order`` is what order_by() takes; its last term is ``id``. Backward, the offset is counted
    from the end, and the last goods come first. ``start``: a place at the page or before it,
    where a walk can begin.
    """

    listing: Listing
    order: Sequence[str]
    offset: int
    limit: int
    is_backward: bool = False
    start: Place | None = None

    @property
    def depth(self) -> int:
        """How many goods of the listing are read for it."""
        return self.offset + self.limit


class Statement(NamedTuple):
    sql: str
    params: Sequence[Any]


def count_statement(asked: Listing, *, using: str, at_most: int | None = None) -> Statement:
    """Count the goods, or as many of them as ``at_most``."""
    source = _table(_counting(asked), using)
    where, params = _where(asked, using, names_flags=True)
    if at_most is None:
        return Statement(f"SELECT COUNT(*) FROM {source} WHERE {where}", params)  # noqa: S608
    some = f"SELECT 1 AS one FROM {source} WHERE {where} LIMIT {int(at_most)}"  # noqa: S608
    return Statement(f"SELECT COUNT(*) FROM ({some}) AS counted", params)  # noqa: S608


def walk_statement(page: Page, *, using: str, columns: str = "id") -> Statement:
    """Read the goods on sale in the order's index, from the start of the page if it has one."""
    source = _table(WALKED[page.order[0]], using)
    where, params = _where(page.listing, using)
    if page.start:
        behind, values = _behind(page.start, page)
        where, params = f"{where} AND {behind}", [*params, *values]
    sql = f"SELECT {columns} FROM {source} WHERE {where} {_order(page)} {_limit(page)}"  # noqa: S608
    return Statement(sql, params)


def place_statement(page: Page, *, using: str) -> Statement:
    """Read ``value`` and ``key`` of the place where the page begins."""
    last = page._replace(offset=page.offset - 1, limit=1)
    return walk_statement(last, using=using, columns=f"{_column(page)}, id")


def sort_statement(page: Page, *, using: str) -> Statement:
    """Find all the goods asked for, and sort them."""
    source = _table(_filtering(page.listing), using)
    where, params = _where(page.listing, using, names_flags=True)
    sql = f"SELECT id FROM {source} WHERE {where} {_order(page)} {_limit(page)}"  # noqa: S608
    return Statement(sql, params)


def merge_statement(page: Page, *, using: str) -> Statement:
    """Read the first goods of each cell in the cell's index, and merge them."""
    column = _column(page)
    columns = "id" if column == "id" else f"id, {column}"
    source, order = _table(OF_CELLS[page.order[0]], using), _order(page)
    parts: list[str] = []
    params: list[Any] = []
    for number, cell in enumerate(page.listing.cells()):
        where, values = _where(cell, using)
        first = f"SELECT {columns} FROM {source} WHERE {where} {order} LIMIT {page.depth}"  # noqa: S608
        # Wrapped, because SQLite allows no LIMIT inside a UNION.
        parts.append(f"SELECT * FROM ({first}) AS cell_{number}")  # noqa: S608
        params += values
    cells = " UNION ALL ".join(parts)
    return Statement(f"SELECT id FROM ({cells}) AS merged {order} {_limit(page)}", params)  # noqa: S608


def bounded(statement: Statement, rows: int) -> Statement:
    """Let MariaDB give up when it has looked at so many rows; what it has found is returned."""
    return Statement(f"{statement.sql} ROWS EXAMINED {int(rows)}", statement.params)


def _filtering(asked: Listing) -> str:
    return FILTERING if asked.categories is None else FILTERING_CATEGORIES


def _counting(asked: Listing) -> str:
    if asked.has_prices:
        return _filtering(asked)
    return COUNTING if asked.categories is None else COUNTING_CATEGORIES


def _table(index: str, using: str) -> str:
    if connections[using].vendor == "sqlite":
        return f"{TABLE} INDEXED BY {index}"
    return f"{TABLE} FORCE INDEX ({index})"


def _where(asked: Listing, using: str, *, names_flags: bool = False) -> tuple[str, list[Any]]:
    """Return the conditions and their parameters.

    With ``names_flags`` a flag that may have either value is named as well where a column behind
    it in an index is to be used; elsewhere, to look at it would take half as long again.
    """
    parts, params = ["is_on_sale = 1"], list[Any]()
    if asked.categories is not None:
        parts.append(f"category_id IN ({_places(asked.categories)})")
        params += asked.categories
    for name in FLAGS:
        value = getattr(asked, name)
        if value is not None:
            parts.append(f"{name} = {int(value)}")
        elif names_flags and (asked.has_prices or (name == "is_hot" and asked.is_new is not None)):
            parts.append(f"{name} IN (0, 1)")
    adapt = connections[using].ops.adapt_decimalfield_value
    for sign, price in ((">=", asked.lowest), ("<=", asked.highest)):
        if price is not None:
            parts.append(f"shop_price {sign} %s")
            params.append(adapt(price, 10, 2))
    return " AND ".join(parts), params


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _behind(place: Place, page: Page) -> tuple[str, list[Any]]:
    """Return the condition for goods behind a place, in a form that MariaDB reads as ranges."""
    key = f"id {_is_behind('id', page)} %s"
    column = _column(page)
    if column == "id":
        return key, [place.key]
    behind = f"{column} {_is_behind(page.order[0], page)} %s"
    return f"({behind} OR ({column} = %s AND {key}))", [place.value, place.value, place.key]


def _is_behind(term: str, page: Page) -> str:
    return "<" if _is_descending(term, page) else ">"


def _is_descending(term: str, page: Page) -> bool:
    return term.startswith("-") != page.is_backward


def _column(page: Page) -> str:
    return page.order[0].removeprefix("-")


def _order(page: Page) -> str:
    terms = [
        f"{term.removeprefix('-')}{' DESC' if _is_descending(term, page) else ''}"
        for term in page.order
    ]
    return f"ORDER BY {', '.join(terms)}"


def _limit(page: Page) -> str:
    offset = page.offset - (page.start.offset if page.start else 0)
    return f"LIMIT {int(page.limit)} OFFSET {int(offset)}"
