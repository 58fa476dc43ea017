"""Why a database does not let the shop in, in one line that says what to write."""

from typing import Any
from urllib.parse import quote

from django.db import DatabaseError

# Codes of MariaDB's server and of its client.
_UNKNOWN_DATABASE, _NO_ACCESS_TO_DATABASE = 1049, 1044
_WRONG_LOGIN = {1045, 1698, 1251, 2059}
_UNREACHABLE = {2002, 2003, 2005, 2013, 2006, 1040, 1129, 1130}


def database_refusal(error: DatabaseError, config: dict[str, Any]) -> str:
    """Return the line for an error of the first query; ``config`` is the connection's settings.

    It names the server, the database and the user, never the password.
    """
    code = error.args[0] if error.args and isinstance(error.args[0], int) else None
    where = f"{config.get('HOST') or 'localhost'}:{config.get('PORT') or 3306}"
    name, user = config.get("NAME"), config.get("USER")
    if not config["ENGINE"].endswith("mysql"):
        return f"DATABASE_URL: SQLite cannot use {name} ({error}): write another file."
    if code == _UNKNOWN_DATABASE:
        return (
            f"DATABASE_URL: there is no database {name} at {where}: CREATE DATABASE {name} "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
        )
    if code == _NO_ACCESS_TO_DATABASE:
        return (
            f"DATABASE_URL: {user} may not use the database {name} at {where}: "
            f"GRANT ALL ON {name}.* TO {user}@localhost;"
        )
    if code in _WRONG_LOGIN:
        return f"DATABASE_URL: {where} does not let {user} in: write its right user and password."
    if code in _UNREACHABLE or code is None:
        return f"DATABASE_URL: no database answers at {where}: start it, or write where it is."
    said = " ".join(str(error.args[-1] if error.args else error).split())
    return f"DATABASE_URL: {where} refuses ({code}, {quote(said, safe=' .,:;()-_')})."
