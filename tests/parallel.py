"""Requests that really run at once: threads with a database connection each."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def in_parallel(count: int, do: Callable[[int], Any]) -> list[Any]:
    """Call ``do(0)`` … ``do(count - 1)`` at once; return what they returned, in this order."""
    start = threading.Barrier(count)

    def call(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(call, range(count)))


def meeting(count: int) -> Callable[[], None]:
    """Return a place where ``count`` threads wait for each other, or ten seconds in vain.

    Between the read and the write of code without a guard, it makes the race certain.
    """
    barrier = threading.Barrier(count)

    def wait() -> None:
        try:
            barrier.wait(timeout=10)
        except threading.BrokenBarrierError:
            barrier.reset()  # for the next round

    return wait


def tell(text: str) -> None:
    """Write the figures of a race, to be seen with ``pytest -s``."""
    sys.stdout.write(f"\n{text}\n")
