"""What an answer of the API was made of is freed with it (ADR 23)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class FinishedMiddleware:
    """Takes DRF's answers apart once they are written.

    View, request and answer of DRF hold each other, and with them every row and shape that the
    answer was made of. All of it would stay until the garbage collector has looked through it and
    found that nobody needs it: a tenth of a list of orders.
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
            for name in ("_messages", "auser"):  # which hold the request
                vars(request).pop(name, None)
        return response
