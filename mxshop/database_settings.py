"""The database's settings: DATABASE_URL, and what each kind of database is asked for."""

from pathlib import Path
from typing import Any

import environ

from mxshop import startup
from utils.config.environment import Environment

try:
    import MySQLdb  # noqa: F401  (mysqlclient, what production runs on)
except ImportError:
    import pymysql

    pymysql.install_as_MySQLdb()

EXAMPLE = "mysql://user:password@127.0.0.1:3306/mxshop, or sqlite:////absolute/path.sqlite3"


def database_config(
    env: Environment, *, default: Path, connect_seconds: int, lock_seconds: int
) -> dict[str, Any]:
    """Return Django's description of the database; without DATABASE_URL, of SQLite at ``default``.

    The seconds are those that a server may take to accept a connection, and a statement to get
    a lock. A fault of DATABASE_URL is kept in ``env``, and never quotes it.
    """
    config = _address(env, default)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        set_by = "DATABASE_URL" if env("DATABASE_URL") else "VAR_DIR"
        startup.folder_made(env, set_by, Path(config["NAME"]).parent)
        # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing in the middle.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        # Django's own, which survives the loss of a connection (utils/db/reconnecting.py).
        config["ENGINE"] = "utils.db.gated.mysql"
        # The server may have closed the connection meanwhile.
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {
            "charset": "utf8mb4",
            "connect_timeout": connect_seconds,
            "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',"
            f" innodb_lock_wait_timeout={lock_seconds}",
            # What a row lock protects must be read as it is now, not as at BEGIN.
            "isolation_level": "read committed",
        }
        config["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
    config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60, at_most=86_400)
    return config


def _address(env: Environment, default: Path) -> dict[str, Any]:
    """Return what DATABASE_URL says; SQLite at ``default`` where it says nothing or nonsense."""
    fallback: dict[str, Any] = environ.Env.db_url_config(f"sqlite:///{default}")
    url = env("DATABASE_URL")
    if not url:
        return fallback
    scheme, separator, _rest = url.partition("://")
    if not separator or scheme not in ("mysql", "sqlite"):
        env.fault(
            "DATABASE_URL is not an address of MariaDB, MySQL or SQLite, which is what the shop "
            f"runs on: write {EXAMPLE}."
        )
        return fallback
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
        port = int(config.get("PORT") or 3306)
    except (ValueError, UnicodeError):
        config, port = {}, 0
    # One in memory would be empty in each thread.
    has_name = config.get("NAME") not in (None, "", ":memory:")
    is_complete = has_name and (scheme == "sqlite" or bool(config.get("HOST")))
    if not is_complete or not 1 <= port <= 65535:
        env.fault(
            f"DATABASE_URL cannot be read: write {EXAMPLE}; in a password, write / : ? % as "
            "%2F %3A %3F %25."
        )
        return fallback
    return config
