"""The question before an action that cannot be undone."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse


def is_confirmed(request: HttpRequest) -> bool:
    return "confirmed" in request.POST


def ask(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    *,
    action: str,
    question: Any,
    rows: Iterable[tuple[int, Any]],
    extra: Mapping[str, str] | None = None,
) -> TemplateResponse:
    """Return a page that asks ``question`` about ``rows`` (id, what to show).

    Yes sends the action again for these rows and no others, with ``confirmed`` and the
    fields of ``extra``.
    """
    opts = model_admin.opts
    rows = list(rows)
    hidden = [
        ("action", action),
        *((ACTION_CHECKBOX_NAME, str(pk)) for pk, _text in rows),
        *(("back", value) for value in request.POST.getlist("back")[:1]),
        *(extra or {}).items(),
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": opts,
        "title": dict(model_admin.get_action_choices(request))[action],
        "question": question,
        "texts": [text for _pk, text in rows],
        "hidden": hidden,
        "media": model_admin.media,
        "list_url": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/trade/confirmation.html", context)
