"""Places in the middle of long lists, kept for a while, so that the next page is near (ADR 16)."""

import hashlib
from collections.abc import Sequence

from utils.cache.breaker import CacheUnreachableError
from utils.cache.catalogue_version import CACHE_ALIAS, catalogue_version
from utils.cache.optional import OptionalCache

from .list_counts import KEPT_SECONDS
from .models import Page, Place

_kept = OptionalCache(CACHE_ALIAS)


class KeptPlaces:
    """Places of the list that a page is of, as long as its count is kept and no longer.

    ``count``: how many goods are in the list. Another count has other places, because what
    changes it also moves them.
    """

    def __init__(self, page: Page, *, count: int) -> None:
        self._list = (page.listing, tuple(page.order), page.is_backward, count)
        self._key: str | None = None

    def known(self) -> list[Place]:
        try:
            # Before a place is read: one that a change overtakes is kept under the old version.
            version = catalogue_version()
        except CacheUnreachableError:
            return []
        name = hashlib.md5(repr(self._list).encode()).hexdigest()
        self._key = f"goods-places-{version}-{name}"
        return [Place(*place) for place in _kept.get_many([self._key]).get(self._key, ())]

    def keep(self, places: Sequence[Place]) -> None:
        if self._key is not None:
            _kept.set_many({self._key: [tuple(place) for place in places]}, KEPT_SECONDS)
