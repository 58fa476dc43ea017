from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.goods.services.picture_making import pictures_make


class Command(BaseCommand):
    help = "Make the sizes of pictures that have none yet: those of a shop that was taken over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="retry the pictures whose sizes could not be made"
        )

    def handle(self, *args: Any, again: bool, **options: Any) -> None:
        counts = pictures_make(again=again)
        self.stdout.write(f"pictures: {counts['made']} made, {counts['unusable']} left as they are")
