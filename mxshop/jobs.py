"""The background work of the whole shop, run by ``manage.py run_jobs`` (docs/order_lifecycle.md).

It is a list of sweeps. Each may run at any time, twice at once and on several machines: what
one finds done already, it leaves. Nothing depends on one having run in time: whoever reads an
expired order or a lapsed hold looks at the clock.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import close_old_connections, reset_queries

from apps.trade.services.carts import holds_release_lapsed
from apps.trade.services.closing import orders_close_expired, payments_reconcile
from apps.trade.services.hold_windows import hold_windows_purge
from apps.users.services.codes import verify_codes_purge
from apps.users.services.known_addresses import known_addresses_purge
from apps.users.services.logins import revoked_logins_purge
from apps.users.services.passwords import password_tries_purge
from extra_apps.idempotency.services import idempotency_records_purge
from extra_apps.social_jwt.services import social_states_purge
from utils.db.transactions import retry_on_deadlock

logger = logging.getLogger(__name__)

# Before the first round, so that a server started together with the jobs (bin/serve) is there
# when its payment gateway is asked.
FIRST_ROUND_AFTER = 5.0


@dataclass(frozen=True)
class Sweep:
    """``run`` returns what it did, counted; ``every``: seconds from one run to the next."""

    name: str
    every: int
    run: Callable[[], Mapping[str, int]]


SWEEPS = (
    Sweep("release_lapsed_holds", 30, lambda: {"released": holds_release_lapsed()}),
    Sweep("close_expired_orders", 30, orders_close_expired),
    Sweep("reconcile_payments", 60, payments_reconcile),
    Sweep("purge_verify_codes", 3600, lambda: {"purged": verify_codes_purge()}),
    Sweep("purge_revoked_logins", 3600, lambda: {"purged": revoked_logins_purge()}),
    Sweep("purge_password_tries", 600, lambda: {"purged": password_tries_purge()}),
    Sweep("purge_known_addresses", 3600, lambda: {"purged": known_addresses_purge()}),
    Sweep("purge_social_states", 3600, lambda: {"purged": social_states_purge()}),
    Sweep("purge_idempotency_records", 3600, lambda: {"purged": idempotency_records_purge()}),
    Sweep("purge_hold_windows", 3600, lambda: {"purged": hold_windows_purge()}),
)


def sweeps_once() -> bool:
    """Run every sweep, whatever becomes of another; return whether all went well."""
    went_well = [sweep_run(sweep) for sweep in SWEEPS]
    return all(went_well)


def sweeps_forever(*, should_continue: Callable[[], bool]) -> None:
    """Run each sweep at its interval, one after the other, for as long as ``should_continue()``.

    That is asked every second. A signal handler may raise at any moment: a sweep that is
    interrupted is one that crashed, and the next run takes up what it left.
    """
    due = dict.fromkeys(SWEEPS, time.monotonic() + FIRST_ROUND_AFTER)
    while should_continue():
        for sweep in SWEEPS:
            if due[sweep] <= time.monotonic():
                # As between two requests: what the server closed meanwhile is replaced.
                close_old_connections()
                reset_queries()
                sweep_run(sweep, is_quiet=True)
                due[sweep] = time.monotonic() + sweep.every
        time.sleep(1)


def sweep_run(sweep: Sweep, *, is_quiet: bool = False) -> bool:
    """Run a sweep and log in one line what it did; return whether it went well.

    An error is logged with its trace. With ``is_quiet``, having found nothing to do is worth
    no line (it is logged as DEBUG).
    """
    started = time.perf_counter()
    try:
        counts = retry_on_deadlock(sweep.run)()
    except Exception:
        logger.exception("%s failed after %.2f s", sweep.name, time.perf_counter() - started)
        return False
    level = logging.DEBUG if is_quiet and not any(counts.values()) else logging.INFO
    done = ", ".join(f"{number} {what}" for what, number in counts.items())
    logger.log(level, "%s: %s (%.2f s)", sweep.name, done, time.perf_counter() - started)
    return True
