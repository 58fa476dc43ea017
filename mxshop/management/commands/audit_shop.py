import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from mxshop import file_audit
from mxshop.heartbeats import heartbeat_finish, heartbeat_start
from utils.db.audit import Check, audit

from .heartbeat import DAY


class Command(BaseCommand):
    help = (
        "Prove the shop's invariants from its rows, and that its uploads are there; exit 1 if one"
        " is broken. Reads only, but for --heartbeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--limit", type=int, default=20, metavar="N",
            help="breaches to print of each invariant (default 20)",
        )  # fmt: skip
        parser.add_argument(
            "--no-files", action="store_true", help="rows alone: where the uploads are not at hand"
        )
        parser.add_argument(
            "--heartbeat", action="store_true",
            help="also write down how it ended, for staff and /metrics (what a timer uses)",
        )  # fmt: skip

    def handle(
        self, *args: Any, limit: int, no_files: bool, heartbeat: bool, **options: Any
    ) -> None:
        if heartbeat:
            heartbeat_start(sweep="audit", every=DAY)
        broken = self._audit(limit, with_files=not no_files)
        if heartbeat:
            result = f"{broken} invariants broken" if broken else "ok"
            heartbeat_finish(
                sweep="audit", went_well=not broken, result=result, counts={"broken": broken}
            )
        if broken:
            sys.exit(1)

    def _audit(self, limit: int, *, with_files: bool) -> int:
        """Print the verdicts; return how many invariants are broken."""
        broken = 0
        files: Iterable[Check] = file_audit.checks() if with_files else ()
        for check in (*audit(), *files):
            number = len(check.breaches)
            broken += bool(number)
            verdict = f"{number} BROKEN" if number else "ok"
            note = f" ({check.note})" if check.note else ""
            self.stdout.write(f"{check.name}: {check.counted} counted, {verdict}{note}")
            for breach in check.breaches[:limit]:
                self.stdout.write(f"  {breach}")
            if number > limit:
                self.stdout.write(f"  … and {number - limit} more")
        return broken
