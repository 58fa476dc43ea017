"""Uploads from a folder into the bucket of MEDIA_S3_BUCKET, and back: docs/media.md."""

from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mxshop.media_copies import files_copy, folder_of
from utils.storage.failures import StoreAwayError, StoreRefusedError

PROGRESS_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Copies uploads between a folder and the bucket. 'up' adds to the bucket; 'down' makes the "
        "folder a mirror of it, for backups. Files that are there already are left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("way", choices=["up", "down"])
        parser.add_argument("folder", type=Path)

    def handle(self, *, way: str, folder: Path, **options: Any) -> None:
        if isinstance(default_storage, FileSystemStorage):
            raise CommandError("MEDIA_S3_BUCKET is not set: there is no bucket to copy to or from.")
        if way == "up" and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        here = folder_of(folder)
        pair = (here, default_storage) if way == "up" else (default_storage, here)
        try:
            done = files_copy(*pair, mirror=way == "down", progress=self._progress)
        except (StoreAwayError, StoreRefusedError, OSError) as error:
            raise CommandError(f"stopped, and can be started again: {error}") from error
        self.stdout.write(f"{done.copied} copied, {done.there} were there, {done.deleted} deleted")

    def _progress(self, number: int) -> None:
        if number % PROGRESS_EVERY == 0:
            self.stdout.write(f"{number} ...")
