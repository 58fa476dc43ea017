"""Clocks that a test moves."""


class Clock:
    """The monotonic clock, which passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now
