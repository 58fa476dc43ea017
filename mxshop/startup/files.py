"""Settings that the file system or an address decides: writable folders, the database."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ

from utils.config.environment import Environment

EXAMPLE = "mysql://user:password@127.0.0.1:3306/mxshop, or sqlite:////absolute/path.sqlite3"


Kept = TypeVar("Kept")


def kept(env: Environment, path: Path, read: Callable[[Path], Kept]) -> Kept:
    """Return what ``read`` makes of a file that the shop keeps; refuse a file it cannot use."""
    try:
        return read(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
    env.fault(f"{path} cannot be used ({why}): remove it, and the next start makes a new one.")
    env.refuse()
    raise AssertionError("refuse() raises")


def folder_made(env: Environment, name: str, folder: Path) -> bool:
    """Make a folder that the shop writes to, and say whether it can be written to.

    Where it cannot, a fault that names ``name`` is kept.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        env.fault(
            f"{name}={folder} cannot be made ({error.strerror}): write a folder that this user "
            "may write to."
        )
        return False
    if not os.access(folder, os.W_OK | os.X_OK):
        env.fault(f"{name}={folder} is not writable: write a folder that this user may write to.")
        return False
    return True


def static_folders(frontend: Path | None) -> list[Path]:
    """Return what of a built shop joins our static files: its static/, and its own files."""
    return [f for f in (frontend / "static", frontend) if f.is_dir()] if frontend else []


def database_config(env: Environment, *, default: Path) -> dict[str, Any]:
    """Return Django's description of DATABASE_URL; a fault never quotes it."""
    fallback: dict[str, Any] = environ.Env.db_url_config(f"sqlite:///{default}")
    url = env("DATABASE_URL")
    if not url:
        return _with_folder(env, fallback)
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
    return _with_folder(env, config)


def _with_folder(env: Environment, config: dict[str, Any]) -> dict[str, Any]:
    """Make the folder of an SQLite file; SQLite makes the file alone."""
    if config["ENGINE"] == "django.db.backends.sqlite3":
        set_by = "DATABASE_URL" if env("DATABASE_URL") else "VAR_DIR"
        folder_made(env, set_by, Path(config["NAME"]).parent)
    return config
