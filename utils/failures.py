"""Loops in which an error with one thing must not keep the others from being done."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import InterfaceError, OperationalError


@contextmanager
def failures_at_the_end() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Give ``apart``: what fails in a ``with apart():`` is put off until the outer block ends.

    Raises an ExceptionGroup of it then. Not put off is that the database does not answer.

        with failures_at_the_end() as apart:
            for order_id in order_ids:
                with apart():
                    order_close(order_id=order_id)
    """
    failures: list[Exception] = []

    @contextmanager
    def apart() -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:
            failures.append(failure)

    yield apart
    if failures:
        raise ExceptionGroup(f"{len(failures)} failed", failures)
