"""The page that exports payments and refunds for the bookkeeping."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.spreadsheets.responses import table_response

from .money import Span, days_of, days_sheet, payments_sheet, refunds_sheet, sum_of

# Of a longer span the page shows no days; the file has them.
SHOWN_DAYS = 92
FILES = {
    "xlsx": (days_sheet, payments_sheet, refunds_sheet),
    "days": (days_sheet,),
    "payments": (payments_sheet,),
    "refunds": (refunds_sheet,),
}


class SpanForm(forms.Form):
    first = forms.DateField(label=_("from"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("until"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not date(1970, 1, 1) <= first <= last <= date(9000, 1, 1):
            raise forms.ValidationError(_("The last day is before the first."))
        return data


class MoneyExport(admin.ModelAdmin):
    """For the admin of payments."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="trade_payment_export"), *super().get_urls()]

    def has_export_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.has_perm("trade.view_payment") and user.has_perm("trade.view_refund")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"may_export": self.has_export_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def export_view(self, request: HttpRequest) -> Any:
        if not self.has_export_permission(request):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        form = SpanForm(asked if "first" in asked else _this_month())
        if not form.is_valid():
            return self._page(request, form, None)
        span = Span(form.cleaned_data["first"], form.cleaned_data["last"])
        if request.method == "POST":
            kind = request.POST.get("file", "")
            sheets = [make(span) for make in FILES.get(kind, FILES["xlsx"])]
            format_ = "csv" if kind in FILES and kind != "xlsx" else "xlsx"
            name = f"{kind if format_ == 'csv' else 'money'}-{span.first:%Y%m%d}-{span.last:%Y%m%d}"
            return table_response(sheets, name=name, format=format_)
        return self._page(request, form, span)

    def _page(self, request: HttpRequest, form: SpanForm, span: Span | None) -> TemplateResponse:
        is_short = span is not None and span.last - span.first < timedelta(days=SHOWN_DAYS)
        days = days_of(span) if span is not None and is_short else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Payments and refunds by day"),
            "form": form,
            "days": days,
            "total": sum_of(days) if days else None,
            "is_valid": span is not None,
        }
        return TemplateResponse(request, "admin/trade/payment/export.html", context)


def _this_month() -> dict[str, str]:
    today = timezone.localdate()
    return {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
