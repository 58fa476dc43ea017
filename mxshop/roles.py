"""Roles (groups) that migrations make, out of tables of what each may do.

A role that exists is its owner's: it is never made again, emptied or renamed.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions

# What a role may do: "app.model" -> verbs, as in {"trade.payment": "view refund"}.
Grants = Mapping[str, str]


def roles_create(apps: Any, *, using: str, roles: Mapping[str, Grants]) -> None:
    """Make the roles that are missing, by name, each with its permissions; leave the others."""
    for name, grants in roles.items():
        group, is_new = _model(apps, "Group", using).get_or_create(name=name)
        if is_new:
            group.permissions.set(_permissions(apps, using, grants))


def role_permissions_add(apps: Any, *, using: str, role: str, grants: Grants) -> None:
    """Let a role do more, for a page that is new; nothing happens where the role was removed."""
    for group in _model(apps, "Group", using).filter(name=role):
        group.permissions.add(*_permissions(apps, using, grants))


def account_permissions_move(apps: Any, *, using: str) -> None:
    """Give who could view, change or delete users the same for buyers; forget the old ones.

    Buyers alone: of staff accounts these permissions gave more than anybody meant.
    """
    permissions = _model(apps, "Permission", using)
    old = permissions.filter(content_type__app_label="users", content_type__model="userprofile")
    for permission in old.exclude(codename="add_userprofile"):
        verb = permission.codename.partition("_")[0]
        (new,) = _permissions(apps, using, {"users.buyer": verb})
        for group in permission.group_set.all():
            group.permissions.add(new)
        for user in permission.user_set.all():
            user.user_permissions.add(new)
    old.delete()


def _permissions(apps: Any, using: str, grants: Grants) -> list[Any]:
    """Return the permissions that ``grants`` names; raises DoesNotExist for an unknown one.

    Django makes permissions after the last migration only, so they are made here before.
    """
    for label in sorted({name.partition(".")[0] for name in grants}):
        config = installed_apps.get_app_config(label)
        create_permissions(config, verbosity=0, using=using, apps=apps)
    return [
        _model(apps, "Permission", using).get(
            content_type__app_label=app, content_type__model=model, codename=f"{verb}_{model}"
        )
        for app, _dot, model in (name.partition(".") for name in grants)
        for verb in grants[f"{app}.{model}"].split()
    ]


def _model(apps: Any, name: str, using: str) -> Any:
    return apps.get_model("auth", name).objects.using(using)
