"""Sweeps write down that they run (mxshop.models.Heartbeat), for staff and for monitoring.

So do the chores that timers start: the audit and the backup.
"""

import logging
import os
import socket
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError

from utils.db import clock
from utils.db.transactions import retry_on_deadlock

from .models import Heartbeat

logger = logging.getLogger(__name__)

CHORES = ("audit", "backup")


def heartbeat_start(*, sweep: str, every: int) -> None:
    """Write down that a sweep begins. Should the database not answer, that is only logged."""
    runner = f"{socket.gethostname()}:{os.getpid()}"[:100]
    _write(sweep, ("started_at",), every=every, runner=runner)


def heartbeat_finish(
    *, sweep: str, went_well: bool, result: str, counts: Mapping[str, int] | None = None
) -> None:
    """Write down how a sweep ended: ``result`` is what it counted, or the error."""
    times = ("finished_at", "went_well_at") if went_well else ("finished_at",)
    _write(sweep, times, went_well=went_well, result=result[:255], counts=dict(counts or {}))


def _write(sweep: str, times: tuple[str, ...], **columns: Any) -> None:
    try:
        _store(sweep, columns | dict.fromkeys(times, clock.database_now()))
    except DatabaseError as error:
        logger.warning("the heartbeat of %s could not be written: %s", sweep, error)


@retry_on_deadlock
def _store(sweep: str, columns: dict[str, Any]) -> None:
    if Heartbeat.objects.filter(pk=sweep).update(**columns) or "every" not in columns:
        return
    # Several runners may be the first: one makes the row, and it is the same for all.
    Heartbeat.objects.bulk_create([Heartbeat(sweep=sweep, **columns)], ignore_conflicts=True)
