"""Transactions that the database may give up."""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, transaction

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 15

# MariaDB and MySQL: ER_LOCK_DEADLOCK, which is also what a cluster says of a transaction that
# another node's came before (at COMMIT, too), and ER_CHECKREAD (a row changed since it was
# read). Not 1205: a lock that was not given in time would not be given a moment later.
DEADLOCK, ROW_CHANGED = 1213, 1020
DEADLOCK_CODES = {DEADLOCK, ROW_CHANGED}

# Seconds, drawn anew for each try so that rivals part: the longest pause doubles from the first
# to the last. All of them together take 2.6 s at most. One server gives up hardly any; where two
# take writes, goods that all want at once need so many (docs/two_writers.md).
FIRST_PAUSE, LAST_PAUSE = 0.01, 0.25
# What took longer than this before its connection was lost is not done again: the server stood
# still, and the client does not wait for ever.
LONGEST_SECONDS = 5.0


class RowsChangedError(OperationalError):
    """A row that was read is not there, or not so, when it is written; to be tried again.

    The second guard behind a lock. It is what MariaDB raises (ER_CHECKREAD) when it notices
    by itself.
    """

    def __init__(self) -> None:
        super().__init__(ROW_CHANGED, "A row has changed since it was read")


class TransactionLostError(OperationalError):
    """The connection was lost, or its node left the cluster, before COMMIT was sent.

    Nothing of the transaction was done: the server rolls back what loses its connection. Its
    arguments are those of the database's error. See utils/db/reconnecting.py.
    """


class CommitUnknownError(OperationalError):
    """COMMIT was sent and not answered: all of the transaction was done, or nothing.

    What was made beside it, a file, has to stay: a row may name it.
    """


def retry_on_deadlock(function: Callable[P, T]) -> Callable[P, T]:
    """Call the function again when the database gave its transaction up, or lost it.

    Nothing of it was done then. Rows are locked in one order everywhere (cart or order, then
    goods by key), but staff who import goods in another can still meet a sale in a circle,
    and the buyer must not see it. Nor that a node is restarted: a transaction that was lost is
    done again on a new connection, unless the function has sent a COMMIT. Within a transaction
    of the caller's, it is the caller's to repeat.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        connection = transaction.get_connection()
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        commits = _commits_sent(connection)
        for number in range(1, TRIES + 1):
            begun = time.monotonic()
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if isinstance(error, TransactionLostError):
                    is_undone = commits == _commits_sent(connection) and is_soon(begun)
                else:
                    is_undone = error.args[:1] in {(code,) for code in DEADLOCK_CODES}
                if number == TRIES or not is_undone:
                    raise
                logger.info("%s is tried again: %s", function.__qualname__, error)
                pause(number)
        raise AssertionError("unreachable")

    return call


def pause(number: int) -> None:
    """Wait before the next try; ``number``: of the one that failed, from 1."""
    longest = min(FIRST_PAUSE * 2 ** (number - 1), LAST_PAUSE)
    time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 (no secret)


def is_soon(begun: float) -> bool:
    """Whether what began then (time.monotonic) has not taken too long to be done again."""
    return time.monotonic() - begun < LONGEST_SECONDS


def _commits_sent(connection: Any) -> int:
    return getattr(connection, "commits_sent", 0)  # SQLite loses no connections


def atomic_retry_on_deadlock(function: Callable[P, T]) -> Callable[P, T]:
    """Make the function one transaction, which is ``retry_on_deadlock``."""
    return retry_on_deadlock(transaction.atomic(function))
