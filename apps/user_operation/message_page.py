"""What stands on the page of a buyer's message: the picture, quick replies, the buyer's orders."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.users.admin.panels import Panel, panel_register, panels_of
from apps.users.models import UserProfile
from utils.admin.base import ShopModelAdmin
from utils.uploads.content import content_of
from utils.uploads.pictures import picture_suffix
from utils.uploads.refusals import FileRefusedError

from .models import QuickReply, UserLeavingMessage

# What a browser shows by itself; of BMP not every one does.
PICTURES = {".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp"}
ROWS = 10


class MessagePage(ShopModelAdmin):
    """For the admin of messages. Whoever may see a message may see its picture."""

    change_form_template = "admin/user_operation/userleavingmessage/change_form.html"

    class Media:
        css = {"all": ["trade/admin.css", "users/panels.css", "user_operation/messages.css"]}
        js = ["user_operation/quick_replies.js"]

    def get_urls(self) -> list[URLPattern]:
        picture = path(
            "<int:message_id>/picture/", self.admin_site.admin_view(self.picture_view),
            name="user_operation_userleavingmessage_picture",
        )  # fmt: skip
        return [picture, *super().get_urls()]

    def picture_view(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """The picture that came with a message; 404 when the file is anything else."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).filter(pk=message_id).first()
        if found is None:
            raise Http404
        return _picture(request, found)

    @admin.display(description=_("picture"))
    def picture(self, message: UserLeavingMessage) -> SafeString | str:
        if not _may_be_picture(message):
            return "–"
        url = reverse("admin:user_operation_userleavingmessage_picture", args=[message.pk])
        return format_html(
            '<a href="{}" target="_blank" rel="noopener"><img src="{}" alt="{}" '
            'class="buyers-picture" loading="lazy"></a>',
            url, url, message.file_name,
        )  # fmt: skip

    def page_context(self, request: HttpRequest, obj: UserLeavingMessage) -> dict[str, Any]:
        context: dict[str, Any] = {
            "panels": panels_of(request, obj.user, ["orders", "refund_requests"])
        }
        if self.has_change_permission(request, obj):
            context["quick_replies"] = QuickReply.objects.all()
        return context


def messages_panel(buyer: UserProfile) -> Panel:
    """What a buyer wrote, for the buyer's page."""
    rows: QuerySet[UserLeavingMessage] = UserLeavingMessage.objects.filter(user=buyer)
    page = "admin:user_operation_userleavingmessage_change"
    return Panel(
        title=_("Messages"),
        headers=[_("subject"), _("kind"), _("added"), _("replied")],
        rows=[
            (
                format_html('<a href="{}">{}</a>', reverse(page, args=[row.pk]), row.subject),
                row.get_message_type_display(), row.add_time,
                row.replied_at or _("no reply yet"),
            )
            for row in rows.order_by("-pk")[:ROWS]
        ],
    )  # fmt: skip


@require_safe
def _picture(request: HttpRequest, message: UserLeavingMessage) -> HttpResponse:
    """Judge the content again, whatever the file is called, and say what it is."""
    if not _may_be_picture(message):
        raise Http404
    try:
        with message.file.open("rb") as file, content_of(file) as content:
            kind = PICTURES[picture_suffix(content) or ""]
            picture = bytes(content)
    except (OSError, ValueError, KeyError, FileRefusedError) as error:
        raise Http404 from error
    return HttpResponse(picture, content_type=kind, headers={
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    })  # fmt: skip


def _may_be_picture(message: UserLeavingMessage) -> bool:
    return bool(message.file) and str(message.file.name).endswith(tuple(PICTURES))


panel_register(
    "messages", place=2, permission="user_operation.view_userleavingmessage", make=messages_panel
)
