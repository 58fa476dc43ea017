"""Secrets of a development machine: made once, kept in a file that git ignores."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the secret kept in ``path``, making it (50 random characters, mode 600) first.

    Two processes may start at once: whoever creates the file wins, the other reads it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(50)[:50])
        with suppress(FileExistsError):
            os.link(temporary, path)  # unlike a rename, this never replaces a rival's file
        temporary.unlink()
    return path.read_text()
