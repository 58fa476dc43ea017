"""Tables of counters: a key, a number, and nothing else that anybody could hold a lock for."""

from collections.abc import Mapping

from django.db import connection, models

# How long a counter waits for a lock: MariaDB knows whole seconds only, and SQLite's one writer
# may be an import.
MARIADB_WAIT_SECONDS = 1
SQLITE_WAIT_MILLISECONDS = 100


def counter_rows_add(
    model: type[models.Model], column: str, added: Mapping[int, int]
) -> dict[int, int]:
    """Add ``added[pk]`` to ``column`` of each row, making those that are missing, from 0.

    One statement, which two may run at once, and which gives back the new numbers: of two
    calls that add 1, each returns another. It waits for a lock a second at most; raises
    OperationalError then (utils.db.outages.is_lock_wait). ``model`` has no other columns.
    """
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)
    key = quote(str(model._meta.pk.column))
    places = ", ".join(["(%s, %s)"] * len(added))
    insert = f"INSERT INTO {table} ({key}, {name}) VALUES {places}"  # noqa: S608 (no input)
    # In the order of their keys: then two statements do not wait for each other in a circle.
    params = [value for row in sorted(added.items()) for value in row]
    with connection.cursor() as cursor:
        if connection.vendor == "mysql":
            cursor.execute(
                f"SET STATEMENT innodb_lock_wait_timeout={MARIADB_WAIT_SECONDS} FOR {insert}"
                f" ON DUPLICATE KEY UPDATE {name} = {name} + VALUES({name})"
                f" RETURNING {key}, {name}",
                params,
            )
            return dict(cursor.fetchall())
        # sqlite3's own cursors: what waits how long is not a query of the shop's.
        sqlite = connection.connection
        [usual] = sqlite.execute("PRAGMA busy_timeout").fetchone()
        sqlite.execute(f"PRAGMA busy_timeout = {SQLITE_WAIT_MILLISECONDS}")
        try:
            cursor.execute(
                f"{insert} ON CONFLICT ({key}) DO UPDATE"
                f" SET {name} = {table}.{name} + excluded.{name} RETURNING {key}, {name}",
                params,
            )
            return dict(cursor.fetchall())
        finally:
            sqlite.execute(f"PRAGMA busy_timeout = {usual}")
