"""What sets a process that answers requests apart from one that runs a command."""

from contextlib import suppress
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connections

from utils.db.gate import gate

# Threads that are kept from the database: they answer what needs none.
SPARE_THREADS = 2


def bound_database_waits() -> None:
    """Bound what a request may wait for the database: by read timeouts and by the gate.

    For mxshop/wsgi.py, when the settings are loaded and before the first request. Commands
    (migrate, audit_shop, sweeps) have statements that rightly take minutes: they are not bound.
    """
    database: dict[str, Any] = connections.settings["default"]
    engine = database["ENGINE"].rpartition(".")[2]
    if engine == "mysql":
        # Each wait for the socket: a statement that works for longer is given up as well.
        seconds = settings.DATABASE_READ_SECONDS
        database["OPTIONS"] |= {"read_timeout": seconds, "write_timeout": seconds}
    if (threads := server_threads()) is not None and engine in ("mysql", "sqlite3"):
        database["ENGINE"] = f"utils.db.gated.{engine}"
        gate.open(slots=max(1, threads - SPARE_THREADS))


def connection_renew(handler: Any = connections) -> None:
    """Let this thread's next use of the database make its connection by the settings as they are.

    The start has made one already, by the settings before bound_database_waits(). The thread that
    starts a process of uwsgi also answers requests: it would wait without a bound.
    """
    handler.close_all()
    with suppress(AttributeError):  # there is none
        del handler["default"]


def server_threads() -> int | None:
    """Return how many requests a process of uwsgi answers at once; None under another server."""
    try:
        uwsgi = import_module("uwsgi")  # there is no such module outside of it
    except ImportError:
        return None
    return int(uwsgi.opt.get("threads", 1))
