"""The id of a request, or of a sweep, as log lines and Sentry's events show it (django-guid).

django-guid reads its settings when it is imported: the settings themselves must not import it.
"""

from logging import LogRecord

from django_guid import get_guid, set_guid
from django_guid.log_filters import CorrelationId
from django_guid.utils import generate_guid


class RequestIdFilter(CorrelationId):
    """Adds ``correlation_id`` to a log record: "-" outside of any request."""

    def filter(self, record: LogRecord) -> bool:
        super().filter(record)
        if not getattr(record, self.correlation_id_field):
            setattr(record, self.correlation_id_field, "-")
        return True


def request_id() -> str | None:
    """Return the id of the request or sweep that this thread works for, if it has one."""
    return get_guid()


def request_id_make() -> str:
    """Give what follows in this thread an id of its own, and return it."""
    return set_guid(generate_guid())
