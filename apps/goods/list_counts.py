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
    count = _count_parts(listing, using=using, is_fresh=is_fresh)
    _remember(listing, is_long=count.number > COUNTED)
    return count


def _count_parts(listing: Listing, *, using: str, is_fresh: bool) -> Count:
    parts = listing.counted_parts()
    try:
        # Before they are counted: a count that a change overtakes is kept under the old version.
        version = catalogue_version()
    except CacheUnreachableError:
        return Count(sum(count_all(part, using=using) for part in parts), is_kept=False)
    keys = {_key(part, version): part for part in parts}
    kept = {} if is_fresh else _kept.get_many(list(keys))
    counted = {key: count_all(part, using=using) for key, part in keys.items() if key not in kept}
    _kept.set_many(counted, KEPT_SECONDS)
    return Count(sum(kept.values()) + sum(counted.values()), is_kept=bool(kept))


def _remember(listing: Listing, *, is_long: bool) -> None:
    if not is_long:
        _long.discard(listing)
        return
    if len(_long) >= MOST_LONG:
        _long.clear()
    _long.add(listing)


def _key(listing: Listing, version: str) -> str:
    return f"goods-count-{version}-{hashlib.md5(repr(listing).encode()).hexdigest()}"
