"""Uploads are copied from a folder into the bucket, and back (docs/media.md)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage


class Copied(NamedTuple):
    copied: int
    there: int
    deleted: int


def sizes_of(storage: Any) -> dict[str, int]:
    """Return the name of every file of a storage with its size in bytes."""
    if hasattr(storage, "sizes"):  # a bucket tells them all at once
        sizes: dict[str, int] = storage.sizes()
        return sizes
    return {name: storage.size(name) for name in names_below(storage)}


def names_below(storage: Any, folder: str = "") -> Iterator[str]:
    """Yield the name of every file of a storage, as far as ``folder``."""
    if not folder and hasattr(storage, "sizes"):
        yield from storage.sizes()
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{file}" for file in files)
    for inner in folders:
        yield from names_below(storage, f"{folder}{inner}/")


def folder_of(path: Path) -> FileSystemStorage:
    return FileSystemStorage(path, base_url=None)


def files_copy(
    source: Storage, target: Storage, *, mirror: bool = False, progress: Callable[[int], None]
) -> Copied:
    """Copy what ``target`` has not, or in another size; no file is written over by a part of one.

    An upload never changes under its name, so what is there in the same size is the same.
    ``mirror``: what ``source`` has no longer is deleted from ``target``, unless ``source`` has
    nothing at all, which more likely is a wrong setting. ``progress`` is called with the number of
    files that were looked at.
    """
    copied = there = deleted = 0
    wanted, kept = sizes_of(source), sizes_of(target)
    for number, name in enumerate(sorted(wanted), 1):
        if kept.get(name) == wanted[name]:
            there += 1
        else:
            target.delete(name)
            with source.open(name) as file:
                target.save(name, File(file, name))
            copied += 1
        progress(number)
    if mirror and wanted:
        for name in kept.keys() - wanted.keys():
            target.delete(name)
            deleted += 1
    return Copied(copied, there, deleted)
