"""Views of rows that belong to the caller."""

from typing import Any

from django.db.models import Model
from rest_framework import viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated

from utils.api.lookups import KeyInPathMixin
from utils.api.validated import ValidatedMixin


class OwnedViewSet(KeyInPathMixin, ValidatedMixin, viewsets.GenericViewSet):
    """The caller's rows of ``queryset``, found by ``lookup_field``."""

    permission_classes = (IsAuthenticated,)
    pagination_class: Any = None

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(user=self.caller_id)

    @property
    def caller_id(self) -> int:
        # Nobody (the schema's generator) has no rows.
        return self.request.user.pk or 0

    def get_object(self) -> Any:
        row: Model = get_object_or_404(self.get_queryset(), **{self.lookup_field: self.get_key()})
        return row
