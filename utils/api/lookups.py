"""Rows that a client names: their keys as text, and what is answered when there is no such row."""

import re
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404

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


class KeyInPathMixin:
    """For views of rows that the path names by ``lookup_field``."""

    # Any text may stand where a key is expected: what is not a key is 404, in JSON.
    lookup_value_regex = "[^/]+"

    def get_key(self) -> int:
        """Return the key in the path; raises Http404 when no row can have it."""
        view: Any = self
        key = parse_pk(view.kwargs[view.lookup_field])
        if key is None:
            raise Http404
        return key


def get_or_missing(rows: QuerySet[Row], **lookup: Any) -> Row:
    """Return the one row of ``rows`` that ``lookup`` names; raises MissingError."""
    try:
        return rows.get(**lookup)
    except ObjectDoesNotExist as error:
        raise MissingError from error
