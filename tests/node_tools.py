"""Programs of Node, as the tests run them."""

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {
    **os.environ,
    # Node of the machine, or the one that pip installed beside Python.
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
}
NPM_CI = ("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")


def run_freely(folder: Path, *command: str) -> tuple[int, str]:
    """Run a command; return its exit code, and all that it said."""
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, text=True, timeout=180, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def run(folder: Path, *command: str) -> str:
    """Run a command; return what it said, and fail with that unless it went well."""
    code, said = run_freely(folder, *command)
    assert code == 0, f"{command}: {said}"
    return said
