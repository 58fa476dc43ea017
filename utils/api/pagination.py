"""Pages of a list, as the clients ask for them, and lists that have an end without pages."""

from typing import Any
from urllib.parse import quote

from django.core.handlers.wsgi import get_bytes_from_wsgi
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

# How many rows a list has that was asked for without a page.
NEWEST = 100


class StandardPagination(PageNumberPagination):
    """12 rows a page, at most 100; ``page`` is also called ``p``, ``last`` is a page.

    A ``page_size`` that is not a positive number counts as absent; a page that does not
    exist is 404.
    """

    page_size = 12
    max_page_size = 100
    page_size_query_param = "page_size"
    page_query_alias = "p"

    page: Any
    request: Any

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        params = request.query_params
        number = params.get(self.page_query_param) or params.get(self.page_query_alias) or 1
        return paginator.num_pages if number in self.last_page_strings else number

    def get_next_link(self) -> str | None:
        return self.page_link(self.page.next_page_number()) if self.page.has_next() else None

    def get_previous_link(self) -> str | None:
        if not self.page.has_previous():
            return None
        return self.page_link(self.page.previous_page_number())

    def get_html_context(self) -> Any:
        context: Any = super().get_html_context()
        context["page_links"] = [
            link if link.number is None else link._replace(url=self.page_link(link.number))
            for link in context["page_links"]
        ]
        return context

    def page_link(self, number: int) -> str:
        """Return the address of another page of the list that was asked for."""
        # The link carries `page`; an old `p` beside it would contradict it.
        url = remove_query_param(_address(self.request), self.page_query_alias)
        if number == 1:
            return self.first_page_link(url)
        link: str = replace_query_param(url, self.page_query_param, number)
        return link

    def first_page_link(self, url: str) -> str:
        link: str = remove_query_param(url, self.page_query_param)
        return link

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            del page["properties"][name]["example"]  # of another shop
        return {**page, "required": list(page["properties"])}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        page, size = parameters
        page["schema"] = {"type": "integer", "minimum": 1}
        size["schema"] = {
            "type": "integer", "minimum": 1, "maximum": self.max_page_size,
            "default": self.page_size,
        }  # fmt: skip
        return [*parameters, {**page, "name": self.page_query_alias}]


class NewestOrPagePagination(StandardPagination):
    """Without ``page`` a bare array of the newest 100 rows; with it, pages as StandardPagination's.

    The queryset is ordered newest first. ``page_size`` without ``page`` changes nothing, and an
    empty ``page`` counts as absent.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        if request.query_params.get(self.page_query_param):
            return super().paginate_queryset(queryset, request, view)
        self.page = None
        return list(queryset[:NEWEST])

    def get_paginated_response(self, data: Any) -> Response:
        return Response(data) if self.page is None else super().get_paginated_response(data)

    def first_page_link(self, url: str) -> str:
        # Without `page` the answer would have the other shape.
        link: str = replace_query_param(url, self.page_query_param, 1)
        return link

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {"oneOf": [schema, super().get_paginated_response_schema(schema)]}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        return [p for p in parameters if p["name"] != self.page_query_alias]


def _address(request: Request) -> str:
    """Return the absolute address of the request, percent-encoded as its bytes were sent.

    ``?search=牛排`` may come as raw UTF-8, which WSGI hands on as if it were Latin-1; Django's
    own build_absolute_uri() takes these for the characters that were meant.
    """
    query = get_bytes_from_wsgi(request.META, "QUERY_STRING", "")
    # What may stand in a query (RFC 3986, 3.4), and "%", because the rest is encoded already.
    sent = quote(query, safe="!$&'()*+,;=:@/?%[]-._~")
    address: str = request.build_absolute_uri(request.path)
    return f"{address}?{sent}" if sent else address
