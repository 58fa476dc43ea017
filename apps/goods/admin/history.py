"""What the history of goods says: columns with old and new value, in the shop's language."""

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext as _

from utils.text.language import in_shop_language

from ..models import Goods

# Their values are too long to be read there.
WITHOUT_VALUES = ("goods_desc", "goods_brief", "goods_front_image")


def form_message(form: Any, formsets: Any) -> str:
    """Return what a form changed; an empty text when it changed nothing."""
    with in_shop_language():
        parts = []
        for name, (label, old, new) in zip(form.columns_changed, form.changes(), strict=True):
            parts.append(label if name in WITHOUT_VALUES else change_text(label, old, new))
        cleaned = form.cleaned_data
        if change := cleaned.get("stock_change"):
            why = dict(form.fields["stock_cause"].choices).get(cleaned.get("stock_cause"), "")
            parts.append(
                _("stock %(change)+d") % {"change": change} + (f"（{why}）" if why else "")
            )
        added = len(cleaned.get("new_pictures") or ())
        for formset in formsets or ():
            added += len(formset.new_objects)
            if count := len(formset.changed_objects):
                parts.append(_("%(count)d pictures changed") % {"count": count})
            if count := len(formset.deleted_objects):
                parts.append(_("%(count)d pictures removed") % {"count": count})
        if added:
            parts.append(_("%(count)d pictures added") % {"count": added})
        return _("; ").join(parts)


def change_text(label: str, old: Any, new: Any) -> str:
    return _("%(label)s: %(old)s → %(new)s") % {"label": label, "old": old, "new": new}


def log_goods(request: HttpRequest, texts: Mapping[int, str]) -> None:
    """Write an entry for each goods of ``texts`` (key: text), in one statement."""
    assert request.user.pk is not None
    kind = ContentType.objects.get_for_model(Goods)
    names = dict(Goods.objects.filter(pk__in=texts).values_list("pk", "name"))
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=request.user.pk,
            content_type=kind,
            object_id=str(pk),
            object_repr=names.get(pk, "")[:200],
            action_flag=CHANGE,
            change_message=text,
        )
        for pk, text in texts.items()
    )
