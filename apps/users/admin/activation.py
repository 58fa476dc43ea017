"""The actions that shut accounts out, or let them in again: they ask why, and keep the answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from utils.db.transactions import retry_on_deadlock
from utils.journal.actors import Way, acting
from utils.text.language import in_shop_language

from ..services.accounts import account_set_active

# One page names them all.
MOST_ACCOUNTS = 200


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("It is kept in the history; the buyer does not read it."),
    )  # fmt: skip


@retry_on_deadlock
def account_switch(
    page: admin.ModelAdmin, request: HttpRequest, account: Any, *, is_active: bool, reason: str,
    entry: str,
) -> bool:  # fmt: skip
    """Let an account log in or no more; write ``entry`` (history) and ``reason`` (journal).

    Return whether that was news; where it was not, nothing is kept.
    """
    with (
        transaction.atomic(),
        acting(staff_id=request.user.pk, way=Way.ACTION, note=reason),
    ):
        is_new = account_set_active(account=account, is_active=is_active)
        if is_new:
            page.log_change(request, account, entry)
    return is_new


class ActivationActions(admin.ModelAdmin):
    """For the admins of accounts."""

    actions: Sequence[str] = ("deactivate", "activate")

    @admin.action(permissions=["change"], description=_("Deactivate accounts"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """For those who leave: what they ordered keeps their account from being deleted."""
        return self._ask_and_set(request, queryset, is_active=False)

    @admin.action(permissions=["change"], description=_("Activate accounts"))
    def activate(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._ask_and_set(request, queryset, is_active=True)

    def _ask_and_set(
        self, request: HttpRequest, queryset: QuerySet[Any], *, is_active: bool
    ) -> HttpResponse | None:
        # Nobody locks himself out.
        others = queryset.exclude(pk=request.user.pk).order_by("pk")
        accounts = list(others[: MOST_ACCOUNTS + 1])
        if len(accounts) > MOST_ACCOUNTS:
            refusal = _("At most %(count)d accounts at once; nothing was changed.")
            self.message_user(request, refusal % {"count": MOST_ACCOUNTS}, messages.ERROR)
            return None
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if accounts and not form.is_valid():
            return self._ask(request, accounts, form, is_active=is_active)
        reason = form.cleaned_data["reason"] if accounts else ""
        with in_shop_language():
            entry = gettext("Activated: %(reason)s") if is_active else gettext(
                "Deactivated: %(reason)s"
            )  # fmt: skip
        # Account by account: a server that ends in the middle leaves no change without its history.
        count = sum(
            account_switch(
                self, request, account,
                is_active=is_active, reason=reason, entry=entry % {"reason": reason},
            )
            for account in accounts
        )  # fmt: skip
        if is_active:
            text = ngettext(
                "%(count)d account was activated.", "%(count)d accounts were activated.", count
            )
        else:
            text = ngettext(
                "%(count)d account was deactivated.", "%(count)d accounts were deactivated.", count
            )
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, text % {"count": count}, level)
        return None

    def _ask(
        self, request: HttpRequest, accounts: list[Any], form: ReasonForm, *, is_active: bool
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Activate accounts") if is_active else _("Deactivate accounts"),
            "is_active": is_active,
            "action": "activate" if is_active else "deactivate",
            "field": ACTION_CHECKBOX_NAME,
            "accounts": accounts,
            "form": form,
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/users/activation.html", context)
