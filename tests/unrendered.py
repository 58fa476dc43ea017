"""Pages of which the status alone counts: their templates are left unrendered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse


class UnrenderedMiddleware:
    """Leave the page of a view that returns a TemplateResponse empty; not so for a superuser.

    The superuser's pages show that the templates can be rendered. The context of any page is in
    ``response.context_data``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        if not request.user.is_superuser:  # type: ignore[union-attr]
            response.content = b""
        return response
