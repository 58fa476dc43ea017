from typing import Any

from django.core.management.base import BaseCommand

from apps.users.services.codes import verify_codes_purge


class Command(BaseCommand):
    help = (
        "Delete verification codes that are over (run_jobs does it too);"
        " safe at any time and on several machines."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"verification codes purged: {verify_codes_purge()}")
