"""Changes of roles, of who has which, and what is deleted: known by signals alone."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from apps.users.models import UserProfile
from utils.journal.actors import actor_now
from utils.journal.entries import Change, changes_write, model_label
from utils.journal.tracking import JournaledModel, tracked_of

SEPARATOR = "; "
PERMISSIONS, GROUPS, ROLE, DELETED = "permissions", "groups", "name", "deleted"


def connect() -> None:
    """Listen to the rows of roles and to what hangs on them; a second call changes nothing."""
    watched = {
        Group.permissions.through: ("auth.group", "name", PERMISSIONS),
        UserProfile.groups.through: ("users.userprofile", "username", GROUPS),
        UserProfile.user_permissions.through: ("users.userprofile", "username", PERMISSIONS),
    }
    for through, (model, name, column) in watched.items():
        receiver = _Links(model=model, name=name, column=column)
        uid = f"journal:{model}:{column}"
        m2m_changed.connect(receiver, sender=through, weak=False, dispatch_uid=uid)
    for signal, receive in (
        (pre_save, on_role_saving), (post_save, on_role_saved),
    ):  # fmt: skip
        signal.connect(receive, sender=Group, dispatch_uid=f"journal:{receive.__name__}")
    # Of each model that is watched, proxies too: a delete tells of the class that was deleted.
    for kind in apps.get_models():
        if issubclass(kind, JournaledModel | Group):
            pre_delete.connect(on_deleting, sender=kind, dispatch_uid="journal:deleting")


class _Links:
    """Roles or permissions that somebody got or lost."""

    def __init__(self, *, model: str, name: str, column: str) -> None:
        self.model, self.name, self.column = model, name, column

    def __call__(
        self, instance: Any, action: str, reverse: bool, model: type[Model], pk_set: Any,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        if actor_now() is None or action not in ("post_add", "post_remove", "pre_clear"):
            return
        if reverse:  # from the other end, which no page does; each owner has an entry
            for owner in model._default_manager.filter(pk__in=pk_set or ()):
                self._write(owner, [instance], is_added=action == "post_add")
            return
        if action == "pre_clear":
            linked: Iterable[Model] = getattr(instance, self.column_on(instance)).all()
        else:
            linked = _with_names(model, pk_set)
        self._write(instance, linked, is_added=action == "post_add")

    def column_on(self, instance: Any) -> str:
        if self.column == GROUPS:
            return "groups"
        return "permissions" if isinstance(instance, Group) else "user_permissions"

    def _write(self, owner: Any, linked: Iterable[Model], *, is_added: bool) -> None:
        names = SEPARATOR.join(sorted(_key(row) for row in linked))
        if names:
            old, new = (None, names) if is_added else (names, None)
            changes_write([_change(owner, self.model, self.name, self.column, old, new)])


def on_role_saving(instance: Group, **kwargs: Any) -> None:
    known = Group.objects.filter(pk=instance.pk).values_list("name", flat=True)
    instance._journal_name = known.first() if actor_now() and instance.pk else None  # type: ignore[attr-defined]


def on_role_saved(instance: Any, **kwargs: Any) -> None:
    old = getattr(instance, "_journal_name", None)
    if actor_now() is not None and old != instance.name:
        changes_write([_change(instance, "auth.group", "name", ROLE, old, instance.name)])


def on_deleting(instance: Any, **kwargs: Any) -> None:
    if actor_now() is not None:
        model = model_label(type(instance))
        name = "name" if isinstance(instance, Group) else tracked_of(type(instance)).name
        changes_write([_change(instance, model, name, DELETED, getattr(instance, name), None)])


def _change(owner: Any, model: str, name: str, column: str, old: Any, new: Any) -> Change:
    label = f"{model_label(type(owner))}.{column}"
    return Change(
        model=model, key=owner.pk, name=getattr(owner, name), column=label, old=old, new=new
    )


def _with_names(model: type[Model], keys: Any) -> Iterable[Model]:
    rows = model._default_manager.filter(pk__in=keys or ())
    return rows.select_related("content_type") if model is Permission else rows


def _key(row: Any) -> str:
    """Return what a role or permission is called in the journal: app.codename, or its name."""
    if isinstance(row, Permission):
        return f"{row.content_type.app_label}.{row.codename}"
    return str(row.name)
