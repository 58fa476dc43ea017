"""How many goods a list has, kept for a while when they are many (ADR 16)."""

from __future__ import annotations

import hashlib
import time
from typing import NamedTuple

from utils.cache.breaker import CacheUnreachableError
from utils.cache.catalogue_version import CACHE_ALIAS, catalogue_version
from utils.cache.optional import OptionalCache

from .models import Listing, count_all, count_up_to

# Up to here nothing is kept, and every request counts. Beyond it the count is kept,
COUNTED = 10_000
# for so long, and not beyond the next change of the catalogue.
KEPT_SECONDS = 30
# A price range of more goods is counted by those that it leaves out.
WIDE = 150_000

_kept = OptionalCache(CACHE_ALIAS)

# Listings that were long when this process counted them: for these, it first looks whether a count
# is kept. Others are counted first, which costs less than to ask the cache.
_long: set[Listing] = set()
MOST_LONG = 1_000


class Count(NamedTuple):
    number: int
    is_kept: bool


def goods_count(listing: Listing, *, using: str, is_fresh: bool = False) -> Count:
    """Return how many goods are in the listing; with ``is_fresh``, count whatever is kept.

    Beyond COUNTED it may be KEPT_SECONDS old, but not older than the last change of the
    catalogue that this process knows of: one of any process, where they share a cache.
    """
    if is_fresh or listing not in _long:
        number = count_up_to(listing, COUNTED + 1, using=using)
        if number <= COUNTED:
            return Count(number, is_kept=False)
    count = _count_parts(listing, using=using, is_fresh=is_fresh)
    _remember(listing, is_long=count.number > COUNTED)
    return count


def _count_parts(listing: Listing, *, using: str, is_fresh: bool) -> Count:
    parts = listing.counted_parts()
    wholes = [part.without_prices() for part in parts if _may_be_wide(part)]
    try:
        # Before they are counted: a count that a change overtakes is kept under the old version.
        version = catalogue_version()
    except CacheUnreachableError:
        return Count(sum(_Counted.anew(part, {}, using).number for part in parts), is_kept=False)
    kept = {} if is_fresh else _kept_of([*parts, *wholes], version)
    found = dict(kept)
    for part in parts:
        if part not in found:
            found[part] = _Counted.anew(part, found, using)
    counted = {_key(part, version): each for part, each in found.items() if part not in kept}
    _kept.set_many({key: tuple(each) for key, each in counted.items()}, KEPT_SECONDS)
    return Count(sum(found[part].number for part in parts), is_kept=bool(kept))


class _Counted(NamedTuple):
    """How many goods were in a listing, and when, in seconds of the clock."""

    number: int
    at: float

    @classmethod
    def anew(cls, part: Listing, known: dict[Listing, _Counted], using: str) -> _Counted:
        """Count a part of a listing; what is counted on the way is added to ``known``."""
        now = time.time()
        if not _may_be_wide(part):
            return cls(count_all(part, using=using), now)
        number = count_up_to(part, WIDE + 1, using=using)
        if number <= WIDE:
            return cls(number, now)
        # To count what is left out takes less, and no statement reads all of it.
        whole = part.without_prices()
        if whole not in known:
            known[whole] = cls(count_all(whole, using=using), now)
        outside = sum(count_all(rest, using=using) for rest in part.outside_prices())
        return cls(max(known[whole].number - outside, number), known[whole].at)


def _may_be_wide(part: Listing) -> bool:
    """Whether it is a price range of all categories, which may hold most goods of the shop."""
    return part.has_prices and part.categories is None


def _kept_of(parts: list[Listing], version: str) -> dict[Listing, _Counted]:
    """Return what is kept of the parts, and not too old: some was found out of an older count."""
    keys = {_key(part, version): part for part in parts}
    kept = {keys[key]: _Counted(*value) for key, value in _kept.get_many(list(keys)).items()}
    oldest = time.time() - KEPT_SECONDS
    return {part: each for part, each in kept.items() if each.at > oldest}


def _remember(listing: Listing, *, is_long: bool) -> None:
    if not is_long:
        _long.discard(listing)
        return
    if len(_long) >= MOST_LONG:
        _long.clear()
    _long.add(listing)


def _key(listing: Listing, version: str) -> str:
    return f"goods-counted-{version}-{hashlib.md5(repr(listing).encode()).hexdigest()}"
