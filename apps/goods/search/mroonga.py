"""Searches by the index, and whether it can be believed at this moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DatabaseError, connection
from django.db.models import F

from utils.db.outages import is_outage

from ..models import GoodsQuerySet, GoodsSearchIndex, GoodsSearchMark
from .folding import folding_of
from .index_table import Hits, all_of, any_of, hits, hits_among, stamp_text, words_of
from .keys import KeyAmong
from .tokens import Groups, groups_of, is_reserved

logger = logging.getLogger(__name__)

# Goods whose index is not up to date are looked at one by one; of more, LIKE is quicker.
MAX_MARKS = 1_000
# So many keys are given to the list. Of more, the first in any order are soon met by LIKE.
MAX_KEYS = 5_000
# Seconds from one line in the log to the next that says that LIKE answers.
SAY_EVERY = 60.0


class Found(NamedTuple):
    """How many goods, if that is known; and which, unless they are more than MAX_KEYS."""

    number: int | None
    keys: list[int] | None


class IndexNow(NamedTuple):
    """The index as the database says it is, and the goods of which it may be wrong."""

    build: str
    stamps: tuple[str, ...]
    marks: frozenset[int]


class IndexUnusableError(Exception):
    """LIKE has to answer; the text says why."""


def goods_found(rows: GoodsQuerySet, words: Sequence[str]) -> Found | None:
    """Return which of ``rows`` have all of ``words``; None when LIKE has to answer.

    ``rows`` are goods on sale. The keys may have some more of these that are not among ``rows``.

    Never raises for what is wrong with the index. Raises what says that the database is away.
    """
    try:
        return _found(rows, words)
    except IndexUnusableError as error:
        _say(str(error))
    except DatabaseError as error:
        if is_outage(error):
            raise
        _say(f"{type(error).__name__}: {error}")
    return None


def index_now() -> IndexNow:
    """Return what the index is. Raises IndexUnusableError, DatabaseError."""
    index, marks = GoodsSearchIndex._meta.db_table, GoodsSearchMark._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 0, build, stamp, next_stamp FROM {index}"  # noqa: S608 (no input)
            f" UNION ALL (SELECT goods_id, '', '', '' FROM {marks} LIMIT {MAX_MARKS + 1})"
        )
        rows = cursor.fetchall()
    found = [row for row in rows if row[0] == 0]
    if not found:
        raise IndexUnusableError("the index has not been built: manage.py search_index build")
    if len(rows) - 1 > MAX_MARKS:
        raise IndexUnusableError(f"more than {MAX_MARKS} changes are not in the index yet")
    [(_key, build, stamp, next_stamp)] = found
    marks_now = frozenset(key for key, *_rest in rows if key)
    return IndexNow(build, tuple(dict.fromkeys((stamp, next_stamp))), marks_now)


def stamp_check(cursor: Any, stamps: Sequence[str]) -> None:
    """Raise IndexUnusableError when the index itself has none of ``stamps``: it is of another
    moment than the goods."""
    if not hits(cursor, any_of(stamp_text(stamp) for stamp in stamps), limit=1).number:
        raise IndexUnusableError(
            "the index is not of these goods (a restored backup, or another server): "
            "manage.py search_index build"
        )


def _found(rows: GoodsQuerySet, words: Sequence[str]) -> Found:
    now = index_now()
    folding = folding_of(now.build)
    if folding is None:
        raise IndexUnusableError("the index has just been built anew")
    texts = _needed(folding.fold(word) for word in words)
    if any(is_reserved(character) for text in texts for character in text):
        raise IndexUnusableError("a word has characters that the index uses itself")
    groups = groups_of(rows.listing)
    with connection.cursor() as cursor:
        stamp_check(cursor, now.stamps)
        found = _hits(now.stamps, texts, groups or ())
        if found.number > MAX_KEYS:
            if groups is None:
                return Found(None, None)
            number = found.number - _indexed(cursor, texts, groups, now.marks)
            return Found(number + len(_by_like(rows, words, now.marks)), None)
    keys = (set(found.keys) - now.marks) | _by_like(rows, words, now.marks)
    return Found(None if groups is None else len(keys), sorted(keys))


def _needed(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts without those that stand in another, the longest first."""
    different = sorted(set(texts), key=lambda text: (-len(text), text))
    return tuple(t for t in different if not any(t in other for other in different if other != t))


# An index with the same stamp has the same rows, but for those with marks: what was found in it
# stays true. Keys are kept as numbers of 8 bytes, 10 MB at most.
@lru_cache(maxsize=256)
def _hits(stamps: tuple[str, ...], texts: tuple[str, ...], groups: Groups) -> Hits:
    """Return the goods that have all of ``texts``, and one text of each group.

    ``texts`` are sorted, the longest first: it has the fewest goods as a rule. Looking up another
    one that many goods have costs more than to look for it in the rows of a few.
    """
    first = texts if groups else texts[: min(2, len(texts) - 1)]
    few = _hits(stamps, first, ()) if first else None
    with connection.cursor() as cursor:
        if few is not None and few.number <= MAX_KEYS:
            return hits_among(cursor, few.keys, texts[len(first) :], groups)
        return hits(cursor, all_of(texts, *groups), limit=MAX_KEYS)


def _by_like(rows: GoodsQuerySet, words: Sequence[str], keys: Collection[int]) -> set[int]:
    """Return which of ``rows`` with these keys have all of ``words``, as they are now."""
    if not keys:
        return set()
    rows = rows.filter(KeyAmong(F("pk"), sorted(keys)))
    for word in words:
        rows = rows.filter(search_text__icontains=word)
    return set(rows.order_by().values_list("pk", flat=True))


def _indexed(cursor: Any, texts: Sequence[str], groups: Groups, marks: frozenset[int]) -> int:
    """Return of how many marked goods the index has all that is asked, right or not."""
    indexed = words_of(cursor, sorted(marks)).values()
    return sum(
        all(text in words for text in texts)
        and all(any(text in words for text in group) for group in groups)
        for words in indexed
    )


_said_at = float("-inf")


def _say(why: str) -> None:
    global _said_at
    if time.monotonic() - _said_at >= SAY_EVERY:
        _said_at = time.monotonic()
        logger.warning("LIKE answers searches: %s", why)
