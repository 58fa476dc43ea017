"""The database's clock: the one that all machines of a shop have in common.

Use it as ``clock.database_now()`` for whatever one machine writes and another acts on: when a
hold or an order ends, what a sweep takes for expired. With machine clocks, one that is two
hours ahead would close everybody's orders.
"""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

# Not CURRENT_TIMESTAMP: MariaDB gives that in the zone of the server or of the session.
_STATEMENTS = {
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def database_now() -> datetime:
    """Return the database's time, aware, in UTC. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[connection.vendor])
        (found,) = cursor.fetchone()
    moment = datetime.fromisoformat(found) if isinstance(found, str) else found
    return moment.replace(tzinfo=UTC)


def seconds_ahead() -> float:
    """Return by how many seconds this machine's clock is ahead of the database's (or behind: < 0).

    Half the time of the question, which may be long on a busy line, is not counted.
    """
    before = timezone.now()
    there = database_now()
    here = before + (timezone.now() - before) / 2
    return (here - there).total_seconds()
