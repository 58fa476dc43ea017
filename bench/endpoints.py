"""What is asked, and what each answer may cost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

# Worker CPU beside the django peer, and at 10,000 goods beside the same at 60.
CACHED_LIMIT = 1.5
GROWTH_LIMIT = 1.3
WORKER_MB_LIMIT = 120

# A word of many descriptions: twelve hits in the demo already, so that the answers at both
# sizes have as many goods.
SEARCH_WORD = "鲜"


@dataclass(frozen=True)
class Ids:
    """Keys of the rows asked for, which differ from database to database."""

    category: int
    goods: int


@dataclass(frozen=True)
class Endpoint:
    label: str
    path: Callable[[Ids], str] = field(repr=False)
    # Times the django peer's CPU without the cache; None where no target was set.
    limit: float | None = None
    is_cached: bool = True
    in_quick: bool = False


ENDPOINTS = (
    Endpoint("/goods/", lambda ids: "/goods/", limit=8, in_quick=True),
    Endpoint("/goods/?ordering=-sold_num", lambda ids: "/goods/?ordering=-sold_num", limit=8),
    Endpoint(
        "/goods/?top_category=&price…",
        lambda ids: f"/goods/?top_category={ids.category}&pricemin=10&pricemax=100",
        limit=8,
    ),
    Endpoint(
        f"/goods/?search={SEARCH_WORD}", lambda ids: f"/goods/?search={quote(SEARCH_WORD)}", limit=8
    ),
    # Counts a view with every request, so it is never cached.
    Endpoint("/goods/<id>/", lambda ids: f"/goods/{ids.goods}/", limit=8, is_cached=False,
             in_quick=True),
    Endpoint("/categorys/", lambda ids: "/categorys/", limit=6, in_quick=True),
    Endpoint("/categorys/<id>/", lambda ids: f"/categorys/{ids.category}/", limit=6),
    Endpoint("/indexgoods/", lambda ids: "/indexgoods/", limit=15, in_quick=True),
    Endpoint("/banners/", lambda ids: "/banners/"),
    Endpoint("/hotsearchs/", lambda ids: "/hotsearchs/"),
)  # fmt: skip
