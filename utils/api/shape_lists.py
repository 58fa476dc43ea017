"""Lists whose rows are shown by a CompiledSerializer."""

from typing import Any

from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response


class ShapeListMixin(GenericAPIView):
    """DRF's ListModelMixin, for views whose list has a CompiledSerializer."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(rows)
        serializer: Any = self.get_serializer_class()
        shapes = serializer.shapes(rows if page is None else page, request)
        return Response(shapes) if page is None else self.get_paginated_response(shapes)
