"""Where to look at the shop that bin/serve serves, and how to log in there."""

from django.conf import settings

from .logins import BUYERS, STAFF, demo_passwords


def addresses(origin: str) -> list[str]:
    """Return lines to print; the demo's passwords stand among them while DEBUG is on."""
    passwords = demo_passwords() if settings.DEBUG else {}
    logins = [("  staff", STAFF), *(("  buyer", buyer) for buyer in BUYERS)]
    lines = [
        ("shop", f"{origin}/index/"),
        ("API", f"{origin}/"),
        ("documentation", f"{origin}/docs/"),
        ("administration", f"{origin}/admin/"),
        *(
            (title, f"{account.username}  password {passwords[account.username]}")
            for title, account in logins
            if account.username in passwords
        ),
    ]
    return [f"  {title:<15} {text}" for title, text in lines]
