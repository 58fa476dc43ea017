"""Programs that a build runs: their output in its log, and none that outlives it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .places import StopBuildError

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BETWEEN_CHECKS = 0.02
_SECONDS_TO_END = 3


class ProgramError(Exception):
    """A program ended with another code than 0; its last words are in the log."""


@dataclass(frozen=True)
class Programs:
    """Runs programs under the lock of a build.

    ``should_continue`` is asked while one runs; ``lock`` is the descriptor of the lock, which a
    program keeps for as long as it lives, even when this process was killed.
    """

    log: Path
    lock: int
    should_continue: Callable[[], bool]

    def run(
        self, command: list[str], *, environment: Mapping[str, str], folder: Path | None = None
    ) -> None:
        """Run one program to its end.

        Raises ProgramError when it fails or is not there, and StopBuildError when it was stopped
        because ``should_continue`` said no.
        """
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            try:
                program = subprocess.Popen(  # noqa: S603  (our own commands)
                    command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, pass_fds=(self.lock,),
                    start_new_session=True,  # npm starts others: all are stopped as a group
                )  # fmt: skip
            except OSError as error:
                log.write(f"{error}\n".encode())
                raise ProgramError from error
        try:
            self._wait(program)
        finally:
            _stop(program)
        if program.returncode:
            raise ProgramError

    def _wait(self, program: subprocess.Popen[bytes]) -> None:
        while True:
            try:
                program.wait(_SECONDS_BETWEEN_LOOKS)
            except subprocess.TimeoutExpired:
                if not self.should_continue():
                    raise StopBuildError from None
            else:
                return

    def last_lines(self, count: int) -> list[str]:
        """Return the end of the log, without empty lines."""
        try:
            text = self.log.read_bytes()[-20_000:].decode(errors="replace")
        except OSError:
            return []
        return [line.rstrip()[:300] for line in text.splitlines() if line.strip()][-count:]


def _stop(program: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, with all that it started: each holds the lock."""
    if program.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, number)
        if _group_ends(program):
            return


def _group_ends(program: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _SECONDS_TO_END
    while time.monotonic() < end:
        program.poll()
        try:
            os.killpg(program.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(_SECONDS_BETWEEN_CHECKS)
    return False
