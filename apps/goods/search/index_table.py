"""The index: a table of Mroonga's beside the goods, one row for each of those on sale.

It knows no transactions and is not replicated, so it is never the truth: its rows are made of
the goods, and a row of its own (``goods_id`` 0) says of which moment it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

TABLE = "goods_search_words"
STAMP_ROW = 0

# Characters that no text has (noncharacters of Unicode): a stamp is not found by any search.
RESERVED = [chr(0xFDD0 + number) for number in range(16)]


def stamp_text(stamp: str) -> str:
    """Return a stamp, 16 hexadecimal digits, as it stands in the index."""
    return "".join(RESERVED[int(digit, 16)] for digit in stamp)


def all_of(texts: Iterable[str], *groups: Iterable[str]) -> str:
    """Return the query for rows that have every one of ``texts``, and one text of each group.

    In Mroonga's boolean mode.
    """
    parts = [_phrase(text) for text in texts] + [f"({any_of(group)})" for group in groups]
    return " ".join(f"+{part}" for part in parts)


def any_of(texts: Iterable[str]) -> str:
    """Return the query for rows that have at least one of ``texts``."""
    return " ".join(_phrase(text) for text in texts)


def _phrase(text: str) -> str:
    # Within quotes, no operator means anything.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hits_count(cursor: Any, query: str) -> int:
    cursor.execute(
        f"SELECT COUNT(*) FROM {TABLE} WHERE MATCH(words) AGAINST(%s IN BOOLEAN MODE)",  # noqa: S608
        [query],
    )
    [[count]] = cursor.fetchall()
    return int(count)


def hits(cursor: Any, query: str, *, limit: int) -> list[int]:
    """Return ``limit`` goods that a query finds, any of them."""
    cursor.execute(
        f"SELECT goods_id FROM {TABLE} WHERE MATCH(words) AGAINST(%s IN BOOLEAN MODE)"  # noqa: S608
        f" LIMIT {int(limit)}",
        [query],
    )
    return [key for (key,) in cursor.fetchall()]


def words_of(cursor: Any, keys: Sequence[int]) -> dict[int, str]:
    """Return what the index has of some goods."""
    if not keys:
        return {}
    places = ", ".join(["%s"] * len(keys))
    cursor.execute(f"SELECT goods_id, words FROM {TABLE} WHERE goods_id IN ({places})", keys)  # noqa: S608
    return dict(cursor.fetchall())
