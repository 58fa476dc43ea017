"""Whether the policy of the bucket is right: docs/media.md."""

from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.core.management.base import BaseCommand, CommandError

from mxshop.media_probe import faults
from utils.storage.failures import StoreAwayError, StoreRefusedError


class Command(BaseCommand):
    help = (
        "Writes a file into each folder of the bucket, asks for it as a stranger would, and "
        "deletes it: pictures must be had, buyers' files and imports must not."
    )

    def handle(self, **options: Any) -> None:
        if isinstance(default_storage, FileSystemStorage):
            raise CommandError("MEDIA_S3_BUCKET is not set: there is no bucket to check.")
        try:
            found = [*faults(default_storage, storages["imports"])]
        except (StoreAwayError, StoreRefusedError, OSError) as error:
            raise CommandError(str(error)) from error
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("strangers get pictures, and nothing else")
