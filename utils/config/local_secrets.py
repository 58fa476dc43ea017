"""Secrets of a development machine: made once, kept in a file that git ignores."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def _random_characters() -> str:
    return secrets.token_urlsafe(50)[:50]


def local_secret(path: Path, make: Callable[[], str] = _random_characters) -> str:
    """Return the secret kept in ``path`` (mode 600), making it first where there is none.

    Two processes may start at once: whoever creates the file wins, the other reads it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # mkstemp() makes a name of our own, readable by us alone.
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, this never replaces a rival's file
        Path(temporary).unlink()
    return path.read_text()
