"""The icons for yes, no and unknown in lists: Django's are called True, False and None."""

from typing import Any

from django.contrib.admin.templatetags import admin_list
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def boolean_icon(value: Any) -> SafeString:
    kind = {True: "yes", False: "no", None: "unknown"}[value]
    called = {True: _("yes"), False: _("no"), None: _("unknown")}[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{kind}.svg"), called)


def icons_translate() -> None:
    """Let lists and forms use ``boolean_icon``; a second call changes nothing."""
    admin_list._boolean_icon = boolean_icon  # type: ignore[attr-defined]
