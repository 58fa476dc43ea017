"""What a client may write where a primary key is expected."""

import re

MAX_BIGINT = 2**63 - 1

_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def parse_pk(value: str) -> int | None:
    """Return ``value`` as a primary key, or None when no row can have it.

    ``abc``, ``-1``, Arabic digits, null bytes and numbers beyond 64 bits have no row.
    """
    if not _DIGITS.fullmatch(value):
        return None
    number = int(value)
    return number if number <= MAX_BIGINT else None
