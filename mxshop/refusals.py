"""Refusals in views that are not of the API: the staff's and the developers' pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from utils.api.errors import DomainError


class RefusalMiddleware:
    """Turn a DomainError of any plain view into an answer; the API has its exception handler.

    A browser gets a page with the text and a link back, anybody else the API's JSON; both the
    status and Retry-After.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.accepts("text/html"):
            context = {"text": str(exception), "back": request.get_full_path()}
            response = render(request, "mxshop/refused.html", context, status=exception.status)
        else:
            response = JsonResponse(
                exception.body(),
                status=exception.status,
                json_dumps_params={"ensure_ascii": False},
            )
        if exception.wait is not None:
            response["Retry-After"] = str(exception.wait)
        response["Cache-Control"] = "no-store"
        return response
