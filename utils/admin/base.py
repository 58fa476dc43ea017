"""What every page of the staff has in common."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from utils.api.errors import DomainError

from .history_labels import labels_restored
from .lists import BoundedChangeList, BoundedPaginator
from .searches import KeyedSearchAdmin
from .shown_values import ShownValuesMixin

# The largest key of a table; SQLite raises OverflowError for more.
MAX_ID = models.BigIntegerField.MAX_BIGINT


def _without(found: list[Any], beginnings: tuple[str, ...]) -> list[Any]:
    """Return nested lists of texts without those that begin so."""
    return [
        _without(item, beginnings) if isinstance(item, list) else item
        for item in found
        if isinstance(item, list) or not str(item).startswith(beginnings)
    ]


def may_write_here(page: Any, request: HttpRequest) -> bool:
    """Say whether this POST to a page of one row may change, or delete, what it is about."""
    if request.method != "POST":
        return False
    is_delete = request.path.endswith("/delete/")
    may = page.has_delete_permission if is_delete else page.has_change_permission
    return bool(may(request))


class ShopForm(ShownValuesMixin):
    """The form of every page that has none of its own: a stale one takes nothing back."""


class ShopModelAdmin(KeyedSearchAdmin):
    """The base of every page in the admin.

    Django offers an action that names no permission to everybody who may see the list. Here
    ``manage.py check``, and with it the start, refuses such an action. A list answers nonsense
    in a form or an address with a message, never with an error 500. A list of any length is read
    and counted in bounded time. A form writes only what its user changed, and one in which nothing
    was changed leaves no history.
    """

    form: Any = ShopForm
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each choice of each filter would be counted

    class Media:
        css = {"all": ["mxshop/admin.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return BoundedChangeList

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ShopForm, **kwargs})

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_change(request, obj, message) if message else None

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

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the template of a row's page needs besides Django's own context."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None:
            context.update(self.page_context(request, obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        message = super().construct_change_message(request, form, formsets, add)
        return labels_restored(message, [self.model, *(inline.model for inline in self.inlines)])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Leave out the rows of many-to-many tables, which mean nothing to staff."""
        found, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        links = {
            str(through._meta.verbose_name): str(through._meta.verbose_name_plural)
            for through in apps.get_models(include_auto_created=True)
            if through._meta.auto_created
        }
        found = _without(found, tuple(f"{capfirst(name)}: " for name in links))
        counts = {name: count for name, count in counts.items() if name not in links.values()}
        return found, counts, perms_needed, protected

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
