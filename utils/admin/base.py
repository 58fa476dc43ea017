"""What every page of the staff has in common."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from utils.api.errors import DomainError

# The largest key of a table; SQLite raises OverflowError for more.
MAX_ID = models.BigIntegerField.MAX_BIGINT


def may_write_here(page: Any, request: HttpRequest) -> bool:
    """Say whether this POST to a page of one row may change, or delete, what it is about."""
    if request.method != "POST":
        return False
    is_delete = request.path.endswith("/delete/")
    may = page.has_delete_permission if is_delete else page.has_change_permission
    return bool(may(request))


class ShopModelAdmin(admin.ModelAdmin):
    """The base of every page in the admin.

    Django offers an action that names no permission to everybody who may see the list. Here
    ``manage.py check``, and with it the start, refuses such an action. A list answers nonsense
    in a form or an address with a message, never with an error 500.
    """

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *_unpermitted_actions(self)]

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(_is_id(self.model, text) for text in chosen):
            text = _("This selection names rows that cannot exist; nothing was changed.")
            self.message_user(request, text, messages.ERROR)
            return None
        return super().response_action(request, queryset, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:  # a filter with a number that no column holds
            raise IncorrectLookupParameters(error) from error


class RefusedFormMixin:
    """A form that a service may refuse as it is saved: staff read the refusal's text above it.

    Stands before the ModelAdmin. Such a form passed its checks, and was overtaken before it was
    saved. Django saves forms in one transaction, so that nothing of a refused one is saved.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())


class SuperusersOnly(admin.ModelAdmin):
    """Pages that make somebody staff, or more: no permission opens them, only the flag does."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)


def is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


def actions_of(model_admin: admin.ModelAdmin) -> Iterable[tuple[Callable[..., Any], str]]:
    """Yield function and name of every action, whoever may run it."""
    for function, name, _description in model_admin._get_base_actions():  # type: ignore[attr-defined]
        yield function, name


def _unpermitted_actions(model_admin: admin.ModelAdmin) -> Iterable[checks.CheckMessage]:
    for function, name in actions_of(model_admin):
        if not getattr(function, "allowed_permissions", ()):
            yield checks.Error(
                f"The action {name!r} names no permission.",
                hint="Decorate it with @admin.action(permissions=[...]).",
                obj=model_admin.__class__,
                id="shop_admin.E001",
            )


def _is_id(model: type[models.Model], text: str) -> bool:
    try:
        value = model._meta.pk.to_python(text)
    except ValidationError:
        return False
    return not isinstance(value, int) or abs(value) <= MAX_ID
