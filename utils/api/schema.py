"""How requests are described in the OpenAPI schema, where drf-spectacular sees it otherwise."""

from typing import Any

from drf_spectacular.openapi import AutoSchema as BaseAutoSchema


class AutoSchema(BaseAutoSchema):
    """Describes the body of a DELETE where the view has ``delete_has_body``."""

    def _get_request_body(self, direction: Any = "request") -> Any:
        if self.method != "DELETE" or not getattr(self.view, "delete_has_body", False):
            return super()._get_request_body(direction)
        self.method = "POST"  # only that makes it look at the serializer
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"
