"""What the pages of buyers and of staff accounts have in common."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from utils.admin.base import ShopModelAdmin

from ..closed_accounts import ClosedAccountsMixin
from ..models import Buyer, StaffAccount, UserProfile
from .activation import ActivationActions

HISTORY_PER_PAGE = 100


class AccountAdmin(ActivationActions, ClosedAccountsMixin, ShopModelAdmin):
    """A page of accounts: saves what was changed alone, blocks and unblocks, keeps the history."""

    list_per_page = 50
    show_full_result_count = False
    ordering = ("-date_joined",)
    delete_confirmation_template = "admin/users/account_delete_confirmation.html"

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Filters beside the list are the only ones: others would tell flags and hashes."""
        offered = {
            (item[0] if isinstance(item, list | tuple) else item)
            for item in self.get_list_filter(request)
        }
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: UserProfile, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        # What a form did not change may have changed since it was read: a password, a flag.
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in columns])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what protects an account, rather than that nobody may delete that.

        The history of what somebody did in the admin protects too: it would go with the account.
        """
        found, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        protected = [*protected, *_what_they_did(objs)]
        return found, counts, set() if protected else perms_needed, protected

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        may_deactivate = {"may_deactivate": self.has_change_permission(request)}
        return super().delete_view(request, object_id, {**may_deactivate, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show what was done on either page, and before there were two."""
        entries = LogEntry.objects.filter(
            object_id=object_id, content_type__in=[_content_type(model) for model in ACCOUNTS]
        )
        paginator = self.get_paginator(
            request, entries.select_related("user").order_by("action_time"), HISTORY_PER_PAGE
        )
        page = paginator.get_page(request.GET.get(PAGE_VAR, 1))
        history = {
            "action_list": page,
            "page_range": paginator.get_elided_page_range(page.number),
            "pagination_required": paginator.count > HISTORY_PER_PAGE,
        }
        return super().history_view(request, object_id, {**history, **(extra_context or {})})

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [] if obj is None else self.inlines


ACCOUNTS = (UserProfile, Buyer, StaffAccount)


def _content_type(model: type[UserProfile]) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=False)


def _what_they_did(accounts: Iterable[UserProfile]) -> list[str]:
    """Return a line for each account that has done something in the admin."""
    ids = [account.pk for account in accounts]
    entries = LogEntry.objects.filter(user__in=ids).order_by("user_id")
    names = dict(entries.values_list("user_id", "user__username").distinct())
    return [gettext("History of what %(user)s did") % {"user": name} for name in names.values()]
