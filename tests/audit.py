"""The audit of the shop, for tests of whatever moves stock or money.

Django takes ten times as long to write the audit's statements as a database to answer them, and
some tests audit the shop hundreds of times. What the audit of a clean shop asked is kept for a
minute, and asked again as it was written. Only where a row comes back is the audit itself run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from utils.db.audit import audit

# One statement holds a time: that before which a notice should have been processed.
KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Asked:
    """The statements that find breaches, each with its parameters, and when they were written."""

    at: datetime
    statements: list[tuple[str, Any]]

    def is_recent(self) -> bool:
        return abs(timezone.now() - self.at) < KEPT_FOR

    def finds_nothing(self) -> bool:
        with connection.cursor() as cursor:
            for statement, parameters in self.statements:
                cursor.execute(statement, parameters)
                if cursor.fetchone() is not None:
                    return False
        return True


_asked: dict[str, Asked] = {}


def broken() -> dict[str, list[str]]:
    """Return the names of the invariants that are broken, each with its breaches."""
    return {check.name: check.breaches for check in audit() if check.breaches}


def last_asked() -> Asked:
    """Return what the last audit of a clean shop asked."""
    return _asked[connection.vendor]


def assert_audit_clean() -> None:
    asked = _asked.get(connection.vendor)
    # Mroonga's check compares in Python what its statements return.
    by_statements = settings.GOODS_SEARCH != "mroonga"
    if by_statements and asked and asked.is_recent() and asked.finds_nothing():
        return
    statements: list[tuple[str, Any]] = []
    at = timezone.now()

    def note(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        # What was counted is told to people, and breaks nothing.
        if not statement.startswith("SELECT COUNT("):
            statements.append((statement, parameters))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(note):
        checks = audit()
    found = {check.name: check.breaches for check in checks if check.breaches}
    assert not found, found
    assert len(statements) >= len(checks), statements
    if by_statements:
        _asked[connection.vendor] = Asked(at, statements)
