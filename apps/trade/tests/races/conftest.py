import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from .helpers import IS_MARIADB, Shop


class _Server(ThreadedWSGIServer):
    request_queue_size = 128  # a crowd knocks at once; Django's own queue is of ten


@pytest.fixture(scope="session")
def _origin() -> Iterator[str]:
    """pytest-django's live server, whose threads connect to the database by themselves."""
    server = LiveServer("127.0.0.1", start=False)
    server.thread.connections_override = {}
    server.thread.server_class = _Server
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(autouse=True)
def _database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """On SQLite a file, as the shop has one: threads cannot share the tests' own in memory."""
    if IS_MARIADB:
        yield
        return
    connection: Any = connections["default"]
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    file = tmp_path / "shop.sqlite3"
    with closing(sqlite3.connect(file)) as copy:
        memory.backup(copy)
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name


@pytest.fixture
def shop(_origin: str, _database: None, settings: Any) -> Shop:
    """The shop and its gateway, which ask each other over sockets, too.

    Without throttles and bounds of what one buyer may hold: few buyers make many requests.
    """
    settings.SITE_URL = _origin
    settings.ALIPAY_GATEWAY_URL = f"{_origin}/alipay-sandbox/gateway.do"
    settings.GATEWAY_CALLS_AT_ONCE = 100
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    settings.CART_MAX_NUMS = settings.HOLD_MAX_PIECES = settings.ORDER_MAX_UNPAID = 10_000
    # What is retried after another request came first is not a loop of queries.
    settings.ZEAL_NPLUSONE_THRESHOLD = 100
    return Shop(_origin)
