"""Views of rows that belong to the caller."""

from typing import Any

from django.db.models import Model
from django.http import Http404
from rest_framework import viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated

from utils.api.lookups import parse_pk
from utils.api.validated import ValidatedMixin


class OwnedViewSet(ValidatedMixin, viewsets.GenericViewSet):
    """The caller's rows of ``queryset``, found by ``lookup_field``."""

    permission_classes = (IsAuthenticated,)
    pagination_class: Any = None
    # Any text may stand where a key is expected: what is not a key is 404, in JSON.
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(user=self.caller_id)

    @property
    def caller_id(self) -> int:
        # Nobody (the schema's generator) has no rows.
        return self.request.user.pk or 0

    def get_key(self) -> int:
        """Return the key in the path; raises Http404 when no row can have it."""
        key = parse_pk(self.kwargs[self.lookup_field])
        if key is None:
            raise Http404
        return key

    def get_object(self) -> Any:
        row: Model = get_object_or_404(self.get_queryset(), **{self.lookup_field: self.get_key()})
        return row
