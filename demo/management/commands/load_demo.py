from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.buyers import load_buyers
from demo.growing import grow_catalogue
from demo.loading import load_catalogue
from demo.logins import create_demo_logins


class Command(BaseCommand):
    help = "Load the demo shop; what is there already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--goods", type=int, metavar="N", help="add goods for load tests until there are N"
        )

    def handle(self, *args: Any, goods: int | None, **options: Any) -> None:
        if goods is not None and goods < 0:
            raise CommandError("--goods takes a number of goods, 0 or more.")
        self.stdout.write(f"demo catalogue: {load_catalogue()} goods added")
        if settings.DEBUG:
            create_demo_logins()
            self.stdout.write(f"demo buyers: {load_buyers()} orders added")
        else:
            self.stdout.write("demo logins: refused, because DEBUG is off")
        if goods is not None:
            start = perf_counter()
            added = grow_catalogue(
                total=goods, progress=lambda made: self.stdout.write(f"  {made} goods")
            )
            seconds = perf_counter() - start
            self.stdout.write(f"load-test goods: {added} added, {added / seconds:,.0f} per second")
