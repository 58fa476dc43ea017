import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from utils.db.audit import audit


class Command(BaseCommand):
    help = "Prove the shop's invariants from its rows; exit 1 if one is broken. Reads only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--limit", type=int, default=20, metavar="N",
            help="breaches to print of each invariant (default 20)",
        )  # fmt: skip

    def handle(self, *args: Any, limit: int, **options: Any) -> None:
        broken = 0
        for check in audit():
            number = len(check.breaches)
            broken += bool(number)
            verdict = f"{number} BROKEN" if number else "ok"
            note = f" ({check.note})" if check.note else ""
            self.stdout.write(f"{check.name}: {check.counted} counted, {verdict}{note}")
            for breach in check.breaches[:limit]:
                self.stdout.write(f"  {breach}")
            if number > limit:
                self.stdout.write(f"  … and {number - limit} more")
        if broken:
            sys.exit(1)
