"""Logins of the demo shop: passwords made on this machine, good only while DEBUG is on.

In the database the accounts have no usable password. What opens them is the file of
passwords under var/ together with this backend, which the settings install with DEBUG
alone: a demo database that is put into production has no known password.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from apps.users.backends import GuardedBackend
from apps.users.services.passwords import password_try


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    is_staff: bool = False


STAFF = DemoAccount("demo-staff", "演示店长", is_staff=True)
BUYERS = (DemoAccount("13800000001", "小满"), DemoAccount("13800000002", "阿禾"))
ACCOUNTS = (STAFF, *BUYERS)


def passwords_file() -> Path:
    return Path(settings.VAR_DIR) / "demo_logins.json"


def demo_passwords() -> dict[str, str]:
    """Return the passwords by username; empty before ``load_demo`` made them."""
    try:
        passwords: dict[str, str] = json.loads(passwords_file().read_text())
    except FileNotFoundError:
        return {}
    return passwords


def create_demo_logins() -> None:
    """Make the accounts and their passwords where they are missing."""
    users = get_user_model().objects
    for account in ACCOUNTS:
        user, created = users.get_or_create(
            username=account.username,
            defaults={
                "name": account.name,
                "mobile": None if account.is_staff else account.username,
                "is_staff": account.is_staff,
                "is_superuser": account.is_staff,
            },
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
    known = demo_passwords()
    passwords = {a.username: known.get(a.username) or secrets.token_urlsafe(9) for a in ACCOUNTS}
    if passwords != known:
        passwords_file().parent.mkdir(parents=True, exist_ok=True)
        passwords_file().write_text(json.dumps(passwords, indent=1))
        passwords_file().chmod(0o600)


class DemoLoginBackend(GuardedBackend):
    """Lets the demo's accounts in with the passwords under var/, while DEBUG is on."""

    def find(self, username: str, password: str, *, address: str, only_known: bool) -> Any:
        if not settings.DEBUG:
            return None
        expected = demo_passwords().get(username)
        if expected is None:
            return None
        user = get_user_model().objects.filter(username=username).first()
        # A password that somebody set since then is the only one that counts.
        if user is None or user.has_usable_password() or not self.user_can_authenticate(user):
            return None
        is_right = password_try(
            account=user,
            compare=lambda: secrets.compare_digest(expected.encode(), password.encode()),
            address=address,
            only_known=only_known,
        )
        return user if is_right else None
