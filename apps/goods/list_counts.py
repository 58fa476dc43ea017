"""How many goods a list has, kept for a while when they are many (ADR 16)."""

import hashlib
from typing import NamedTuple

from utils.cache.breaker import CacheUnreachableError
from utils.cache.catalogue_version import CACHE_ALIAS, catalogue_version
from utils.cache.optional import OptionalCache

from .models import Listing, count_all, count_up_to

# Up to here nothing is kept, and every request counts. Beyond it the count is kept,
COUNTED = 10_000
# for so long, and not beyond the next change of the catalogue.
KEPT_SECONDS = 30

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
    try:
        # Before it is counted: a count that a change overtakes is kept under the old version.
        key = _key(listing, catalogue_version())
    except CacheUnreachableError:
        return Count(count_all(listing, using=using), is_kept=False)
    kept = None if is_fresh else _kept.get_many([key]).get(key)
    if kept is not None:
        return Count(kept, is_kept=True)
    number = count_all(listing, using=using)
    if number > COUNTED:
        _kept.set_many({key: number}, KEPT_SECONDS)
    _remember(listing, is_long=number > COUNTED)
    return Count(number, is_kept=False)


def _remember(listing: Listing, *, is_long: bool) -> None:
    if not is_long:
        _long.discard(listing)
        return
    if len(_long) >= MOST_LONG:
        _long.clear()
    _long.add(listing)


def _key(listing: Listing, version: str) -> str:
    return f"goods-count-{version}-{hashlib.md5(repr(listing).encode()).hexdigest()}"
