"""The database's clock: the one that all machines of a shop have in common.

Use it as ``clock.database_now()`` for whatever one machine writes and another acts on: when a
hold or an order ends, what a sweep takes for expired. With machine clocks, one that is two
hours ahead would close everybody's orders.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField
from django.db.models.expressions import RawSQL

from .written_once import Read

# Not CURRENT_TIMESTAMP: MariaDB gives that in the zone of the server or of the session.
_EXPRESSIONS = {
    "mysql": "UTC_TIMESTAMP(6)",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
}


def database_now() -> datetime:
    """Return the database's time, aware, in UTC. One query."""
    with connection.cursor() as cursor:
        # With parameters, though there are none: %% is one % then.
        cursor.execute(f"SELECT {_EXPRESSIONS[connection.vendor]}", [])
        (found,) = cursor.fetchone()
    moment = datetime.fromisoformat(found) if isinstance(found, str) else found
    return moment.replace(tzinfo=UTC)


def database_now_if(read: Read[tuple[datetime]], **given: Any) -> datetime | None:
    """Return the database's time, aware, in UTC, if a statement finds a row, else None. One query.

    ``read`` reads ``database_time()``.
    """
    found = read.first(**given)
    return found[0] if found else None


def database_time() -> RawSQL:
    """Return the expression for the database's time."""
    expression = _EXPRESSIONS[connection.vendor]
    return RawSQL(expression, (), output_field=DateTimeField())  # noqa: S611 (nobody's input)
