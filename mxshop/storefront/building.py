"""Builds the front: Node, `npm ci`, `npm run build`, and the result is moved to its place whole."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from .node import Node, node_ensure
from .places import PAGE, STAMP, Failure, Places, locked
from .programs import ProgramError, Programs
from .sources import FOLDER, sources_copy, sources_hash

# How many builds are kept besides the newest: for a checkout of another commit, and for a page
# that was opened before the last build and loads the rest of itself now.
KEPT = 4
LOG_LINES = 15
_OFFLINE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED"
    r"|ERR_SOCKET|npm \S+ network"
)


class BuildError(Exception):
    """The front was not built; ``failure`` says why.

    Its code is ``no_node`` (none on the machine, and none from PyPI), ``offline`` (npm's registry
    does not answer) or ``failed`` (anything else).
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.code)


def storefront_build(
    places: Places,
    *,
    environment: Mapping[str, str],
    should_continue: Callable[[], bool] = lambda: True,
    folder: Path = FOLDER,
) -> Path:
    """Return the build of the sources in ``folder``; make it unless there is one.

    Any number of processes may call this at once: one builds, the others wait and find what it
    made. ``environment`` are the variables of the programs that are run. Raises BuildError,
    which is also kept for the start page, OSError when STOREFRONT_DIR cannot be written to,
    and StopBuildError when ``should_continue`` says no. Whatever ends a build, a build that is
    not whole has no place.
    """
    sources = sources_hash(folder)
    if places.is_built(sources):
        return _used(places, sources)
    with locked(places.lock, should_continue) as lock:
        if not places.is_built(sources):
            places.failure_clear()
            places.log.write_bytes(b"")
            programs = Programs(places.log, lock, should_continue)
            try:
                _build(places, sources, programs, environment, folder)
            except ProgramError as error:
                code = str(error) or "failed"
                failure = Failure(code, _telling_lines(code, programs))
                places.failure_write(sources, failure)
                raise BuildError(failure) from error
    return _used(places, sources)


def _build(
    places: Places, sources: str, programs: Programs, environment: Mapping[str, str], folder: Path
) -> None:
    try:
        node = node_ensure(programs, environment)
    except ProgramError as error:
        raise ProgramError("no_node") from error
    workshop = places.workshop
    sources_copy(workshop, keep="node_modules", folder=folder)
    if sources_hash(workshop) != sources:
        with places.log.open("a", encoding="utf-8") as log:
            log.write("The sources changed while they were read. Start again.\n")
        raise ProgramError("failed")
    clean = _environment(environment, node)
    is_new = _packages_ensure(workshop, node, programs, clean)
    build = [node.npm, "run", "build"]
    try:
        programs.run(build, environment=clean, folder=workshop)
    except ProgramError:
        if is_new:
            raise
        # node_modules of an earlier build may be damaged.
        shutil.rmtree(workshop / "node_modules")
        _packages_ensure(workshop, node, programs, clean)
        programs.run(build, environment=clean, folder=workshop)
    made = workshop / "dist"
    if not (made / PAGE).is_file():
        raise ProgramError("failed")
    (made / STAMP).write_text(sources, encoding="utf-8")
    places.builds.mkdir(exist_ok=True)
    target = places.build(sources)
    if target.exists():  # damaged: it has no stamp
        shutil.rmtree(target)
    made.rename(target)
    for old in places.others(sources)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _telling_lines(code: str, programs: Programs) -> list[str]:
    """Return the lines of the log that say what went wrong: of a missing network, one will do."""
    if code != "offline":
        return programs.last_lines(LOG_LINES)
    return [line for line in programs.last_lines(60) if _OFFLINE.search(line)][:1]


def _environment(environment: Mapping[str, str], node: Node) -> dict[str, str]:
    """Return the variables of npm: none by which two machines would build different pages."""
    kept = {
        name: value
        for name, value in environment.items()
        if name != "NODE_ENV" and not name.startswith("VITE_")
    }
    return kept | {"PATH": node.path, "CI": "1", "npm_config_update_notifier": "false"}


def _packages_ensure(
    workshop: Path, node: Node, programs: Programs, environment: Mapping[str, str]
) -> bool:
    """Install what package-lock.json names, unless that was done before; say whether it was not."""
    modules = workshop / "node_modules"
    stamp = modules / ".installed"
    wanted = hashlib.sha256(node.version.encode())
    for name in ("package.json", "package-lock.json"):
        wanted.update((workshop / name).read_bytes())
    try:
        if stamp.read_text(encoding="utf-8") == wanted.hexdigest():
            return False
    except OSError:
        pass
    try:
        programs.run(
            [node.npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund",
             "--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=8000"],
            environment=environment, folder=workshop,
        )  # fmt: skip
    except ProgramError as error:
        output = "\n".join(programs.last_lines(40))
        raise ProgramError("offline" if _OFFLINE.search(output) else "failed") from error
    stamp.write_text(wanted.hexdigest(), encoding="utf-8")
    return True


def _used(places: Places, sources: str) -> Path:
    """Return a build, and note that it was used: the longest unused are removed first."""
    build = places.build(sources)
    with suppress(OSError):  # another user's, or a read-only image: nobody removes it
        os.utime(build)
    return build
