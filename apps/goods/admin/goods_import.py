"""Goods out of and into files: who may, and what staff are told of a file that was not taken."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from import_export.admin import ImportExportModelAdmin
from import_export.results import Result

from utils.admin.base import ShopModelAdmin

from .goods_resource import GoodsResource

PROBLEMS_SHOWN = 10


class GoodsImportAdmin(ShopModelAdmin, ImportExportModelAdmin):
    resource_classes = [GoodsResource]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Import does what the form does to many goods; the library would let all staff do it."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> Any:
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            # Confirmed twice: the first time took the file away.
            text = _("This file was imported already, or is gone. Please choose it again.")
            self.message_user(request, text, level=messages.ERROR)
            return self._to_import()

    def process_result(self, result: Result, request: HttpRequest) -> Any:
        """Say what became of a confirmed file; the library would call any of them imported."""
        problems = [
            *((None, error.error) for error in result.base_errors),
            *((row.number, error.error) for row in result.error_rows for error in row.errors),
            *((row.number, " ".join(row.error.messages)) for row in result.invalid_rows),
        ]
        if not problems:
            return super().process_result(result, request)
        text = _("Nothing was imported: the file does not fit what there is by now.")
        self.message_user(request, text, level=messages.ERROR)
        for number, problem in problems[:PROBLEMS_SHOWN]:
            text = _("Row %(row)s: %(problem)s") % {"row": number or "–", "problem": problem}
            self.message_user(request, text, level=messages.ERROR)
        return self._to_import()

    def _to_import(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:goods_goods_import"))
