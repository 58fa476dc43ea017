"""The demo shop's goods and buyers: loaded for the first test, copied back for each later one."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from apps.users.models import UserProfile
from demo.buyers import load_buyers
from demo.logins import ACCOUNTS


@dataclass
class Demo:
    """``media`` has the pictures of all tests: what one adds has a name that nobody else asks for.

    Only SQLite has a copy of the whole database; on another one the demo is loaded each time.
    """

    media: Path
    _kept: sqlite3.Connection | None = field(default=None, init=False)

    def load(self) -> None:
        """Fill the empty database. The buyers' passwords are made with DEBUG alone: none here."""
        if self._kept is not None:
            self._kept.backup(connection.connection)
            return
        call_command("load_demo", verbosity=0)
        for account in ACCOUNTS:
            UserProfile.objects.create_user(account.username, name=account.name)
        load_buyers()
        if connection.vendor == "sqlite":
            self._kept = sqlite3.connect(":memory:")
            connection.connection.backup(self._kept)
