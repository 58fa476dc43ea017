"""Models whose columns are watched, whatever writes them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction

from .actors import actor_now
from .entries import Change, changes_write, model_label

M = TypeVar("M", bound=models.Model)

HIDDEN = "***"


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """Which ``columns`` of a model are watched.

    ``created`` are those of which a new row leaves an entry, ``hidden`` those whose values are
    kept out of the journal. With ``by_staff`` only changes of staff are kept: buyers and
    background work move orders all day. ``about`` leads to the row that entries are about (label,
    key, name), where that is another one.
    """

    columns: tuple[str, ...]
    created: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    by_staff: bool = False
    name: str = "name"
    about: tuple[str, str, str] | None = None

    @property
    def is_due(self) -> bool:
        return not self.by_staff or actor_now() is not None


@contextmanager
def changes_journaled(
    rows: models.QuerySet[Any], columns: Iterable[str], *, tracked: Tracked | None = None
) -> Iterator[None]:
    """Journal what the ``with`` changes in watched ``columns`` of ``rows``.

    One transaction, in which the rows are locked in the order of their keys. Costs nothing where
    none of the columns is watched.
    """
    tracked = tracked or tracked_of(rows.model)
    names = _watched(rows.model, tracked, columns)
    if not names or not tracked.is_due:
        yield
        return
    with transaction.atomic(using=rows.db):
        locked = rows.order_by("pk").select_for_update()
        before = {pk: values for pk, *values in locked.values_list("pk", *names)}
        yield
        _compare(rows.model, tracked, names, before)


def tracked_of(model: type[models.Model]) -> Tracked:
    """Return what is watched of a model: of most, nothing."""
    found: Tracked | None = getattr(model, "journal", None)
    return found or Tracked(columns=())


class JournaledQuerySet(models.QuerySet[M]):
    def update(self, **kwargs: Any) -> int:
        with changes_journaled(self._chain(), kwargs):  # type: ignore[attr-defined]
            return super().update(**kwargs)

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """As Django's; rows whose key the database does not tell leave no entry."""
        tracked = tracked_of(self.model)
        if not tracked.created or actor_now() is None:
            return super().bulk_create(objs, *args, **kwargs)
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            creation_journal(self.model, [row.pk for row in made if row.pk is not None])
        return made


class JournaledModel(models.Model):
    journal: ClassVar[Tracked]

    class Meta:
        abstract = True

    def save_base(
        self, raw: bool = False, force_insert: Any = False, force_update: bool = False,
        using: str | None = None, update_fields: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        def save() -> None:
            super(JournaledModel, self).save_base(
                raw, force_insert, force_update, using, update_fields
            )

        if raw or not self.journal.is_due or (self._state.adding and actor_now() is None):
            save()
        elif self._state.adding:
            with transaction.atomic(using=using):
                save()
                creation_journal(type(self), [self.pk])
        else:
            columns = self.journal.columns if update_fields is None else update_fields
            rows = type(self)._base_manager.using(using).filter(pk=self.pk)
            with changes_journaled(rows, columns):
                save()


def creation_journal(model: type[models.Model], keys: Collection[int]) -> None:
    """Journal that staff made these rows."""
    tracked = tracked_of(model)
    names = _watched(model, tracked, tracked.created)
    if names and keys:
        nothing = [None] * len(names)
        _compare(model, tracked, names, dict.fromkeys(keys, nothing))


def _watched(model: type[models.Model], tracked: Tracked, columns: Iterable[str]) -> list[str]:
    """Return the attributes of watched columns, each given by its name or attribute."""
    given = set(columns)
    attributes: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields}
    return [
        attributes[name].attname
        for name in dict.fromkeys((*tracked.columns, *tracked.created))
        if given & {name, attributes[name].attname}
    ]


def _compare(
    model: type[models.Model],
    tracked: Tracked,
    names: list[str],
    before: Mapping[int, list[Any]],
) -> None:
    label, key, name = tracked.about or (model_label(model), "pk", tracked.name)
    after = model._base_manager.filter(pk__in=before).order_by("pk")
    rows = []
    for pk, about, called, *values in after.values_list("pk", key, name, *names):
        for column, old, new in zip(names, before[pk], values, strict=True):
            if old != new:
                rows.append((about, str(called), column, old, new))
    shown = _related_names(model, rows)
    changes = []
    for about, called, column, old, new in rows:
        if column in tracked.hidden:
            old, new = (None if value is None else HIDDEN for value in (old, new))
        changes.append(
            Change(
                model=label, key=about, name=called,
                column=f"{model_label(model)}.{_name_of(model, column)}",
                old=shown.get((column, old), old), new=shown.get((column, new), new),
            )
        )  # fmt: skip
    changes_write(changes)


def _name_of(model: type[models.Model], attribute: str) -> str:
    names = [field.name for field in model._meta.concrete_fields if field.attname == attribute]
    return names[0]


def _related_names(
    model: type[models.Model], rows: Iterable[tuple[Any, ...]]
) -> dict[tuple[str, Any], str]:
    """Return what related rows are called, by column and key."""
    keys: dict[str, set[Any]] = {}
    for _about, _called, column, old, new in rows:
        keys.setdefault(column, set()).update({old, new} - {None})
    shown = {}
    for column, wanted in keys.items():
        field: Any = model._meta.get_field(_name_of(model, column))
        if field.is_relation:
            for row in field.related_model._base_manager.filter(pk__in=wanted):
                shown[column, row.pk] = str(row)
    return shown
