"""Counters that the workers of uwsgi share, through files in one folder (prometheus-client).

Each worker counts in files of its own, and whichever worker answers ``/metrics`` adds all of them
up. A worker's files are named by its number, not by its process id: the next process with that
number goes on counting in them, so that there are never more files than workers, and no restart
makes a counter smaller. At any moment one process alone has a number.

The folder should be in memory (``/run``): the files are mapped, and a full disk would end a
process that writes to a mapped file.
"""

import os
import re
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def is_worker() -> bool:
    """Whether uwsgi runs this process. Others (a command, a development server) share nothing."""
    try:
        import uwsgi  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return False
    return True


def metrics_share(folder: Path) -> None:
    """Count in ``folder`` from now on: in a worker, before it imports prometheus_client."""
    import uwsgi

    os.environ[FOLDER] = str(folder)

    from prometheus_client import values

    # Several servers may share the folder. "_" separates the parts of a file's name.
    server = re.sub(r"[^0-9A-Za-z]+", "-", os.environ.get("APP_SOCKET", "uwsgi"))
    values.ValueClass = values.MultiProcessValue(lambda: f"{server}-{uwsgi.worker_id()}")


def are_shared() -> bool:
    """Whether the counters of this process are added to those of others."""
    return FOLDER in os.environ
