"""Work that several runners share: each row is done by one of them, several rows at a time.

A runner takes rows in small batches: it writes into ``claimed_until`` of each row until when
the row is its own, and only where no other claim holds (compare-and-set: the row count says
who was first). A runner that dies leaves claims behind, which lapse after CLAIM_SECONDS.
See docs/adr/0006-claims-in-batches.md.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.db.models import Q, QuerySet

from .transactions import retry_on_deadlock

# Longer than one row and those before it in a batch can take: each has the deadline of the
# gateway (GATEWAY_SECONDS), and a batch is at most two rows for each thread.
CLAIM_SECONDS = 90
# So many answers missing in a row, and the rest is left for the next time.
MAX_FAILURES = 3


@retry_on_deadlock
def row_claim(row: QuerySet[Any], *, until: datetime) -> bool:
    """Claim the one row that ``row`` finds while it is free; return whether it was."""
    return bool(row.update(claimed_until=until))


class SharedWork:
    """One runner's part in the work on ``rows``.

    ``rows`` is an ordered queryset of what is to be done; its model has ``claimed_until``. ``now``
    is the database's time. At most ``threads`` rows are worked on at once, each thread with a
    database connection of its own; with one, in the caller's thread. After ``seconds`` no other
    row is begun. A row that is done must not be among ``rows`` any more; its claim stays, unless
    ``frees_done``, for rows that other work wants to claim.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        *,
        now: datetime,
        threads: int,
        seconds: float | None = None,
        frees_done: bool = False,
    ) -> None:
        self.silent = 0
        self._rows = rows
        self._frees_done = frees_done
        self._now = now
        self._threads = threads
        self._begin = time.monotonic()
        self._end = None if seconds is None else self._begin + seconds
        self._lock = threading.Lock()
        self._claimed: deque[int] = deque()
        self._seen = 0  # rows that the last look found
        self._put_back: set[int] = set()
        self._failures_in_a_row = 0
        self._is_stopped = False
        self._errors: list[Exception] = []
        self._fatal: Exception | None = None

    def run(self, do: Callable[[int], bool]) -> None:
        """Call ``do(pk)`` for the rows that this runner claims, until there are none left.

        ``do`` returns False when the gateway was silent: the row is free again for the next
        run, and after MAX_FAILURES in a row nothing more is begun. Raises, at the end,
        ExceptionGroup of what went wrong with single rows; and at once what says that the
        database does not answer.
        """
        if self._threads == 1:
            self._work(do)
        else:
            self._work_in_threads(do)
        self._release(list(self._claimed))
        if self._fatal:
            raise self._fatal
        if self._errors:
            raise ExceptionGroup(f"{len(self._errors)} failed", self._errors)

    def left(self) -> int:
        """Return for how many rows the gateway was silent, or there was no time."""
        not_begun = self._free().count() if self._is_stopped else 0
        return self.silent + not_begun

    def _work_in_threads(self, do: Callable[[int], bool]) -> None:
        def work() -> None:
            try:
                self._work(do)
            except Exception as error:  # told by run(), whatever it is
                self._stop(error)
            finally:
                connections.close_all()

        # The first look is the caller's: most of the time there is nothing to do.
        self._claimed.extend(self._claim())
        # Not by what it got: rivals may have been quicker with these, and there are more.
        number = min(self._threads, self._seen) if self._claimed else 0
        # Daemons: a signal ends the process in the middle, which is not worse than a crash.
        threads = [threading.Thread(target=work, daemon=True) for _ in range(number)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        except BaseException:  # whatever it was, the started threads take no more work
            self._is_stopped = True
            raise

    def _work(self, do: Callable[[int], bool]) -> None:
        while (pk := self._next()) is not None:
            try:
                has_answered = do(pk)
            except (OperationalError, InterfaceError) as error:
                self._stop(error)
                return
            except Exception as error:
                with self._lock:
                    self._errors.append(error)
                    self._put_back.add(pk)
                self._release([pk])
            else:
                self._count(pk, has_answered)

    def _next(self) -> int | None:
        with self._lock:
            if self._end is not None and time.monotonic() >= self._end:
                self._is_stopped = True
            if self._is_stopped:
                return None
            if not self._claimed:
                self._claimed.extend(self._claim())
            return self._claimed.popleft() if self._claimed else None

    def _count(self, pk: int, has_answered: bool) -> None:
        with self._lock:
            self._failures_in_a_row = 0 if has_answered else self._failures_in_a_row + 1
            if not has_answered:
                self.silent += 1
                self._put_back.add(pk)
            if self._failures_in_a_row >= MAX_FAILURES:
                self._is_stopped = True
        if self._frees_done or not has_answered:
            self._release([pk])

    def _stop(self, error: Exception) -> None:
        with self._lock:
            self._is_stopped = True
            self._fatal = self._fatal or error

    def _moment(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._begin)

    def _is_free(self) -> Q:
        return Q(claimed_until=None) | Q(claimed_until__lte=self._moment())

    def _free(self) -> QuerySet[Any]:
        """Return what is to be done, is not claimed, and was not tried by this run."""
        rows = self._rows.filter(self._is_free())
        return rows.exclude(pk__in=self._put_back) if self._put_back else rows

    def _claim(self) -> list[int]:
        """Claim some rows; return their keys. None are left when it returns none."""
        size = 2 * self._threads
        while True:
            found = list(self._free().values_list("pk", flat=True)[:size])
            self._seen = len(found)
            # Without the order, which MariaDB would sort an UPDATE by.
            rows, until = self._rows.order_by(), self._moment() + timedelta(seconds=CLAIM_SECONDS)
            claimed = [
                pk for pk in found if row_claim(rows.filter(self._is_free(), pk=pk), until=until)
            ]
            # Those that a rival was quicker to claim are not free any more: look again.
            if claimed or not found:
                return claimed

    @retry_on_deadlock
    def _release(self, pks: list[int]) -> None:
        if pks:
            self._rows.model._default_manager.filter(pk__in=pks).update(claimed_until=None)
