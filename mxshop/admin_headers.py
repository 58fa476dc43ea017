"""What browsers may do on the pages of the administration."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Scripts are files of the shop's own; what somebody wrote into a name or a note never runs.
POLICY = (
    "script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class AdminPolicyMiddleware:
    """Sends POLICY with every page of the administration that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and "admin" in match.app_names:
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
