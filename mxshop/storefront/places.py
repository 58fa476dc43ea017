"""Where builds lie, and the lock under which one is made."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# In a build: the hash of its sources. collectstatic copies it last.
STAMP = "sources.txt"
PAGE = "index.html"
_SECONDS_BETWEEN_TRIES = 0.2


@dataclass(frozen=True)
class Failure:
    """Why a build was not made: a code (see building.py), and the last lines of its log."""

    code: str
    lines: list[str]


class StopBuildError(Exception):
    """Nobody waits for this build any longer."""


@dataclass(frozen=True)
class Places:
    """The folder of all builds (STOREFRONT_DIR), and what lies where in it."""

    folder: Path

    @property
    def workshop(self) -> Path:
        """A copy of the sources with its node_modules, in which builds are made."""
        return self.folder / "workshop"

    @property
    def log(self) -> Path:
        return self.folder / "build.log"

    @property
    def builds(self) -> Path:
        return self.folder / "builds"

    def build(self, sources: str) -> Path:
        return self.builds / sources

    def is_built(self, sources: str) -> bool:
        """Whether there is a build of these sources. It was moved there whole."""
        return (self.build(sources) / STAMP).is_file()

    def others(self, sources: str) -> list[Path]:
        """Return the builds of other sources, last used first."""
        try:
            found = [(path.stat().st_mtime, path) for path in self.builds.iterdir()]
        except OSError:
            return []
        return [path for _time, path in sorted(found, reverse=True) if path.name != sources]

    # --- One at a time -----------------------------------------------------------------------

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    def is_building(self) -> bool:
        try:
            descriptor = os.open(self.lock, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    # --- What went wrong ---------------------------------------------------------------------

    def _failure(self, sources: str) -> Path:
        return self.folder / f"failed-{sources}.json"

    def failure(self, sources: str) -> Failure | None:
        """Return why the last try to build these sources failed, if it did."""
        try:
            record = json.loads(self._failure(sources).read_text(encoding="utf-8"))
            return Failure(str(record["code"]), [str(line) for line in record["lines"]])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def failure_write(self, sources: str, failure: Failure) -> None:
        record = json.dumps({"code": failure.code, "lines": failure.lines}, ensure_ascii=False)
        new = self._failure(sources).with_suffix(".new")
        new.write_text(record, encoding="utf-8")
        new.replace(self._failure(sources))

    def failure_clear(self) -> None:
        """Forget every failure: whoever builds tries again."""
        for path in self.folder.glob("failed-*.json"):
            path.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, should_continue: Callable[[], bool]) -> Iterator[int]:
    """Hold the lock on a file, waiting for it; yield its descriptor.

    A process that inherits the descriptor holds the lock with us, and after us. Raises
    StopBuildError when ``should_continue`` says no before the lock is free.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if not should_continue():
                    raise StopBuildError from None
                time.sleep(_SECONDS_BETWEEN_TRIES)
        yield descriptor
    finally:
        os.close(descriptor)
