"""Loops in which an error with one thing must not keep the others from being done."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import InterfaceError, OperationalError


@contextmanager
def collect_errors() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Collect the errors of the ``with collecting():`` blocks inside; raise them at the end.

    All errors are raised together as one ExceptionGroup. An error that means that the database
    does not answer is raised at once, because every following block would meet it too.

        with collect_errors() as collecting:
            for order_id in order_ids:
                with collecting():
                    order_close(order_id=order_id)
    """
    failures: list[Exception] = []

    @contextmanager
    def collecting() -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:
            failures.append(failure)

    yield collecting
    if failures:
        raise ExceptionGroup(f"{len(failures)} failed", failures)
