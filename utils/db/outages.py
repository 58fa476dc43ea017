"""Which errors of the database say "not now" instead of "this is wrong".

The server is away, full, being failed over, or a lock was not to be had in time: the same
request may succeed a moment later. Everything else is an error of the program.
"""

import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError

# MariaDB and MySQL, the server's errors and the client library's:
LOCK_CODES = {
    1205,  # lock wait timeout
    1213,  # deadlock
    1020,  # a row changed since it was read
}
FULL_CODES = {
    1040,  # too many connections
    1203,  # ... of this user
    1226,  # ... than this user may have
}
CHANGING_CODES = {
    1047,  # a node of a cluster that is not ready
    1053,  # the server is shutting down
    1180,  # an error at COMMIT: a node has lost the others, and nobody knows whether it was done
    1290,  # read only: another server is the writer now
    1317,  # the statement was ended by another: staff, or a write of another node's
    1927,  # the connection was killed
}
CLOSED = 0  # InterfaceError: the connection is closed
GONE_CODES = {
    CLOSED,
    2002,  # no connection through the socket
    2003,  # no connection
    2006,  # the server has gone away
    2013,  # the connection was lost
    2055,  # the connection was lost, with a system error
}
# A node that is not ready refuses a statement before anything of it is done, COMMIT as well.
NOT_READY = 1047
ERROR_AT_COMMIT = 1180
LOST_CODES = {NOT_READY, 1053, 1927, 2006, 2013, 2055}
OUTAGE_CODES = LOCK_CODES | FULL_CODES | CHANGING_CODES | GONE_CODES

# SQLite has one writer: "database is locked" is its lock wait timeout.
SQLITE_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class DatabaseRefusedError(OperationalError):
    """This process did not ask the database: it is known to be away, or all slots are taken."""


def is_outage(error: BaseException | None) -> bool:
    """Say whether ``error`` is one of the database's that time heals."""
    if isinstance(error, DatabaseRefusedError):
        return True
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    return _code(error) in OUTAGE_CODES or _is_sqlite_busy(error)


def is_lost(error: BaseException) -> bool:
    """Say whether the connection ended, or its node left: a new connection may reach another."""
    is_told = isinstance(error, DatabaseError) and _code(error) in LOST_CODES
    return is_told or is_unsent(error)


def is_unsent(error: BaseException) -> bool:
    """Say whether a driver did not send a statement, because its connection had ended before.

    PyMySQL says so of each statement that follows the one that was told of the loss.
    """
    return isinstance(error, InterfaceError) and _code(error) == CLOSED


def is_not_ready(error: BaseException) -> bool:
    """Say whether a node refused a statement, of which nothing was done."""
    return isinstance(error, DatabaseError) and _code(error) == NOT_READY


def is_undone(error: BaseException) -> bool:
    """Say whether nothing of a statement was done, whatever it was."""
    return is_not_ready(error) or is_unsent(error)


def is_commit_unknown(error: BaseException) -> bool:
    """Say whether nobody knows what became of a COMMIT that ended so."""
    is_at_commit = isinstance(error, DatabaseError) and _code(error) == ERROR_AT_COMMIT
    return is_at_commit or (is_lost(error) and not is_undone(error))


def is_gone(error: BaseException) -> bool:
    """Say whether the server could not be reached at all."""
    return isinstance(error, DatabaseError | InterfaceError) and _code(error) in GONE_CODES


def is_lock_wait(error: BaseException) -> bool:
    """Say whether somebody else has the row: a lock was not given in time, or was given up."""
    if not isinstance(error, DatabaseError):
        return False
    return _code(error) in LOCK_CODES or _is_sqlite_busy(error)


def _code(error: BaseException) -> int | None:
    code = error.args[0] if error.args else None
    return code if isinstance(code, int) else None


def _is_sqlite_busy(error: BaseException) -> bool:
    # Extended codes (SQLITE_BUSY_SNAPSHOT) have the plain one in their low byte.
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in SQLITE_BUSY_CODES
