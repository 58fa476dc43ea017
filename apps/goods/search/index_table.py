"""The index: a table of Mroonga's beside the goods, one row for each of those on sale.

It knows no transactions and is not replicated, so it is never the truth: its rows are made of
the goods, and a row of its own (``goods_id`` 0) says of which moment it is.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

TABLE = "goods_search_words"
STAMP_ROW = 0

# Characters that no text has (noncharacters of Unicode): a stamp is not found by any search.
RESERVED = [chr(0xFDD0 + number) for number in range(16)]


def stamp_text(stamp: str) -> str:
    """Return a stamp, 16 hexadecimal digits, as it stands in the index."""
    return "".join(RESERVED[int(digit, 16)] for digit in stamp)


class Hits(NamedTuple):
    """How many goods a condition finds; and which, unless they are more than was asked for."""

    number: int
    keys: array[int]


def all_of(texts: Iterable[str], *groups: Iterable[str]) -> str:
    """Return the condition for rows that have every one of ``texts``, and one text of each group.

    For hits(): an expression of Groonga's.
    """
    return " && ".join([*map(_has, texts), *(f"({any_of(group)})" for group in groups)])


def any_of(texts: Iterable[str]) -> str:
    """Return the condition for rows that have at least one of ``texts``."""
    return " || ".join(map(_has, texts))


def _has(text: str) -> str:
    return 'words @ "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# By Mroonga's function, which tells the number and the keys by one search. MATCH is three times
# as slow: it sorts what it finds by relevance, whether that is asked for or not (ADR 20). The
# table is named for its lock, without which it could be dropped meanwhile.
_SEARCH = f"""
SELECT mroonga_command('select', 'table', '{TABLE}', 'filter', %s, 'limit', %s,
                       'output_columns', 'goods_id', 'cache', 'no')
FROM {TABLE} WHERE goods_id = {STAMP_ROW}
"""  # noqa: S608 (no input)


def hits(cursor: Any, condition: str, *, limit: int) -> Hits:
    """Return what a condition finds; of more than ``limit`` goods, the number alone."""
    cursor.execute(_SEARCH, [condition, str(limit)])
    row = cursor.fetchone()
    if row is None:  # no stamp, and so no index
        return Hits(0, array("q"))
    [[[number], _columns, *rows]] = json.loads(row[0])
    return Hits(number, array("q", [key for (key,) in rows] if number <= limit else []))


def hits_among(
    cursor: Any, keys: Sequence[int], texts: Sequence[str], groups: Iterable[Sequence[str]]
) -> Hits:
    """Return which of ``keys`` have all that all_of() asks for: read in their rows, one by one."""
    wanted = [[text] for text in texts] + [list(group) for group in groups]
    if keys and wanted:
        has_one_of = [" OR ".join([_LIKE] * len(some)) for some in wanted]
        cursor.execute(
            f"SELECT goods_id FROM {TABLE} WHERE goods_id IN ({','.join(map(str, keys))})"  # noqa: S608
            + "".join(f" AND ({condition})" for condition in has_one_of),
            [_pattern(text) for some in wanted for text in some],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return Hits(len(keys), array("q", keys))


_LIKE = "words LIKE %s ESCAPE '|'"


def _pattern(text: str) -> str:
    for special in "|%_":
        text = text.replace(special, f"|{special}")
    return f"%{text}%"


def words_of(cursor: Any, keys: Sequence[int]) -> dict[int, str]:
    """Return what the index has of some goods."""
    if not keys:
        return {}
    places = ", ".join(["%s"] * len(keys))
    cursor.execute(f"SELECT goods_id, words FROM {TABLE} WHERE goods_id IN ({places})", keys)  # noqa: S608
    return dict(cursor.fetchall())
