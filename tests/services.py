"""Which servers the tests find, and what happens where one is missing.

A test that needs a server nobody runs is skipped with the line that brings it; with
MXSHOP_TEST_ALL=1 (bin/test --all) it fails instead. bin/test runs the suite once per database;
a test that is marked ``one_database`` is left out of MariaDB's run.
"""

import os
import shutil
import socket
from urllib.parse import urlparse

import pytest
from django.conf import settings

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

HOW_TO_GET = {
    "mariadb": "apt-get install mariadb-server; then DATABASE_URL=mysql://root@127.0.0.1/mxshop",
    "redis": f"apt-get install redis-server (looked at {REDIS_URL}; TEST_REDIS_URL)",
    "browser": "apt-get install chromium (CHROMIUM=/path/to/it)",
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
    return CHROMIUM is None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _missing("mariadb"):
        here = [item for item in items if item.get_closest_marker("one_database")]
        items[:] = [item for item in items if item not in here]
        config.hook.pytest_deselected(items=here)
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
