"""Transactions that the database may give up."""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4

# MariaDB and MySQL: ER_LOCK_DEADLOCK, and ER_CHECKREAD (a row changed since it was read).
DEADLOCK_CODES = {1213, 1020}


def retry_on_deadlock(function: Callable[P, T]) -> Callable[P, T]:
    """Call the function again when the database gave its transaction up for another.

    Nothing of it was done then. Rows are locked in one order everywhere (cart or order, then
    goods by key), but staff who import goods in another can still meet a sale in a circle,
    and the buyer must not see it. Within a transaction of the caller's, it is the caller's
    to repeat.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if transaction.get_connection().in_atomic_block:
            return function(*args, **kwargs)
        for tries_left in reversed(range(TRIES)):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not tries_left or error.args[:1] not in {(code,) for code in DEADLOCK_CODES}:
                    raise
                logger.info("%s is tried again: %s", function.__qualname__, error)
                time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 (so that rivals part)
        raise AssertionError("unreachable")

    return call


def atomic_retry_on_deadlock(function: Callable[P, T]) -> Callable[P, T]:
    """Make the function one transaction, which is ``retry_on_deadlock``."""
    return retry_on_deadlock(transaction.atomic(function))
