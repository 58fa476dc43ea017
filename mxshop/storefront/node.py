"""Node.js: the machine's own, else the one that PyPI has (storefront/node.txt)."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .places import locked
from .programs import ProgramError, Programs
from .sources import FOLDER

REQUIREMENTS = FOLDER / "node.txt"
# What vite asks for: 20.19 and later of that line, or 22.12 and later.
_OLDEST_20, _OLDEST = (20, 19), (22, 12)


@dataclass(frozen=True)
class Node:
    """Where ``node`` and ``npm`` are; ``path`` is a PATH that finds them first."""

    npm: str
    version: str
    path: str


def is_new_enough(version: str) -> bool:
    """Whether ``node --version`` names one that the front can be built with."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if not found:
        return False
    number = int(found[1]), int(found[2])
    return number >= _OLDEST or (number[0] == 20 and number >= _OLDEST_20)


def node_find(path: str) -> Node | None:
    """Return the first Node that is new enough and has npm: of ``path``, then of this Python."""
    for folder in (*path.split(os.pathsep), str(Path(sys.executable).parent)):
        node = shutil.which("node", path=folder) if folder else None
        if node is None or not is_new_enough(version := _version(node)):
            continue
        own_path = os.pathsep.join([folder, path])
        if npm := shutil.which("npm", path=own_path):
            return Node(npm=npm, version=version, path=own_path)
    return None


def _version(node: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def main() -> int:
    """Exit 0 when this machine has a Node that will do: ``python -m mxshop.storefront.node``."""
    found = node_find(os.environ.get("PATH", os.defpath))
    sys.stderr.write(f"Node {found.version}\n" if found else "no Node that is new enough\n")
    return 0 if found else 1


def node_ensure(programs: Programs, environment: Mapping[str, str]) -> Node:
    """Return a Node, installed into this Python's environment where the machine has none.

    Raises ProgramError when it cannot be installed.
    """
    path = environment.get("PATH", os.defpath)
    if found := node_find(path):
        return found
    try:
        # Another build, with another STOREFRONT_DIR, may be at the same.
        with locked(Path(sys.prefix) / "node.lock", programs.should_continue):
            if not (found := node_find(path)):
                programs.run(_install(environment), environment=environment)
                found = node_find(path)
    except OSError as error:
        raise ProgramError from error
    if not found:
        raise ProgramError
    return found


def _install(environment: Mapping[str, str]) -> list[str]:
    """Return the command that installs Node: uv where there is one, as in bin/environment."""
    index = environment.get("PIP_INDEX_URL")
    if uv := shutil.which("uv", path=environment.get("PATH")):
        mirror = ["--default-index", index] if index else []  # uv does not read pip's variable
        return [uv, "pip", "install", "--python", sys.executable, *mirror, "-r", str(REQUIREMENTS)]
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "2"]
    return [*pip, "--progress-bar", "off", "-r", str(REQUIREMENTS)]


if __name__ == "__main__":
    sys.exit(main())
