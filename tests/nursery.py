"""Processes of the shop that are forked from one which has imported it.

To import the shop takes Python more than a second, and some tests start many processes. A nursery
imports once, and opens nothing; what it forks has connections, signals and an end of its own, as
the workers that uwsgi forks.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

PROJECT = Path(__file__).parents[1]


class Forked:
    """One process; what subprocess.Popen offers of the same name does the same."""

    def __init__(self, nursery: "Nursery", pid: int, log: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery
        self._log = log

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.ask("poll", self.pid)
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """Return its code; raises subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # whose number is still its own
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def said(self) -> str:
        """What it wrote so far, and what wrote to the same log before it."""
        return self._log.read_text()


class Nursery:
    """A Python with these modules of the shop in this environment; may be used by many threads."""

    def __init__(self, *modules: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", *modules],
            cwd=PROJECT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._lock = Lock()

    @property
    def pid(self) -> int:
        """The parent of all that it forks."""
        return self._process.pid

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()  # at the end of its orders it kills what it forked

    def manage(self, *arguments: str, log: Path, ignored: Sequence[int] = ()) -> Forked:
        """Start ``manage.py`` with the arguments; the signals are ignored, as from a shell."""
        return self.call("tests.nursery:manage", *arguments, log=log, ignored=ignored)

    def call(
        self, function: str, *arguments: str, log: Path, ignored: Sequence[int] = ()
    ) -> Forked:
        """Start a process that calls ``module:function``, and writes to the log."""
        log.touch()
        pid = self.ask("fork", function, arguments, str(log), [int(each) for each in ignored])
        return Forked(self, pid, log)

    def ask(self, *order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the nursery has ended"
        return json.loads(answer)


# --- The nursery's own process -------------------------------------------------------------------


def manage(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])


def main() -> None:
    import django

    django.setup()
    for module in sys.argv[1:]:
        import_module(module)
    gc.collect()
    gc.freeze()  # else a fork's first collection would copy all that they share
    living: set[int] = set()
    for line in sys.stdin:
        order, *given = json.loads(line)
        if order == "poll":
            [pid] = given
            ended, status = os.waitpid(pid, os.WNOHANG)
            living -= {ended}
            answer = os.waitstatus_to_exitcode(status) if ended else None
        else:
            answer = os.fork()
            if answer == 0:
                _live(*given)
                return
            living.add(answer)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _live(name: str, arguments: list[str], log: str, ignored: list[int]) -> None:
    """Do in a fork what it was forked for."""
    with Path(log).open("ab") as to, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(to.fileno(), 1)
        os.dup2(to.fileno(), 2)
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    module, _, function = name.partition(":")
    getattr(import_module(module), function)(*arguments)


if __name__ == "__main__":
    main()
