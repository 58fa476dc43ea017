"""The way from a web process to the database (ADR 8).

Requests that reach the database take one of a bounded number of slots, so that a database
that stands still does not take every thread. And while the server is known to be away, one
request at a time finds out whether it is back; all others are refused at once.

Only web processes have a gate: mxshop/wsgi.py opens it. Elsewhere nothing here does anything.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from utils.db.outages import DatabaseRefusedError, is_gone, is_lost
from utils.limits.slots import NoSlotError, Slots

logger = logging.getLogger(__name__)

# After a connection could not be made, so many seconds pass before the next try: as many as the
# try took, between these. A server that refuses at once may be asked again soon, or there is
# another behind the same address; one that says nothing costs each try the whole wait.
SHORTEST_REST_SECONDS, REST_SECONDS = 0.25, 3.0
# How long a try may take before another request makes one, too.
TRY_SECONDS = 10.0
# For how long a request tries to connect, with pauses: a node that ends refuses connections, or
# cuts them, until the proxy has noticed.
PATIENCE_SECONDS, PAUSE_SECONDS = 2.0, 0.1


class Gate:
    """Counts for each thread whether its request has a slot."""

    def __init__(self) -> None:
        self._slots: Slots | None = None
        self._away_until = 0.0  # 0: not away
        self._lock = threading.Lock()
        self._here = threading.local()

    def open(self, *, slots: int) -> None:
        """Let ``slots`` requests of this process reach the database at once."""
        self._slots = Slots(slots)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Surround a request: what it takes meanwhile is given back at its end."""
        here = self._here
        here.is_request, here.is_patient, here.has_slot = True, True, False
        try:
            yield
        finally:
            self.leave()
            here.is_request = here.is_patient = False

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Surround what asks how the database is now: nothing is tried again meanwhile."""
        before, self._here.is_patient = self.is_patient, False
        try:
            yield
        finally:
            self._here.is_patient = before

    @property
    def is_patient(self) -> bool:
        """Whether this thread answers somebody who would rather wait than be refused."""
        return getattr(self._here, "is_patient", False)

    @property
    def patience(self) -> float:
        """For how many seconds this thread may try to connect; 0: once."""
        return PATIENCE_SECONDS if self.is_patient and not self._away_until else 0.0

    def enter(self) -> bool:
        """Before the database is used. Return whether its connection is to be made anew.

        Raises DatabaseRefusedError while the server is known to be away, or when no slot
        comes free in time.
        """
        if self._slots is None or not getattr(self._here, "is_request", False):
            return False
        if self._here.has_slot:
            return False
        self._refuse_while_away()
        try:
            self._slots.take()
        except NoSlotError as error:
            raise DatabaseRefusedError("all slots of this process are taken") from error
        self._here.has_slot = True
        return self._is_try()

    def leave(self) -> None:
        """Give the slot back before the request ends; the next use takes one again."""
        if self._slots is not None and getattr(self._here, "has_slot", False):
            self._here.has_slot = False
            self._slots.give_back()

    def not_reached(self, error: Exception, *, seconds: float = REST_SECONDS) -> None:
        """A connection could not be made, which was known after so many seconds."""
        if self._slots is None or not is_gone(error):
            return
        rest = min(max(seconds, SHORTEST_REST_SECONDS), REST_SECONDS)
        with self._lock:
            was_away, self._away_until = bool(self._away_until), time.monotonic() + rest
        if not was_away:
            logger.error("the database does not answer: %s", error)

    def reached(self) -> None:
        """A connection was made."""
        if self._away_until:
            with self._lock:
                self._away_until = 0.0
            logger.warning("the database answers again")

    def _refuse_while_away(self) -> None:
        if time.monotonic() < self._away_until:
            raise DatabaseRefusedError("the database did not answer a moment ago")

    def _is_try(self) -> bool:
        """Return whether this request is the one that tries; raises DatabaseRefusedError."""
        if not self._away_until:
            return False
        with self._lock:
            self._refuse_while_away()
            self._away_until = time.monotonic() + TRY_SECONDS
        return True


gate = Gate()


class GatedConnection:
    """A database wrapper of Django's behind the gate; comes before it among the bases."""

    def close_if_health_check_failed(self: Any) -> None:
        # Django calls this before every use, and before it asks an old connection for a sign of
        # life, which from a server that is away takes the whole read timeout.
        if gate.enter() and not self.in_atomic_block:
            self.close()
        super().close_if_health_check_failed()  # type: ignore[misc]

    def ensure_connection(self: Any) -> None:
        if self.connection is not None:
            return
        end = time.monotonic() + gate.patience
        while True:
            begun = time.monotonic()
            try:
                super().ensure_connection()  # type: ignore[misc]
            except Exception as error:
                if self.connection is not None and not self.in_atomic_block:
                    self.close()  # it does not know yet what the shop asks of it
                now = time.monotonic()
                if now + PAUSE_SECONDS < end and (is_gone(error) or is_lost(error)):
                    time.sleep(PAUSE_SECONDS)
                    continue
                gate.not_reached(error, seconds=now - begun)
                raise
            gate.reached()
            return
