import os
import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mxshop.alive import touch
from mxshop.jobs import ClockDiffersError, logger, sweeps_forever, sweeps_once


class Command(BaseCommand):
    help = (
        "Do the shop's background work: lapsed holds, unpaid orders, open payments, what is"
        " out of date. Safe at any time, also several at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--once", action="store_true",
            help="every sweep once, for cron or a timer; exit 1 if one failed (the default)",
        )  # fmt: skip
        how.add_argument(
            "--forever", action="store_true",
            help="each sweep at its interval, until SIGTERM or SIGINT",
        )  # fmt: skip
        parser.add_argument(
            "--parent", type=int, metavar="PID",
            help="with --forever: end when the parent process is no longer this one",
        )  # fmt: skip
        parser.add_argument(
            "--alive", type=Path, metavar="FILE",
            help="with --forever: touch this file before each round, for a health check",
        )  # fmt: skip

    def handle(
        self, *args: Any, forever: bool, parent: int | None, alive: Path | None, **options: Any
    ) -> None:
        try:
            self._run(forever=forever, parent=parent, alive=alive)
        except ClockDiffersError as error:
            logger.critical("%s", error)
            sys.exit(1)

    def _run(self, *, forever: bool, parent: int | None, alive: Path | None) -> None:
        if not forever:
            sys.exit(0 if sweeps_once() else 1)
        with suppress(KeyboardInterrupt):
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.default_int_handler)
            logger.info("background work started")

            def should_continue() -> bool:
                touch(alive)
                return parent is None or os.getppid() == parent

            sweeps_forever(should_continue=should_continue)
        logger.info("background work stopped")
