"""Secrets of a development machine: made once, kept in a file that git ignores."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the secret kept in ``path``, making it (50 random characters, mode 600) first.

    Two processes may start at once: whoever creates the file wins, the other reads it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # mkstemp() makes a name of our own, readable by us alone.
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50)[:50])
        with suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, this never replaces a rival's file
        Path(temporary).unlink()
    return path.read_text()
