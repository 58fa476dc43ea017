import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from extra_apps.alipay_sandbox.courier import seconds_to_the_next
from extra_apps.alipay_sandbox.services.notices import notices_send_due

LOOK_EVERY = 1.0  # seconds; others may plan a notice at any time


class Command(BaseCommand):
    help = "Send the local Alipay gateway's notices that are due; safe beside a running server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="go on until interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            sent = notices_send_due()
            if sent or not options["forever"]:
                self.stdout.write(f"attempts made: {sent}")
            if not options["forever"]:
                return
            time.sleep(min(seconds_to_the_next(), LOOK_EVERY))
