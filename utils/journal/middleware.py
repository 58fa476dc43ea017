"""Whoever sends a form of the administration is at work until it is answered."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from .actors import Actor, Way, _actor


class StaffAtWorkMiddleware:
    """Stands after the one that knows the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _actor.set(None)
        try:
            return self.get_response(request)
        finally:
            _actor.reset(token)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or "admin" not in match.app_names:
            return None
        if match.url_name == "login":  # nobody is at work yet, and no session has to be read
            return None
        user: Any = request.user
        if user.is_authenticated and user.is_active and user.is_staff:
            _actor.set(Actor(staff_id=user.pk, way=_way(request, match.url_name or "")))
        return None


def _way(request: HttpRequest, page: str) -> Way:
    if page.endswith("_changelist"):
        return Way.LIST if "_save" in request.POST else Way.ACTION
    is_form = page.endswith(("_change", "_add", "_delete"))
    return Way.FORM if is_form else Way.ACTION
