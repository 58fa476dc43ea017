"""Files and folders that the settings name: made, read, and refused where they cannot be used."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from utils.config.environment import Environment

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
