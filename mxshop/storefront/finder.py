"""Gives the files of the build to staticfiles, under ``shop/``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import get_files
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join

from .places import PAGE, STAMP
from .state import STATIC_FOLDER, places, served_sources

# Names that hold a hash of their content.
ASSETS = "assets/"


class BuiltStorage(FileSystemStorage):
    """A build. staticfiles puts ``prefix`` before the names of its files."""

    prefix = STATIC_FOLDER


class StorefrontFinder(BaseFinder):
    """Finds nothing where FRONTEND_DIR puts another front in the place of the shop's own.

    It looks for the build when it is asked: under bin/serve the server is there first.
    """

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        inside = path.removeprefix(f"{STATIC_FOLDER}/")
        found = [] if inside == path else [str(file) for file in self._files(inside)]
        return found if find_all else found[0] if found else []

    def _files(self, path: str) -> Iterator[Path]:
        if settings.FRONTEND_DIR is not None:
            return
        builds = [places().build(served_sources())]
        if path.startswith(ASSETS):
            # A page that was opened before the last build loads the rest of itself.
            builds += places().others(builds[0].name)
        for build in builds:
            try:
                file = Path(safe_join(build, path))
            except (SuspiciousFileOperation, ValueError):
                return
            if file.is_file():
                yield file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Yield the files of this checkout's build: the page and its stamp last.

        collectstatic copies in this order, so that a page that is shown has its files.
        """
        sources = served_sources()
        if settings.FRONTEND_DIR is not None or not places().is_built(sources):
            return
        storage = BuiltStorage(location=places().build(sources))
        last = [PAGE, STAMP]
        for name in get_files(storage, [*(ignore_patterns or [])]):
            if name not in last:
                yield name, storage
        for name in last:
            yield name, storage
