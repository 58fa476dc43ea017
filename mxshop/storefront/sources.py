"""Which files the front is built of, and the name that their content gives to a build."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "storefront"

# Made by npm, vite and the tests, in a developer's checkout.
_MADE_FOLDERS = {"node_modules", "dist", "coverage", "test-results", "playwright-report"}
# What no page depends on: documents, tests, and types (vite leaves types out unread).
_OTHER_ENDINGS = (".md", ".test.ts", "schema.d.ts")


def source_files(folder: Path = FOLDER) -> Iterator[Path]:
    """Yield the sources below ``folder``, as paths relative to it, in a fixed order."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _MADE_FOLDERS and not name.startswith(".")
        )
        for name in sorted(files):
            if not name.startswith(".") and not name.endswith(_OTHER_ENDINGS):
                yield (Path(where) / name).relative_to(folder)


def sources_hash(folder: Path = FOLDER) -> str:
    """Return the name of a build of ``folder``: 16 hex digits, by paths and content."""
    digest = hashlib.sha256()
    for path in source_files(folder):
        content = (folder / path).read_bytes()
        digest.update(f"{path.as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def sources_copy(target: Path, *, keep: str, folder: Path = FOLDER) -> None:
    """Make ``target`` hold the sources alone, and what it had of the name ``keep``."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.name == keep:
            continue
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    for path in source_files(folder):
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, copy)
