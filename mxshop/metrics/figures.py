"""Numbers that the database knows: the same from whichever process or machine is asked.

A number "of today" begins at midnight (TIME_ZONE) with 0, as a counter does that is reset.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min, Sum
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.trade.holders import pieces_held
from apps.trade.models import CartLine, OrderInfo, Payment, PaymentNotice, Refund
from apps.users.models import STAFF, UserProfile
from mxshop import waiting
from mxshop.health import OK, health_read
from mxshop.models import Heartbeat
from utils.db import clock
from utils.db.days import day_begins

# Whoever may ask, and however often: the queries run once in so many seconds in each process.
KEPT_SECONDS = 5.0


class ShopCollector(Collector):
    """Reads health and figures, at most once in KEPT_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._metrics: list[Metric] = []

    def forget(self) -> None:
        """Read anew when asked next."""
        with self._lock:
            self._metrics = []

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if not self._metrics or time.monotonic() - self._read_at > KEPT_SECONDS:
                self._metrics = list(figures_read())
                self._read_at = time.monotonic()
            return self._metrics


def figures_read() -> Iterator[Metric]:
    """Yield all figures; without a database, those alone that need none. About 20 queries."""
    health = health_read()
    yield _gauge(
        "mxshop_health", "1 when a part of the shop is well (as /readyz/ says), else 0.",
        ("part",), [((part,), state == OK) for part, state in health.items()],
    )  # fmt: skip
    yield from _disks()
    if health["database"] != OK or health["migrations"] != OK:
        return
    now = clock.database_now()
    for read in (_today, _waiting, _queues, _held, _sweeps):
        try:
            yield from read(now)
        except DatabaseError:
            return  # the next reading says that the database is away


def _gauge(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], Any]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, float(number or 0))
    return family


def _today(now: datetime) -> Iterator[Metric]:
    since = day_begins(timezone.localdate(now))
    orders = OrderInfo.objects.filter(add_time__gte=since)
    paid = Payment.objects.filter(paid_at__gte=since).aggregate(n=Count("pk"), yuan=Sum("amount"))
    done = Refund.objects.filter(done_at__gte=since).aggregate(n=Count("pk"), yuan=Sum("amount"))
    buyers = UserProfile.objects.exclude(STAFF).filter(date_joined__gte=since)
    yield _gauge("mxshop_orders_today", "Orders made today.", (), [((), orders.count())])
    yield _gauge("mxshop_payments_today", "Payments that came in today.", (), [((), paid["n"])])
    yield _gauge("mxshop_payments_today_yuan", "Their sum.", (), [((), paid["yuan"])])
    yield _gauge("mxshop_refunds_today", "Refunds that went out today.", (), [((), done["n"])])
    yield _gauge("mxshop_refunds_today_yuan", "Their sum.", (), [((), done["yuan"])])
    yield _gauge("mxshop_buyers_today", "Accounts made today.", (), [((), buyers.count())])


def _waiting(now: datetime) -> Iterator[Metric]:
    yield _gauge(
        "mxshop_waiting_for_staff", "What staff have to do, as on the administration's start page.",
        ("what",), [((count.__name__,), count(now)) for count in waiting.FOR_STAFF],
    )  # fmt: skip


def _queues(now: datetime) -> Iterator[Metric]:
    """What background work has to do, and since when the oldest of it waits."""
    late = timedelta(0)
    queues: dict[str, tuple[Any, str]] = {
        "orders_to_close": (OrderInfo.objects.expired(now), "expires_at"),
        "holds_to_release": (CartLine.objects.lapsed(now), "held_until"),
        "notices_unjudged": (
            PaymentNotice.objects.filter(verdict=PaymentNotice.Verdict.RECEIVED), "add_time",
        ),
        "refunds_pending": (Refund.objects.filter(state=Refund.State.PENDING), "add_time"),
        "tasks": (DBTaskResult.objects.ready(), "enqueued_at"),
    }  # fmt: skip
    lengths, ages = [], []
    for name, (rows, moment) in queues.items():
        found = rows.order_by().aggregate(length=Count("pk"), oldest=Min(moment))
        age = max(late, now - found["oldest"]) if found["oldest"] else late
        lengths.append(((name,), found["length"]))
        ages.append(((name,), age.total_seconds()))
    yield _gauge("mxshop_queue_length", "What background work has to do.", ("queue",), lengths)
    yield _gauge(
        "mxshop_queue_oldest_seconds", "How long the oldest of it waits.", ("queue",), ages
    )


def _held(now: datetime) -> Iterator[Metric]:
    in_carts, in_orders = pieces_held(now=now)
    yield _gauge(
        "mxshop_pieces_held", "Pieces that carts and unpaid orders keep from others.", ("by",),
        [(("cart",), in_carts), (("order",), in_orders)],
    )  # fmt: skip


def _sweeps(now: datetime) -> Iterator[Metric]:
    """Of each sweep, of the audit and of the backup: docs/jobs.md."""
    rows = list(Heartbeat.objects.all())

    def of_each(name: str, text: str, value: Callable[[Heartbeat], Any]) -> Metric:
        return _gauge(name, text, ("sweep",), [((row.sweep,), value(row)) for row in rows])

    yield of_each(
        "mxshop_sweep_age_seconds",
        "Seconds since a sweep last went well; if it never did, since it last started.",
        lambda row: (now - (row.went_well_at or row.started_at)).total_seconds(),
    )
    yield of_each("mxshop_sweep_every_seconds", "Its interval.", lambda row: row.every)
    yield of_each(
        "mxshop_sweep_failed", "1 when its last run ended with an error, else 0.",
        lambda row: row.went_well is False,
    )  # fmt: skip
    counts = [
        ((row.sweep, what), number) for row in rows for what, number in (row.counts or {}).items()
    ]
    yield _gauge(
        "mxshop_sweep_found", "What it counted in its last run that went well.",
        ("sweep", "what"), counts,
    )  # fmt: skip


def _disks() -> Iterator[Metric]:
    rows = []
    # Of a bucket nobody says how full it is.
    for name in ("VAR_DIR",) if settings.MEDIA_S3.name else ("MEDIA_ROOT", "VAR_DIR"):
        try:
            rows.append(((name,), shutil.disk_usage(getattr(settings, name)).free))
        except OSError:
            rows.append(((name,), 0))
    yield _gauge("mxshop_disk_free_bytes", "Room that is left in a folder.", ("folder",), rows)
