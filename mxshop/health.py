"""Whether the shop can do its work: asked by /readyz/, and told to Prometheus by /metrics.

Without its database, or with a database that is older than the code, a process cannot serve.
Without its cache, a place for uploads, or background work, it sells on: staff must know, but a
load balancer must not take every machine away.
"""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from redis.exceptions import RedisError

from utils.db import clock
from utils.db.gate import gate
from utils.storage.failures import StoreAwayError, StoreRefusedError

from .heartbeats import CHORES
from .models import Heartbeat

OK = "ok"
# What a process cannot serve without.
NEEDED = ("database", "migrations")
# Background work that nothing was heard of for so long has stopped.
JOBS_SILENT_AFTER = timedelta(minutes=5)
# With less room, an upload of the largest size may end half way.
MEDIA_MIN_BYTES = 64 * 1024 * 1024

# Once all are applied they stay so for as long as this process runs its code.
_migrations_seen = False


def health_read() -> dict[str, str]:
    """Return the state of each part: "ok", or in a word what is wrong with it.

    ``database`` unreachable; ``migrations`` pending; ``cache`` unreachable; ``media`` unwritable or
    full, and of a bucket unreachable or refused; ``jobs`` silent. What only the database knows is
    "unknown" without it. Three queries, and more until no migration is pending.
    """
    known = {"database": OK, "migrations": "unknown", "jobs": "unknown"}
    try:
        with gate.at_once():
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            known["migrations"] = _migrations()
            if known["migrations"] == OK:
                known["jobs"] = _jobs()
    except DatabaseError:
        known["database"] = "unreachable"
    return {**known, "cache": _cache(), "media": _media()}


def can_serve(health: dict[str, str]) -> bool:
    return all(health[part] == OK for part in NEEDED)


def migrations_forget() -> None:
    """Ask for pending migrations again."""
    global _migrations_seen
    _migrations_seen = False


def _migrations() -> str:
    global _migrations_seen
    if not _migrations_seen:
        executor = MigrationExecutor(connection)
        _migrations_seen = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _migrations_seen else "pending"


def _jobs() -> str:
    heard = Heartbeat.objects.exclude(pk__in=CHORES).aggregate(at=Max("started_at"))["at"]
    if heard is None or clock.database_now() - heard > JOBS_SILENT_AFTER:
        return "silent"
    return OK


def _cache() -> str:
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        return "unreachable"
    return OK


def _media() -> str:
    if not isinstance(default_storage, FileSystemStorage):
        return _bucket()
    folder = Path(settings.MEDIA_ROOT)
    try:
        if not os.access(folder, os.W_OK | os.X_OK):
            return "unwritable"
        return OK if shutil.disk_usage(folder).free >= MEDIA_MIN_BYTES else "full"
    except OSError:
        return "unwritable"


def _bucket() -> str:
    try:
        default_storage.probe()  # type: ignore[attr-defined]
    except StoreAwayError:
        return "unreachable"
    except (StoreRefusedError, FileNotFoundError):
        return "refused"
    return OK
