"""What ``/index/`` can show: the built front, or why there is none."""

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.conf import settings

from .places import PAGE, STAMP, Places
from .sources import sources_hash

# Below STATIC_URL and STATIC_ROOT; `base` in storefront/vite.config.ts.
STATIC_FOLDER = "shop"
# bin/serve sets it for the processes that it starts: an edit of the sources while it runs
# changes nothing before its next start.
SERVED = "STOREFRONT_SOURCES"

Name = Literal["ready", "building", "failed", "off", "missing"]


@dataclass(frozen=True)
class State:
    """``page`` is there when ``ready``; ``code`` and ``lines`` say why it ``failed``."""

    name: Name
    page: Path | None = None
    code: str = ""
    lines: list[str] = field(default_factory=list)


def places() -> Places:
    return Places(settings.STOREFRONT_DIR)


def served_sources() -> str:
    """Return the hash of the sources whose build this process shows."""
    return os.environ.get(SERVED) or _sources_at_start()


@lru_cache(maxsize=1)
def _sources_at_start() -> str:
    return sources_hash()


def served_build() -> Path | None:
    """Return the folder of the front that this process shows, if it is built.

    Production shows what collectstatic put into STATIC_ROOT, so that the page and its files
    change together.
    """
    if not settings.DEBUG:
        collected = settings.STATIC_ROOT / STATIC_FOLDER
        return collected if (collected / STAMP).is_file() else None
    sources = served_sources()
    return places().build(sources) if places().is_built(sources) else None


def storefront_state() -> State:
    if build := served_build():
        return State("ready", page=build / PAGE)
    if not settings.DEBUG:
        return State("missing")
    if places().is_building():
        return State("building")
    if failure := places().failure(served_sources()):
        return State("failed", code=failure.code, lines=failure.lines)
    return State("missing" if settings.STOREFRONT_BUILD else "off")
