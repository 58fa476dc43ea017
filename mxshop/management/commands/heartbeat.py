from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mxshop.heartbeats import CHORES, heartbeat_finish, heartbeat_start

DAY = 86_400


class Command(BaseCommand):
    help = (
        "Write down that a chore outside of the shop, such as the backup, ended: staff and "
        "/metrics see when it last went well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("chore", choices=CHORES)
        parser.add_argument(
            "--every", type=int, default=DAY, metavar="SECONDS", help="how often it runs (a day)"
        )
        parser.add_argument("--failed", action="store_true", help="it did not go well")
        parser.add_argument(
            "--result", default="", metavar="TEXT", help="what it did, or the error"
        )

    def handle(
        self, *args: Any, chore: str, every: int, failed: bool, result: str, **options: Any
    ) -> None:
        heartbeat_start(sweep=chore, every=every)
        heartbeat_finish(sweep=chore, went_well=not failed, result=result)
