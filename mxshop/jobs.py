"""The background work of the whole shop, run by ``manage.py run_jobs`` (docs/jobs.md).

It is a list of sweeps. Each may run at any time, twice at once and on several machines:
runners share the work, and what one finds done already, it leaves. Nothing depends on one
having run in time: what reads an expired order or a lapsed hold looks at the clock.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, close_old_connections, reset_queries
from django.utils import timezone
from redis.exceptions import RedisError

from apps.goods.services.goods_import.sweeping import goods_imports_purge, goods_imports_resume
from apps.goods.services.picture_making import pictures_make
from apps.goods.services.picture_sweep import pictures_sweep
from apps.goods.services.search_index.catching_up import search_index_sweep
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.hold_windows import hold_windows_purge
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.services.reconciling import payments_reconcile
from apps.trade.services.shipping import orders_confirm_received
from apps.users.services.codes import verify_codes_purge
from apps.users.services.known_addresses import known_addresses_purge
from apps.users.services.logins import revoked_logins_purge
from apps.users.services.passwords import password_tries_purge
from extra_apps.idempotency.services import idempotency_records_purge
from extra_apps.social_jwt.services import social_states_purge
from utils.cache.redis import RedisCache
from utils.config.request_ids import request_id_make
from utils.db import clock
from utils.db.transactions import retry_on_deadlock
from utils.task_results import task_results_purge

from .heartbeats import heartbeat_finish, heartbeat_start

logger = logging.getLogger(__name__)

# Before the first round, so that a server started together with the jobs (bin/serve) is there
# when its payment gateway is asked.
FIRST_ROUND_AFTER = 5.0
# A runner whose clock differs by more from the database's does nothing: what else it gets wrong
# (signatures with a time, log lines, purges) nobody would notice.
MAX_CLOCK_DIFFERENCE = 60.0


class ClockDiffersError(Exception):
    """The clocks of this machine and of a server differ; the text says what to do."""


@dataclass(frozen=True)
class Sweep:
    """``run`` returns what it did, counted; ``every``: seconds from one run to the next."""

    name: str
    every: int
    run: Callable[[], Mapping[str, int]]


def _seconds() -> float:
    """Return how long a sweep may take: a backlog of one must not hold up the others."""
    seconds: float = settings.JOBS_SWEEP_SECONDS
    return seconds


def _counted(what: str, run: Callable[..., int]) -> Callable[[], Mapping[str, int]]:
    """Make a sweep of a function that takes ``seconds`` and returns how many it did."""
    return lambda: {what: run(seconds=_seconds())}


SWEEPS = (
    Sweep("release_lapsed_holds", 30, _counted("released", holds_release_lapsed)),
    Sweep("close_expired_orders", 30, lambda: orders_close_expired(seconds=_seconds())),
    Sweep("reconcile_payments", 60, lambda: payments_reconcile(seconds=_seconds())),
    Sweep("confirm_received_orders", 600, lambda: orders_confirm_received(seconds=_seconds())),
    Sweep("resume_imports", 30, lambda: goods_imports_resume(seconds=_seconds())),
    Sweep("purge_verify_codes", 3600, _counted("purged", verify_codes_purge)),
    Sweep("purge_revoked_logins", 3600, _counted("purged", revoked_logins_purge)),
    Sweep("purge_password_tries", 600, _counted("purged", password_tries_purge)),
    Sweep("purge_known_addresses", 3600, _counted("purged", known_addresses_purge)),
    Sweep("purge_social_states", 3600, _counted("purged", social_states_purge)),
    Sweep("purge_idempotency_records", 3600, _counted("purged", idempotency_records_purge)),
    Sweep("purge_hold_windows", 3600, _counted("purged", hold_windows_purge)),
    Sweep("purge_imports", 3600, _counted("purged", goods_imports_purge)),
    Sweep("purge_task_results", 3600, _counted("purged", task_results_purge)),
    # The search is right without it, and slower.
    Sweep("index_search", 30, lambda: search_index_sweep(seconds=_seconds())),
    # Last, and a third of the time: nothing waits for a smaller picture.
    Sweep("make_pictures", 120, lambda: pictures_make(seconds=_seconds() / 3)),
    Sweep("sweep_pictures", 3600, lambda: {"deleted": pictures_sweep()}),
)


def sweeps_once() -> bool:
    """Run every sweep, whatever becomes of another; return whether all went well.

    Raises ClockDiffersError, having done nothing.
    """
    clock_check()
    went_well = [sweep_run(sweep) for sweep in SWEEPS]
    return all(went_well)


def sweeps_forever(*, should_continue: Callable[[], bool]) -> None:
    """Run each sweep at its interval, one after the other, for as long as ``should_continue()``.

    ``should_continue`` is asked every second. A signal handler may raise at any moment: an
    interrupted sweep is a sweep that crashed, and the next run takes up what was left. Raises
    ClockDiffersError before the next sweep, when the clock has gone wrong.
    """
    due = dict.fromkeys(SWEEPS, time.monotonic() + FIRST_ROUND_AFTER)
    while should_continue():
        for sweep in SWEEPS:
            if due[sweep] <= time.monotonic():
                # As between two requests: what the server closed meanwhile is replaced.
                close_old_connections()
                reset_queries()
                clock_check()
                sweep_run(sweep, is_quiet=True)
                due[sweep] = time.monotonic() + sweep.every
        time.sleep(1)


def sweep_run(sweep: Sweep, *, is_quiet: bool = False) -> bool:
    """Run a sweep and log in one line what it did; return whether it went well.

    An error is logged with its trace; all lines of one run have one id. With ``is_quiet``, having
    found nothing to do is worth no line (it is logged as DEBUG). The heartbeat says the same
    (heartbeats.py).
    """
    request_id_make()
    heartbeat_start(sweep=sweep.name, every=sweep.every)
    started = time.perf_counter()
    try:
        counts = retry_on_deadlock(sweep.run)()
    except Exception as error:
        logger.exception("%s failed after %.2f s", sweep.name, time.perf_counter() - started)
        result = f"{type(error).__name__}: {error}"
        heartbeat_finish(sweep=sweep.name, went_well=False, result=result)
        return False
    level = logging.DEBUG if is_quiet and not any(counts.values()) else logging.INFO
    done = ", ".join(f"{number} {what}" for what, number in counts.items())
    seconds = time.perf_counter() - started
    logger.log(level, "%s: %s (%.2f s)", sweep.name, done, seconds)
    heartbeat_finish(
        sweep=sweep.name, went_well=True, result=f"{done} ({seconds:.2f} s)", counts=counts
    )
    return True


def clock_check() -> None:
    """Raise ClockDiffersError when this machine's clock is not the database's, or not Redis's.

    Where each machine has a database node of its own, that one goes wrong together with the
    machine; Redis is one for all. A server that does not answer is another matter: the sweeps say
    so, each in its turn.
    """
    for whose, now in (("the database's", clock.database_now), ("Redis's", _redis_now)):
        before = timezone.now()
        try:
            there = now()
        except (DatabaseError, RedisError, OSError):
            continue
        here = before + (timezone.now() - before) / 2
        if there is not None and abs(here - there).total_seconds() > MAX_CLOCK_DIFFERENCE:
            raise ClockDiffersError(
                f"No background work: this machine's clock says {here:%Y-%m-%d %H:%M:%S} UTC, "
                f"{whose} {there:%Y-%m-%d %H:%M:%S} UTC; they differ by"
                f" {abs(here - there).total_seconds():.0f} s. Set both by NTP (timedatectl set-ntp"
                " true), then start it again."
            )


def _redis_now() -> datetime | None:
    cache = caches["default"]
    return cache.server_now() if isinstance(cache, RedisCache) else None
