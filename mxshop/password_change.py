"""The staff's page to change one's password, with the limits of every page that takes one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy

from apps.users.login_address import address_login_count
from apps.users.services.passwords import password_matches
from utils.limits.client_address import client_address


class PasswordChangeForm(AdminPasswordChangeForm):
    """Django's own, but the old password is compared by services.passwords."""

    def __init__(self, *args: Any, address: str, only_known: bool, **kwargs: Any) -> None:
        self.address, self.only_known = address, only_known
        super().__init__(*args, **kwargs)

    def clean_old_password(self) -> str:
        old_password: str = self.cleaned_data["old_password"]
        if not password_matches(
            account=self.user, password=old_password,
            address=self.address, only_known=self.only_known,
        ):  # fmt: skip
            raise ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return old_password


class _PasswordChangeView(PasswordChangeView):
    form_class = PasswordChangeForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        is_counted = self.request.method != "POST" or address_login_count(self.request)
        return {
            **super().get_form_kwargs(),
            "address": client_address(self.request),
            "only_known": not is_counted,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, **admin.site.each_context(self.request)}


def _password_change(request: HttpRequest) -> HttpResponseBase:
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    return _PasswordChangeView.as_view()(request)


password_change = admin.site.admin_view(_password_change, cacheable=True)
