"""What a compiler made of some content: kept in var/ from one run of the tests to the next.

As with the builds of the front, its name stands for all that went in, so that any change has it
made anew. What failed is not kept.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from .shop_settings import TOP

FOLDER = TOP / "var" / "test-work"
_NOT_SOURCES = {"node_modules", "dist", "__pycache__"}


def kept_work(name: str, make: Callable[[Path], object], *inputs: Path | str) -> Path:
    """Return the folder that ``make`` filled for these inputs: texts, files and whole folders."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / f"{name}-{_digest(inputs)}"
    if place.exists():
        return place
    new = Path(tempfile.mkdtemp(dir=FOLDER, prefix="new-"))
    try:
        make(new)
        for older in FOLDER.glob(f"{name}-*"):
            shutil.rmtree(older, ignore_errors=True)
        with suppress(OSError):  # another worker was as quick
            new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return place


def _digest(inputs: tuple[Path | str, ...]) -> str:
    digest = hashlib.sha256()
    for one in inputs:
        for part in [one.encode()] if isinstance(one, str) else _parts(one):
            digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()[:16]


def _parts(path: Path) -> Iterator[bytes]:
    if path.is_file():
        yield path.read_bytes()
        return
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        if file.is_file() and not _NOT_SOURCES.intersection(relative.parts):
            yield relative.as_posix().encode()
            yield file.read_bytes()
