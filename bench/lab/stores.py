"""Loaded databases, and the environment in which a shop runs on them."""

import contextlib
import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extra_apps.alipay_sandbox.keys import KeyPair, key_pair_make

from .load import HOST
from .machine import PROJECT, PYTHON, BenchError
from .services import MariaDB, mariadb

APP_ID, SELLER_ID = "2021000000000009", "2088000000000009"


@dataclass(frozen=True)
class Gateway:
    """A gateway that is never asked; the bench signs notices in its place."""

    merchant: KeyPair
    keys: KeyPair

    def environment(self) -> dict[str, str]:
        return {
            "SITE_URL": f"http://{HOST}",
            "ALIPAY_GATEWAY": "sandbox",
            "ALLOW_SANDBOX": "true",
            "ALIPAY_APP_ID": APP_ID,
            "ALIPAY_SELLER_ID": SELLER_ID,
            "ALIPAY_PRIVATE_KEY": self.merchant.private,
            "ALIPAY_PUBLIC_KEY": self.keys.public,
        }


def gateway_make() -> Gateway:
    return Gateway(key_pair_make(), key_pair_make())


def base_environment(folder: Path, project: Path, gateway: Gateway | None = None) -> dict[str, str]:
    """The shop as in production, but without TLS, limits of rates, and a .env file.

    Variables not named here come from the caller: what the settings ask for in production
    can be given to the benchmark by exporting it.
    """
    for name in ("static", "media"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    variables = (project / ".env.example").read_text()
    throttles = dict.fromkeys(re.findall(r"THROTTLE_[A-Z_]+", variables), "off")
    return {
        **os.environ,
        **throttles,  # one address asks for everybody
        "DJANGO_SETTINGS_MODULE": "mxshop.settings",
        "PYTHONPATH": str(project),
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": HOST,
        "HTTPS": "false",
        "NUM_PROXIES": "1",
        "VAR_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "FRONTEND_DIR": "",
        "SENTRY_DSN": "",
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
        "CONN_MAX_AGE": "60",
        **dict.fromkeys(
            ("ALLOW_HTTP", "ALLOW_SQLITE", "ALLOW_LOCAL_CACHE", "ALLOW_CONSOLE_SMS",
             "ALLOW_NO_LIMITS"), "true",
        ),
        "CATALOGUE_CACHE_SECONDS": "0",
        **(gateway or gateway_make()).environment(),
    }  # fmt: skip


def manage(project: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run a command of manage.py and return what it printed; raises BenchError."""
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        check=False, cwd=project, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-6:])
        raise BenchError(f"manage.py {arguments[0]} failed in {project}:\n{last}")
    return done.stdout


def store_fill(project: Path, environment: dict[str, str], *, goods: int | None) -> None:
    """Migrate an empty database and load ``goods`` goods (None: the demo alone) into it."""
    manage(project, environment, "migrate", "--noinput", "-v0")
    manage(project, environment, "load_demo", *(["--goods", str(goods)] if goods else []))


def orders_grow(environment: dict[str, str], number: int) -> None:
    """Write so many orders of other buyers into a filled store; raises BenchError."""
    # By its path: the shop may be another checkout's.
    script = PROJECT / "bench" / "tools" / "growing_orders.py"
    done = subprocess.run(
        [PYTHON, script, str(number)], check=False, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise BenchError(f"no orders could be made:\n{done.stderr[-600:]}")


@dataclass(frozen=True)
class Store:
    """A filled database, and the environment in which the shop runs on it."""

    engine: str
    environment: dict[str, str]
    database: MariaDB | None  # None: SQLite

    def run(self, *command: str) -> None:
        """Run ``python -m <command>`` on it; raises subprocess.CalledProcessError."""
        subprocess.run([PYTHON, "-m", *command], check=True, cwd=PROJECT, env=self.environment)


@contextlib.contextmanager
def store_alone(
    *, goods: int | None = None, is_sqlite: bool = False, options: tuple[str, ...] = ()
) -> Iterator[Store]:
    """Give a filled database in a folder, and on a server, of its own until the block ends.

    ``options`` are the server's.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-bench-")))
        environment = base_environment(folder / "shop", PROJECT)
        if is_sqlite:
            environment["DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
            store = Store("SQLite", environment, None)
        else:
            database = stack.enter_context(mariadb(folder, *options))
            environment["DATABASE_URL"] = database.create("shop")
            store = Store(f"MariaDB {database.version}", environment, database)
        store_fill(PROJECT, environment, goods=goods)
        yield store
