"""Forms of staff that write what their user changed, and nothing else.

A form lies open for minutes, and others save meanwhile. So each field carries the value that it
was shown with. A field that still has this value was not changed by this user: whatever is in the
database by now stays. A field that was changed by this user and by somebody else is a conflict,
and is refused once, with both values; saved again, this user's value counts.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _

LONGEST_VALUE = 60


class ShownValuesMixin(forms.ModelForm):
    """Stands before ModelForm. A form that carries no shown values is compared with the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.columns() if self.instance.pk else ():
            is_there = self.add_initial_prefix(name) in self.data
            is_file = isinstance(self.fields[name], forms.FileField)
            self.fields[name].show_hidden_initial = not is_file and (is_there or not self.is_bound)

    def columns(self) -> list[str]:
        """Return the names of the fields that are columns of the row."""
        known = {field.name for field in self._meta.model._meta.concrete_fields}
        # A disabled field is shown only: of a password it would carry the hash into the page.
        return [name for name, field in self.fields.items() if name in known and not field.disabled]

    @cached_property
    def columns_changed(self) -> list[str]:
        """The names of columns that this user changed, and that are to be written."""
        columns = self.columns()
        return [name for name in self.changed_data if name in columns]

    def shown(self, name: str) -> str | None:
        """Return the value of a field that its user saw, as the form carries it; or None."""
        value: str | None = self.data.get(self.add_initial_prefix(name))
        return value

    def current(self, name: str) -> str:
        """Return what the row holds by now, as a form would carry it."""
        value = self[name].field.prepare_value(self.initial.get(name))
        return "" if value is None else str(value)

    def clean(self) -> Any:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        if not self.instance.pk:
            return data
        for name in self.columns():
            if name not in data:
                continue
            if name not in self.changed_data:
                data[name] = getattr(self.instance, name)
            elif self._is_overtaken(name):
                self._refuse_once(name)
        return data

    def _is_overtaken(self, name: str) -> bool:
        """Say whether somebody else gave a changed field yet another value."""
        field: Any = self.fields[name]
        shown, mine = self.shown(name), self.data.get(self.add_prefix(name))
        now = self._plain(name, self.initial.get(name))
        if shown is None or not field.has_changed(now, self._plain(name, shown)):
            return False
        return bool(field.has_changed(now, self._plain(name, mine)))

    def _plain(self, name: str, value: Any) -> Any:
        """Return a text as its field reads it, with the line ends that are stored or sent."""
        if not isinstance(value, str) or not isinstance(self.fields[name], forms.CharField):
            return value
        return self.fields[name].to_python(value.replace("\r\n", "\n"))

    def _refuse_once(self, name: str) -> None:
        values = {
            "shown": self.as_text(name, self.shown(name)),
            "current": self.as_text(name, self.current(name)),
            "mine": self.as_text(name, self.data.get(self.add_prefix(name))),
            "who": self._who_and_when(),
        }
        text = _(
            "Changed meanwhile%(who)s: it was %(shown)s when you opened this page and is "
            "%(current)s now. You wrote %(mine)s. Save again to put yours in its place."
        )
        self.add_error(name, text % values)
        # The page that shows this error shows the new value: saved again, there is no conflict.
        self.put(self.add_initial_prefix(name), self.current(name))

    def put(self, name: str, value: str) -> None:
        """Change what the form was sent, for the page that shows it again."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[name] = value
        self.data = data

    def changes(self) -> Iterable[tuple[str, str, str]]:
        """Yield label, old and new value of what this user changed, as staff read it."""
        for name in self.columns_changed:
            old, new = self.current(name), self.data.get(self.add_prefix(name))
            yield str(self.fields[name].label), self.as_text(name, old), self.as_text(name, new)

    def as_text(self, name: str, value: Any) -> str:
        """Return a value of a field as its user reads it, in few words."""
        field: Any = self.fields[name]
        if isinstance(field, forms.BooleanField):
            value = _("yes") if field.to_python(value) else _("no")
        elif isinstance(field, forms.ModelChoiceField):
            rows: Any = field.queryset
            found = rows.filter(pk=value).first() if str(value).isdecimal() else None
            value = field.label_from_instance(found) if found else value
        return Truncator(str(value or "–")).chars(LONGEST_VALUE)

    def _who_and_when(self) -> str:
        """Return who saved the row last, if its history says so."""
        kind = ContentType.objects.get_for_model(self.instance)
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(self.instance.pk))
        entry = entries.select_related("user").order_by("-pk").first()
        if entry is None:
            return ""
        moment = timezone.localtime(entry.action_time)
        return _(" by %(name)s at %(time)s") % {"name": entry.user, "time": f"{moment:%m-%d %H:%M}"}
