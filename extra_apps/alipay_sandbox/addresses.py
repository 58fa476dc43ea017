"""Addresses that a merchant gives: for notices, for the return page, for leaving the cashier."""

import re
from urllib.parse import urlsplit

_NO_URL = re.compile(r"[\x00-\x20\x7f]")


def is_address(url: str, *, max_length: int) -> bool:
    """Tell whether ``url`` is a whole http or https address of at most ``max_length``."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0  # reading it raises ValueError for what is not a port
            and not _NO_URL.search(url)
            and len(url) <= max_length
        )
    except ValueError:
        return False
