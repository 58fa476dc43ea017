from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.goods.models import GoodsSearchMark
from apps.goods.services.search_index.building import search_index_build, search_index_drop
from apps.goods.services.search_index.faults import SearchIndexError, search_index_fault


class Command(BaseCommand):
    help = "The index of the search (GOODS_SEARCH=mroonga): build it, remove it, say how it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what", choices=["build", "drop", "status"],
            help="build: anew, while the shop goes on; drop: with its triggers; status: exit 1 "
            "when LIKE has to answer",
        )  # fmt: skip

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")()
        except SearchIndexError as error:
            raise CommandError(str(error)) from error

    def _build(self) -> None:
        number = search_index_build(progress=self._progress)
        self.stdout.write(f"search index: {number} goods")
        if settings.GOODS_SEARCH != "mroonga":
            self.stdout.write("It is not used before GOODS_SEARCH=mroonga.")

    def _progress(self, indexed: int) -> None:
        if indexed % 100_000 == 0:
            self.stdout.write(f"  {indexed} goods")

    def _drop(self) -> None:
        search_index_drop()
        self.stdout.write("search index: removed")

    def _status(self) -> None:
        marks = GoodsSearchMark.objects.count()
        self.stdout.write(f"GOODS_SEARCH={settings.GOODS_SEARCH}, {marks} changes not indexed yet")
        if fault := search_index_fault():
            raise CommandError(f"The index cannot be used: {fault}")
        self.stdout.write("The index can be used.")
