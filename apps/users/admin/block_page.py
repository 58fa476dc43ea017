"""The page on which staff block a buyer, or let one in again, and say why."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.text.language import in_shop_language

from .activation import ReasonForm, account_switch


class BlockPage(admin.ModelAdmin):
    """For the admin of buyers: to block takes the permission to change them."""

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<int:buyer_id>/block/", self.admin_site.admin_view(self.block_view),
            name="users_buyer_block",
        )  # fmt: skip
        return [page, *super().get_urls()]

    def block_view(self, request: HttpRequest, buyer_id: int) -> HttpResponse:
        """Ask for a reason; do what the page that was shown said, and keep it in the history."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        buyer: Any = self.get_queryset(request).filter(pk=buyer_id).first()
        if buyer is None or not self.has_change_permission(request, buyer):
            raise Http404
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            # What the page said, not the opposite of what is now: a colleague may be quicker.
            is_active = request.POST.get("is_active") == "1"
            self._set(request, buyer, is_active=is_active, reason=form.cleaned_data["reason"])
            return HttpResponseRedirect(reverse("admin:users_buyer_change", args=[buyer.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Block") if buyer.is_active else _("Unblock"),
            "buyer": buyer,
            "form": form,
        }
        return TemplateResponse(request, "admin/users/buyer/block.html", context)

    def _set(self, request: HttpRequest, buyer: Any, *, is_active: bool, reason: str) -> None:
        with in_shop_language():
            entry = gettext("Unblocked: %(reason)s") if is_active else gettext(
                "Blocked: %(reason)s"
            )  # fmt: skip
        is_new = account_switch(
            self, request, buyer,
            is_active=is_active, reason=reason, entry=entry % {"reason": reason},
        )  # fmt: skip
        if not is_new:
            text = _("Somebody did that before; nothing was changed.")
            self.message_user(request, text, messages.WARNING)
            return
        text = _("The buyer may log in again.") if is_active else _("The buyer is blocked.")
        self.message_user(request, text, messages.SUCCESS)
