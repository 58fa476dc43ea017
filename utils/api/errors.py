"""Refusals: exceptions that utils.api.exception_handler turns into answers.

A service refuses with a subclass of DomainError; views do not translate exceptions one by one.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from utils.api.outages import RETRY_AFTER, UNAVAILABLE


class DomainError(Exception):
    """A request that is well-formed and cannot be done; nothing was changed.

    Subclasses set ``message`` (translated, the contract's text), ``field`` and ``status``. The
    answer is ``{field: [message]}``, or ``{"detail": message}`` when ``field`` is None. An
    instance may replace ``message`` and ``field`` where they depend on the request, and give
    ``wait``, seconds that are sent as Retry-After.
    """

    status: int = 400
    field: str | None = None
    message: Any = _("The request cannot be carried out.")
    wait: int | None = None

    def __init__(
        self, message: Any = None, *, field: str | None = None, wait: int | None = None
    ) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        if wait is not None:
            self.wait = wait
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)

    def body(self) -> dict[str, Any]:
        """Return the answer's JSON; a subclass may say more than one text."""
        text = str(self.message)
        return {"detail": text} if self.field is None else {self.field: [text]}


class MissingError(DomainError):
    """The caller has no such row; also when it is somebody else's."""

    status = 404
    message = exceptions.NotFound.default_detail


class RequestRefused(exceptions.APIException):
    """A request that is well-formed and cannot be done now: 400 with ``{"detail": text}``."""

    status_code = 400
    default_code = "refused"


class ServiceUnavailable(exceptions.APIException):
    """Something the shop depends on does not answer; the client may try again soon."""

    status_code = 503
    default_detail = UNAVAILABLE
    default_code = "unavailable"
    wait = RETRY_AFTER
