"""A MariaDB and a Redis of the bench's own, on the loopback, in a temporary folder.

So nothing else asks them, and their CPU time is what the requests cost.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import redis

from .machine import BenchError, free_port, which

START_SECONDS = 60


@contextlib.contextmanager
def program(
    name: str, command: Sequence[str], *, folder: Path,
    cwd: Path | None = None, environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    """Run a program until the block ends; it writes to ``<name>.log`` in the folder."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(
    what: str, holds: Callable[[], bool], *, folder: Path, seconds: float = START_SECONDS
) -> None:
    """Return once ``holds()``; raises BenchError with the ends of the logs in the folder."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, pymysql.MySQLError, redis.RedisError):
            if holds():
                return
        time.sleep(0.05)
    logs = "\n".join(log.read_text(errors="replace")[-800:] for log in folder.glob("*.log"))
    raise BenchError(f"{what} did not come up in {seconds:.0f} s\n{logs}")


@dataclass(frozen=True)
class MariaDB:
    port: int
    pid: int
    version: str

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}"

    def connect(self, database: str | None = None) -> Any:
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", database=database, autocommit=True,
            ssl_disabled=True,
        )  # fmt: skip

    def run(self, statement: str) -> Any:
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def create(self, name: str) -> str:
        """Make an empty database and return its address."""
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        return f"{self.url}/{name}"


def data_folder(data: Path) -> list[str]:
    """Make a server's folder; return the option that lets the server run as its owner."""
    data.mkdir()
    data.parent.chmod(0o755)  # MariaDB is another user
    if os.geteuid() != 0:
        return []
    shutil.chown(data, "mysql")
    return ["--user=mysql"]


def tables_install(data: Path) -> None:
    """Make the system tables in a server's folder: root without a password, no test database."""
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    subprocess.run(
        [which("mariadb-install-db"), "--no-defaults", *user, f"--datadir={data}",
         "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True,
    )  # fmt: skip


@contextlib.contextmanager
def mariadb(folder: Path, *options: str) -> Iterator[MariaDB]:
    """Run a MariaDB with its defaults, and ``options``, until the block ends."""
    data, port = folder / "mariadb", free_port()
    user = data_folder(data)
    tables_install(data)
    command = [
        which("mariadbd"), "--no-defaults", *user, f"--datadir={data}",
        f"--port={port}", "--bind-address=127.0.0.1",
        f"--socket={data}/mariadb.sock", f"--pid-file={data}/mariadb.pid",
        "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
        *options,
    ]  # fmt: skip
    with program("mariadb", command, folder=folder) as process:
        found = MariaDB(port, process.pid, "")
        wait_until("MariaDB", lambda: bool(found.run("SELECT 1")), folder=folder)
        [[version]] = found.run("SELECT VERSION()")
        yield MariaDB(port, process.pid, str(version))


@dataclass(frozen=True)
class Redis:
    port: int
    pid: int

    def url(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[Redis]:
    """Run a Redis that keeps nothing on disk until the block ends."""
    port = free_port()
    command = [
        which("redis-server"), "--port", str(port), "--bind", "127.0.0.1",
        "--save", "", "--databases", "64", "--dir", str(folder),
    ]  # fmt: skip
    with program("redis", command, folder=folder) as process:
        client = redis.Redis(port=port)
        wait_until("Redis", lambda: bool(client.ping()), folder=folder)
        client.close()
        yield Redis(port, process.pid)
