from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.goods.models import Goods
from demo.logins import BUYERS, STAFF, demo_passwords


class Command(BaseCommand):
    help = "Bring the database up to date, fill an empty shop, and say where to look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="host:port that the shop is about to be served on")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if not Goods.objects.exists():
            call_command("load_demo", stdout=self.stdout)
        if settings.DEBUG:
            self._print_addresses(f"http://{address}")

    def _print_addresses(self, origin: str) -> None:
        passwords = demo_passwords()
        lines = [
            ("shop", f"{origin}/index/"),
            ("API", f"{origin}/"),
            ("documentation", f"{origin}/docs/"),
            ("administration", f"{origin}/admin/"),
            *(
                (title, f"{account.username}  password {passwords[account.username]}")
                for title, account in [("  staff", STAFF), *(("  buyer", b) for b in BUYERS)]
                if account.username in passwords
            ),
        ]
        self.stdout.write("")
        for title, text in lines:
            self.stdout.write(f"  {title:<15} {text}")
        self.stdout.write("\n  Ctrl-C stops the shop.\n")
