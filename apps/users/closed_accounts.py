"""Closed accounts on the staff's pages: to be read, and never filled again."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from utils.admin.base import may_write_here
from utils.api.lookups import parse_pk

from .services.locks import accounts_lock


class ClosedAccountsMixin:
    """For the ModelAdmin of a page with accounts; stands before Django's class."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.closed_at is not None:
            return False
        allowed: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        # A form saves the whole row: the account must not be closed between its read and that,
        # or the form would bring the person back.
        key = parse_pk(object_id)
        is_form = transaction.get_connection().in_atomic_block
        if is_form and may_write_here(self, request) and key is not None:
            accounts_lock(user_ids=[key])
        return super().get_object(request, object_id, from_field)  # type: ignore[misc]
