"""Counts the errors that are logged, so that an alarm can look at their rate."""

import logging


class ErrorCounter(logging.Handler):
    """A handler that writes nothing. Loggers of one package are counted together."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        # Settings configure logging before they know whether counters are shared.
        from .counters import ERRORS

        ERRORS.labels(".".join(record.name.split(".")[:2])).inc()
