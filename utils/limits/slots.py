"""A bound on how many threads of this process do one kind of work at once (ADR 8).

The others keep the process answering: a thread that would have to wait behind work that stands
still is refused instead.
"""

import threading
import time

# How long a request waits for a slot at most, in seconds.
LONGEST_WAIT = 1.0
# With no slot taken or given back for so long, the work is taken to stand still.
STALLED_AFTER = 0.25


class NoSlotError(Exception):
    """All slots are taken, and the work in them is slow or stands still."""


class Slots:
    """``count`` slots. While they move, everybody may wait for one; once they stall, one thread.

    The server's threads that are left over are ``spare``; one of them is always free.
    """

    def __init__(self, count: int, *, spare: int = 2) -> None:
        self._free = count
        self._spare = spare
        self._waiting = 0
        self._moved_at = time.monotonic()
        self._change = threading.Condition()

    def take(self) -> None:
        """Take a slot, after a wait if need be; raises NoSlotError."""
        with self._change:
            end = time.monotonic() + LONGEST_WAIT
            # Of those who wait through a stall there may be as many as leave one thread free.
            is_patient = self._waiting < self._spare - 1
            self._waiting += 1
            try:
                while not self._free:
                    limit = end
                    if not is_patient:
                        limit = min(end, self._moved_at + STALLED_AFTER)
                    remaining = limit - time.monotonic()
                    if remaining <= 0:
                        raise NoSlotError
                    self._change.wait(remaining)
                self._free -= 1
                # A crowd may be the first that comes for a while.
                self._moved_at = time.monotonic()
            finally:
                self._waiting -= 1

    def give_back(self) -> None:
        with self._change:
            self._free += 1
            self._moved_at = time.monotonic()
            self._change.notify()
