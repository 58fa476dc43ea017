"""Which servers the tests find, and what happens where one is missing.

A test that needs a server nobody runs is skipped with the line that brings it; with
MXSHOP_TEST_ALL=1 (bin/test --all) it fails instead. A test that is marked ``one_database``, or that
asks for no database, is left out of MariaDB's run; with MXSHOP_TEST_EACH_ONCE=1, where MariaDB's
run is beside it, SQLite's has these alone. MXSHOP_TEST_SHORT=1 leaves out ``long_browser``.
A test in a module or folder of races is marked ``race``.
"""

import os
import shutil
import socket
from urllib.parse import urlparse

import pytest
from django.conf import settings

from bench.lab import galera
from mxshop.storefront.node import node_find

from . import mroonga

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

HOW_TO_GET = {
    "mariadb": "apt-get install mariadb-server; then DATABASE_URL=mysql://root@127.0.0.1/mxshop",
    "redis": f"apt-get install redis-server (looked at {REDIS_URL}; TEST_REDIS_URL)",
    "redis_program": "apt-get install redis-server (a test starts its own)",
    "browser": "apt-get install chromium (CHROMIUM=/path/to/it)",
    "node": "apt-get install nodejs npm, or where they are older than Node 20.19: "
    ".venv/bin/python -m pip install -r storefront/node.txt",
    "mroonga": mroonga.HOW_TO_GET_IT,
    "galera": galera.HOW_TO_GET_IT,
}


def _answers(url: str, default_port: int) -> bool:
    parts = urlparse(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or default_port), 1).close()
    except OSError:
        return False
    return True


def _missing(marker: str) -> bool:
    if marker == "mariadb":
        return "mysql" not in settings.DATABASES["default"]["ENGINE"]
    if marker == "redis":
        return not _answers(REDIS_URL, 6379)
    if marker == "redis_program":
        return shutil.which("redis-server") is None
    if marker == "node":
        return node_find(os.environ.get("PATH", os.defpath)) is None
    if marker == "mroonga":
        return mroonga.plugin_folder() is None
    if marker == "galera":
        return galera.galera_library() is None
    return CHROMIUM is None


def _runs_on_sqlite_alone(item: pytest.Item) -> bool:
    """Whether MariaDB's run can say nothing that SQLite's has not said."""
    marks = {mark.name for mark in item.iter_markers()}
    if "one_database" in marks:
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    # A process that a slow test starts has the database of the run.
    asks = marks & {"django_db", "mariadb", "slow"} or fixtures & {"db", "transactional_db"}
    return not asks


def _is_run(item: pytest.Item) -> bool:
    """Whether a test is one of this run's, whatever servers there are."""
    if os.environ.get("MXSHOP_TEST_SHORT") == "1" and item.get_closest_marker("long_browser"):
        return False
    if not _missing("mariadb"):
        return not _runs_on_sqlite_alone(item)
    return os.environ.get("MXSHOP_TEST_EACH_ONCE") != "1" or _runs_on_sqlite_alone(item)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "races" in item.path.stem or "races" in item.path.parent.name:
            item.add_marker(pytest.mark.race)
    left_out = {item for item in items if not _is_run(item)}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))
    missing = {marker for marker in HOW_TO_GET if _missing(marker)}
    # bin/test runs the suite once per database: SQLite's run leaves out what is MariaDB's.
    required = os.environ.get("MXSHOP_TEST_ALL") == "1"
    for item in items:
        for marker in missing & {mark.name for mark in item.iter_markers()}:
            if not required or marker == "mariadb":
                item.add_marker(pytest.mark.skip(reason=f"no {marker}: {HOW_TO_GET[marker]}"))
            else:
                item.add_marker(pytest.mark.usefixtures("refuse_to_skip"))


@pytest.fixture
def refuse_to_skip(request: pytest.FixtureRequest) -> None:
    names = {mark.name for mark in request.node.iter_markers()} & HOW_TO_GET.keys()
    pytest.fail("; ".join(f"no {name}: {HOW_TO_GET[name]}" for name in sorted(names)))
