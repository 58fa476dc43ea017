"""The shop as a process of its own, on the tests' database: to be killed like any other."""

import os
import random
import socket
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from .nursery import Forked, Nursery

START_SECONDS = 60


def shop_nursery(**more: str) -> Nursery:
    """Return what the shop's processes are forked from: with the settings of production.

    ``more`` is what its environment has beside what tests/settings.py has set.
    """
    return Nursery("mxshop.wsgi", "mxshop.urls", environment=_environment() | more)


class ShopProcess:
    """``manage.py runserver``, always at the same address.

    ``is_up`` is clear from before a kill until the next process answers; ``kills`` counts.
    """

    def __init__(self, nursery: Nursery, log: Path) -> None:
        self._nursery = nursery
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self._port}"
        self.is_up = threading.Event()
        self.kills = 0
        self._log = log
        self._process: Forked | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        address = f"127.0.0.1:{self._port}"
        command = ["runserver", "--noreload", "--skip-checks", address]
        self._process = self._nursery.manage(*command, log=self._log)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._process.said()[-2000:]
            assert time.monotonic() < end, "the shop does not start"
            time.sleep(0.02)
        self.is_up.set()

    def kill(self) -> None:
        """End it without a word, whatever it is doing."""
        if self._process is None:
            return
        self.is_up.clear()
        self._process.kill()
        self._process.wait()
        self._process = None
        self.kills += 1

    def crash(self, chance: random.Random) -> None:
        """Let some milliseconds pass, kill it and start it again."""
        time.sleep(chance.uniform(0, 0.1))
        self.kill()
        self.start()

    def _answers(self) -> bool:
        http = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            http.request("GET", "/healthz/")
            return http.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            http.close()


def _environment() -> dict[str, str]:
    """What tests/settings.py has set, on this test's database, without throttles."""
    url = _database_url(connection.settings_dict)
    throttles = {f"THROTTLE_{scope.upper()}": "off" for scope in settings.THROTTLE_RATES}
    limits = {"ORDER_MAX_UNPAID": "1000", "HOLD_MAX_PIECES": "1000000"}
    own = {**limits, "DJANGO_SETTINGS_MODULE": "mxshop.settings", "DATABASE_URL": url}
    return {**os.environ, **throttles, **own}


def _database_url(database: dict[str, Any]) -> str:
    who = f"{database['USER']}:{database['PASSWORD']}@" if database["PASSWORD"] else (
        f"{database['USER']}@"
    )  # fmt: skip
    return f"mysql://{who}{database['HOST']}:{database['PORT'] or 3306}/{database['NAME']}"
