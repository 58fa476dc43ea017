"""Permissions as staff read them, and which of them open a page.

Django calls them in English ("Can change order"), whatever language is asked for.
"""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

VERBS = {
    "view": pgettext_lazy("permission", "view"),
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
}


def permission_name(*, app: str, codename: str) -> str:
    """Return what a permission is called, such as "Goods: change"; a code for an unknown one."""
    model = _model(app, codename.partition("_")[2])
    if model is None:
        return f"{app}.{codename}"
    may = permission_verb(app=app, codename=codename)
    return _("%(model)s: %(may)s") % {"model": model_name(model), "may": may}


def permission_verb(*, app: str, codename: str) -> str:
    """Return what a permission allows, without what it is about."""
    verb, _under, name = codename.partition("_")
    model = _model(app, name)
    if model is None or verb in model._meta.default_permissions:
        return str(VERBS.get(verb, codename))
    # As its model calls it, which is a text of the app's catalogue.
    return next((_(name) for code, name in model._meta.permissions if code == codename), codename)


def model_name(model: type[Model]) -> str:
    """Return what a model is called; of libraries' models the project's catalogue says it."""
    return str(capfirst(_(str(model._meta.verbose_name))))


def permissions_of_pages() -> set[tuple[str, str]]:
    """Return app and code of each permission that opens a page, or a part of one, to staff.

    Others open nothing: those of tables without a page, those to change what is read alone, and
    those of pages for superusers.
    """
    request: Any = _Request()
    found = set()
    for model, page in admin.site._registry.items():
        parts: list[Any] = [page, *(inline(model, admin.site) for inline in page.inlines)]
        for part in parts:
            app, name = part.opts.app_label, part.opts.model_name
            may = {
                "view": part.has_view_permission(request),
                "add": part.has_add_permission(request, *([None] if part is not page else [])),
                "change": part.has_change_permission(request),
                "delete": part.has_delete_permission(request),
            }
            found |= {(app, f"{verb}_{name}") for verb in may if may[verb]}
            found |= {(app, code) for code, _name in part.opts.permissions}
    return found


class _Request:
    """Of somebody with every permission who is not a superuser."""

    method = "GET"
    GET: dict[str, str] = {}
    POST: dict[str, str] = {}

    class user:  # noqa: N801
        is_active = is_staff = is_authenticated = True
        is_superuser = False
        pk = None

        @staticmethod
        def has_perm(name: str, obj: Any = None) -> bool:
            return True


@cache
def _model(app: str, name: str) -> type[Model] | None:
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None
