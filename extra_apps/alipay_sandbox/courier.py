"""The thread that sends notices, one to a process, from the first thing there is to send."""

import logging
import os
import threading

from django.db import connections
from django.utils import timezone

from .conf import sandbox_conf
from .services.notices import next_due_at, notices_send_due

logger = logging.getLogger(__name__)

# Another process may have planned a notice and ended; seconds after which this one looks.
LOOK_EVERY = 60.0
REST_AFTER_A_FAULT = 5.0


class Courier:
    """Starts by itself at the first wake(), ends with its process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def wake(self) -> None:
        """Say that there may be something to send; returns at once, raises nothing."""
        if not sandbox_conf().notify_in_background:
            return
        with self._lock:
            # A fork copies this object, but not the thread.
            if self._thread is None or not self._thread.is_alive() or self._pid != os.getpid():
                self._is_over.clear()
                self._pid = os.getpid()
                self._thread = threading.Thread(
                    target=self._run, name="alipay-sandbox-notices", daemon=True
                )
                self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._is_over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._wake.clear()
            try:
                notices_send_due()
                rest = seconds_to_the_next()
            except Exception:
                # Whatever it was, the next notice must still go out.
                logger.exception("sending notices failed")
                rest = REST_AFTER_A_FAULT
            finally:
                connections.close_all()
            self._wake.wait(rest)


def seconds_to_the_next() -> float:
    """Return for how long there is nothing to send; at most LOOK_EVERY."""
    due = next_due_at()
    if due is None:
        return LOOK_EVERY
    return min(max((due - timezone.now()).total_seconds(), 0.0), LOOK_EVERY)


courier = Courier()
wake = courier.wake
