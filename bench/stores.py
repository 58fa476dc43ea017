"""Databases and caches of the benchmark's own, taken away again at the end."""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
import redis

from extra_apps.alipay_sandbox.keys import key_pair_make

from .machine import PROJECT, PYTHON, BenchError
from .servers import HOST

SMALL, LARGE = 60, 10_000

MYSQL_URL = os.environ.get("BENCH_MYSQL_URL", "mysql://root@127.0.0.1:3306")
REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379")
DATABASE_PREFIX = "bench_mxshop"
CLAIM_KEY = "bench-mxshop-claim"


@dataclass(frozen=True)
class Store:
    """A loaded database and the environment in which the shop runs on it."""

    engine: str
    goods: int
    environment: dict[str, str]


def merchant_environment() -> dict[str, str]:
    """A merchant at a gateway that is never asked."""
    merchant, gateway = key_pair_make(), key_pair_make()
    return {
        "SITE_URL": f"http://{HOST}",
        "ALIPAY_GATEWAY": "sandbox",
        "ALLOW_SANDBOX": "true",
        "ALIPAY_APP_ID": "2021000000000009",
        "ALIPAY_SELLER_ID": "2088000000000009",
        "ALIPAY_PRIVATE_KEY": merchant.private,
        "ALIPAY_PUBLIC_KEY": gateway.public,
    }


def base_environment(folder: Path) -> dict[str, str]:
    """The shop as in production, but without TLS and with nothing of a .env file.

    Variables not named here come from the caller: what the settings ask for in production
    can be given to the benchmark by exporting it.
    """
    (folder / "static").mkdir(parents=True)
    (folder / "media").mkdir()
    return {
        **os.environ,
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": HOST,
        "HTTPS": "false",
        "NUM_PROXIES": "0",
        "VAR_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "FRONTEND_DIR": "",
        "SENTRY_DSN": "",
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
        "CONN_MAX_AGE": "60",
        "THROTTLE_ANON": "off",  # one address asks for everybody
        **dict.fromkeys(
            ("ALLOW_HTTP", "ALLOW_SQLITE", "ALLOW_LOCAL_CACHE", "ALLOW_CONSOLE_SMS",
             "ALLOW_NO_LIMITS"), "true",
        ),
        "CATALOGUE_CACHE_SECONDS": "0",
        **merchant_environment(),
    }  # fmt: skip


def build_store(folder: Path, *, engine: str, goods: int, database_url: str) -> Store:
    """Migrate an empty database and load ``goods`` goods (60: the demo alone) into it."""
    environment = base_environment(folder) | {"DATABASE_URL": database_url}
    for arguments in (
        ["migrate", "--noinput", "-v0"],
        ["load_demo"] if goods == SMALL else ["load_demo", "--goods", str(goods)],
    ):
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            check=False, cwd=PROJECT, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            last = "\n".join(done.stderr.splitlines()[-4:])
            raise BenchError(f"manage.py {arguments[0]} failed on {engine}:\n{last}")
    return Store(engine, goods, environment)


class MariaDB:
    """The server at BENCH_MYSQL_URL, held for one benchmark at a time."""

    def __init__(self) -> None:
        """Raises BenchError when no server answers or another benchmark uses it."""
        url = urlsplit(MYSQL_URL)
        self._host, self._port = url.hostname or "127.0.0.1", url.port or 3306
        try:
            self._connection = pymysql.connect(
                host=self._host, port=self._port, user=unquote(url.username or "root"),
                password=unquote(url.password or ""), connect_timeout=3, autocommit=True,
            )  # fmt: skip
        except (pymysql.MySQLError, OSError) as error:
            raise BenchError(f"no server at {self.address}: {error}") from error
        if self._ask("SELECT GET_LOCK(%s, 0)", DATABASE_PREFIX) != 1:
            raise BenchError(f"another benchmark is using {self.address}")
        self.version = str(self._ask("SELECT VERSION()"))

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    def _ask(self, statement: str, *params: Any) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, params)
            row = cursor.fetchone()
            return row and row[0]

    def pid(self) -> int | None:
        """Its process, to read the CPU time of; None where it does not run on this machine."""
        if self._host not in ("127.0.0.1", "localhost", "::1"):
            return None
        try:
            return int(Path(self._ask("SELECT @@pid_file")).read_text())
        except (OSError, ValueError):
            return None

    @contextlib.contextmanager
    def database(self, goods: int) -> Iterator[str]:
        """Create an empty database; give its address; drop it at the end."""
        name = f"{DATABASE_PREFIX}_{goods}"
        self._ask(f"DROP DATABASE IF EXISTS {name}")
        self._ask(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        try:
            yield f"{MYSQL_URL.rstrip('/')}/{name}"
        finally:
            self._connection.ping(reconnect=True)
            self._ask(f"DROP DATABASE {name}")

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def cache_environment() -> Iterator[dict[str, str]]:
    """A cache of its own: an empty Redis database, emptied at the end, or locmem."""
    client = _claim_redis()
    if client is None:
        yield {"REDIS_URL": ""}
        return
    number = client.connection_pool.connection_kwargs["db"]
    try:
        yield {"REDIS_URL": f"{REDIS_URL.rstrip('/')}/{number}"}
    finally:
        for key in client.scan_iter("*mxshop*", count=500):
            client.delete(key)
        client.close()


def _claim_redis() -> "redis.Redis | None":
    for number in range(15, 0, -1):
        client = redis.Redis.from_url(f"{REDIS_URL.rstrip('/')}/{number}", socket_timeout=2)
        try:
            if client.dbsize() == 0 and client.set(CLAIM_KEY, "1", nx=True, ex=3600):
                return client
        except redis.RedisError:
            return None
    return None
