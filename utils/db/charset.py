"""Whether a MariaDB or MySQL stores every character: an emoji in utf8mb3 is a 500."""

import re

from django.db.backends.base.base import BaseDatabaseWrapper

CHARSET, COLLATION = "utf8mb4", "utf8mb4_unicode_ci"

_TABLES = """
SELECT DISTINCT table_name FROM information_schema.columns
WHERE table_schema = DATABASE() AND character_set_name <> %s ORDER BY table_name
"""
_CONNECTION = (
    "SELECT @@character_set_client, @@character_set_connection, @@character_set_results,"
    " @@character_set_database"
)


def charset_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """Return one line per fault, with the statement that mends it; other databases have none.

    Three queries. Raises OperationalError when the database does not answer.
    """
    if connection.vendor != "mysql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTION)
        client, link, results, database = cursor.fetchone()
        cursor.execute(_TABLES, [CHARSET])
        tables = [name for (name,) in cursor.fetchall()]
    faults = []
    if any(charset != CHARSET for charset in (client, link, results)):
        faults.append(
            f"The connection to the database speaks {client}, not {CHARSET}: take "
            "skip-character-set-client-handshake out of the server's configuration, or set "
            f"character-set-server={CHARSET} there."
        )
    if database != CHARSET:
        faults.append(
            f"The database is in {database}, which has no emoji and not every Chinese character: "
            f"ALTER DATABASE {_quoted(connection.settings_dict['NAME'])} "
            f"CHARACTER SET {CHARSET} COLLATE {COLLATION};"
        )
    if tables:
        statements = " ".join(
            f"ALTER TABLE {_quoted(name)} CONVERT TO CHARACTER SET {CHARSET} COLLATE {COLLATION};"
            for name in tables
        )
        faults.append(f"Tables not in {CHARSET} ({len(tables)}): {statements}")
    return faults


def _quoted(name: str) -> str:
    """Return a name as SQL reads it, in backticks where it has to be."""
    return name if re.fullmatch(r"\w+", name) else "`" + name.replace("`", "``") + "`"
