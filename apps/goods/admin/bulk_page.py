"""What the pages about many goods have in common: who may, and which goods."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from utils.admin.base import MAX_ID


class GoodsField(forms.CharField):
    """Keys of goods in one hidden input: ``12,13,20``."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        keys = text.split(",")
        if not all(key.isascii() and key.isdigit() and int(key[:20]) <= MAX_ID for key in keys):
            raise ValidationError(_("This selection names rows that cannot exist."))
        return [int(key) for key in keys]


def joined(keys: Iterable[int]) -> str:
    return ",".join(map(str, keys))


class BulkPage(admin.ModelAdmin):
    def check_may_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def to_list(self, request: HttpRequest, text: Any, level: int) -> HttpResponse:
        self.message_user(request, text, level)
        return HttpResponseRedirect(reverse("admin:goods_goods_changelist"))

    def nothing_chosen(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "admin/goods/bulk_none.html", title=self.opts.verbose_name_plural)

    def show(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )
