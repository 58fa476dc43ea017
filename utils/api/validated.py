"""Bodies of requests, checked by the view's serializer."""

from typing import Any

from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView


class ValidatedMixin:
    """For views with ``get_serializer()``."""

    def validated(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what the client sent, checked; raises ValidationError.

        Arguments are those of the serializer, such as the row to change and ``partial=True``.
        """
        view: Any = self
        serializer = view.get_serializer(*args, data=view.request.data, **kwargs)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data


class BodyAPIView(ValidatedMixin, APIView):
    """A plain view whose body is one ``serializer_class``; no rows stand behind it."""

    serializer_class: type[BaseSerializer]

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        """The browsable API draws its form from it."""
        return self.serializer_class(*args, **kwargs)
