"""Rows that a client names: their keys as text, and what is answered when there is no such row."""

import re
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from utils.api.errors import MissingError

Row = TypeVar("Row", bound=Model)

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


def get_or_missing(rows: QuerySet[Row], **lookup: Any) -> Row:
    """Return the one row of ``rows`` that ``lookup`` names; raises MissingError."""
    try:
        return rows.get(**lookup)
    except ObjectDoesNotExist as error:
        raise MissingError from error
