"""The shop as a process of its own, on the tests' database: to be killed like any other."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

# A start takes two seconds, on a busy machine many.
START_SECONDS = 60


class ShopProcess:
    """``manage.py runserver`` with the settings of production, always at the same address.

    ``is_up`` is clear from before a kill until the next process answers; ``kills`` counts.
    ``more`` is what its environment has beside what tests/settings.py has set.
    """

    def __init__(self, log: Path, **more: str) -> None:
        self._more = more
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self._port}"
        self.is_up = threading.Event()
        self.kills = 0
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        address = f"127.0.0.1:{self._port}"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                _manage("runserver", "--noreload", "--skip-checks", address),
                env=_environment() | self._more, cwd=settings.BASE_DIR, stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-2000:]
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


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` with the settings and on the database of ShopProcess."""
    return subprocess.run(
        _manage(*arguments), env=_environment(), cwd=settings.BASE_DIR,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


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
