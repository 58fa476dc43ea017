"""Pages of a list, as the clients ask for them."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param


class StandardPagination(PageNumberPagination):
    """12 rows a page, at most 100; ``page`` is also called ``p``, ``last`` is a page.

    A ``page_size`` that is no positive number counts as absent; a page that does not
    exist is 404.
    """

    page_size = 12
    max_page_size = 100
    page_size_query_param = "page_size"
    page_query_alias = "p"

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        params = request.query_params
        number = params.get(self.page_query_param) or params.get(self.page_query_alias) or 1
        return paginator.num_pages if number in self.last_page_strings else number

    def get_next_link(self) -> str | None:
        return self._without_alias(super().get_next_link())

    def get_previous_link(self) -> str | None:
        return self._without_alias(super().get_previous_link())

    def get_html_context(self) -> Any:
        context: Any = super().get_html_context()
        context["page_links"] = [
            link._replace(url=self._without_alias(link.url)) for link in context["page_links"]
        ]
        return context

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        page = next(p for p in parameters if p["name"] == self.page_query_param)
        return [*parameters, {**page, "name": self.page_query_alias}]

    def _without_alias(self, url: str | None) -> str | None:
        # The link carries `page`; an old `p` beside it would contradict it.
        return url and remove_query_param(url, self.page_query_alias)
