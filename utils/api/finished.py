"""What an answer was made of is freed with it (ADR 23)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class FinishedMiddleware:
    """Takes answers apart once they are written.

    View, request and answer of DRF hold each other, and with them every row and shape that the
    answer was made of; Django's request holds itself by what it knows of messages and account. All
    of it would stay until the garbage collector has looked through it and found that nobody needs
    it: a tenth of a list of orders.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        context = getattr(response, "renderer_context", None)
        if context:
            vars(context["view"]).clear()
            context["request"].parser_context.clear()
            context.clear()
            _drop(request, "_messages", "auser")
        elif not _has_session(request):
            _drop(request, "_messages", "auser", "user")
        return response


def _drop(request: HttpRequest, *names: str) -> None:
    """Take attributes from a request that hold the request."""
    for name in names:
        vars(request).pop(name, None)


def _has_session(request: HttpRequest) -> bool:
    """Whether somebody has asked for the session: of its request, messages are told later."""
    session = getattr(request, "session", None)
    return session is not None and session.accessed
