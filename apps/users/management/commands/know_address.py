from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.users.models import UserProfile
from apps.users.services.known_addresses import address_remember
from utils.limits.client_address import UNKNOWN, address_normalise


class Command(BaseCommand):
    help = (
        "Let an account log in from an address as if it had done so before: for its owner at a"
        " new address, while strangers use up the wrong passwords that they may try."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("address", help="as the shop sees it, such as 203.0.113.7")

    def handle(self, *args: Any, username: str, address: str, **options: Any) -> None:
        account = UserProfile.objects.filter(username=username).first()
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        normalised = address_normalise(address)
        if normalised == UNKNOWN:
            raise CommandError(f"{address!r} is not an IP address.")
        address_remember(account=account, address=normalised)
        self.stdout.write(f"{username} may log in from {normalised}.")
