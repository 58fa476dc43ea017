"""What one buyer may hold, and for how long, as docs/stock.md says it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOLD, TO_PAY = timedelta(minutes=30), timedelta(minutes=30)
PAUSE, SHORTEST = HOLD, timedelta(minutes=5)
MAX_NUMS, MAX_HELD, MAX_UNPAID = 4, 6, 3

Key = tuple[int, int]  # buyer, goods


@dataclass
class Window:
    opened: datetime
    released: datetime
    ordered: datetime | None
    most: int


@dataclass
class Windows:
    """By buyer and goods. ``ends``: those of the holds there are, swept or not."""

    of: dict[Key, Window] = field(default_factory=dict)

    def open(self, key: Key, ends: Iterable[datetime], now: datetime) -> Window | None:
        window = self.of.get(key)
        if window and now < max([window.released, *ends]) + PAUSE:
            return window
        return None

    def cart_hold_end(self, window: Window | None, now: datetime) -> datetime | None:
        end = min(now + HOLD, window.opened + 2 * HOLD) if window else now + HOLD
        return end if end > now else None

    def order_end(self, windows: Iterable[Window | None], now: datetime) -> datetime | None:
        """None: the order is refused."""
        end = now + TO_PAY
        for window in windows:
            if window and window.ordered:
                end = min(end, max(window.opened + 2 * HOLD, window.ordered) + TO_PAY)
        return end if end - now >= SHORTEST else None

    def hold(
        self, key: Key, window: Window | None, pieces: int, now: datetime, *, is_order: bool
    ) -> None:
        if window is None:
            window = self.of[key] = Window(now, now, None, pieces)
        window.most = max(window.most, pieces)
        if is_order:
            window.ordered = window.ordered or now

    def release(self, key: Key, moment: datetime) -> None:
        if window := self.of.get(key):
            window.released = max(window.released, moment)

    def pay(self, key: Key, pieces: int, now: datetime) -> None:
        window = self.of.get(key)
        if window and window.most <= 2 * pieces:
            del self.of[key]
        self.release(key, now)
