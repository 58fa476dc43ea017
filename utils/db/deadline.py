"""Until when a run over many rows may go on."""

import time


class Deadline:
    """``is_over`` from ``seconds`` after it was made; never, when they are None."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end
