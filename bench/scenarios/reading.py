"""The most frequent kind of scenario: one address, asked again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .model import TIMES_DJANGO, Figures

if TYPE_CHECKING:
    from bench.lab.load import Request
    from bench.lab.shops import Shop


def reading(
    path: str | Callable[[Shop], str | Request],
    *,
    seconds: float = 1.0,
    beside_django: bool = False,
) -> Callable[[Shop], Figures]:
    """Return a round that GETs ``path`` for some seconds over four connections at a time.

    ``path`` may be a function of the shop, for what differs from shop to shop (an id, a buyer's
    token). With ``beside_django``, a plain Django view answers the same bytes in the same round.
    """

    def measure(shop: Shop) -> Figures:
        from bench.lab.load import get

        found = path if isinstance(path, str) else path(shop)
        request = get(found) if isinstance(found, str) else found
        body = shop.ask(request)
        loaded = shop.load_for(seconds, request)
        figures = dict(loaded.figures())
        if beside_django:
            peer = shop.django_peer(body).load_for(seconds)
            figures[TIMES_DJANGO] = loaded.worker_ms / peer.worker_ms
        return figures

    return measure
