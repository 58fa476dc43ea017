"""Goods out of and into files: the pages beside the list, and who may open them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from utils.admin.base import ShopModelAdmin
from utils.api.errors import DomainError
from utils.spreadsheets import bounds
from utils.spreadsheets.responses import FORMATS, table_response

from ..models import Goods
from ..services.goods_export import goods_sheet
from ..services.goods_import.starting import goods_import_create
from ..services.goods_import.template import template_sheets


def may_import(request: HttpRequest) -> bool:
    """Import does what the form does, to many goods."""
    user = request.user
    return user.has_perm("goods.add_goods") and user.has_perm("goods.change_goods")


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        found: list[UploadedFile] = files.getlist(name)
        return found


class SeveralFilesField(forms.FileField):
    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(SeveralFilesField, self).clean(file, initial) for file in data or ()]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("file"), max_length=255,
        help_text=_("Excel workbook (.xlsx) or CSV."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip
    pictures = SeveralFilesField(
        label=_("zips of pictures"), required=False,
        help_text=_("If the file names pictures. More can be added after the check."),
        widget=SeveralFiles(attrs={"accept": ".zip"}),
    )  # fmt: skip


class GoodsFilesAdmin(ShopModelAdmin):
    change_list_template = "admin/goods/goods/change_list.html"
    actions: Sequence[str] = ("export_chosen",)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may_import(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("import/", wrap(self.import_view), name="goods_goods_import"),
            path("import/template/", wrap(self.template_view), name="goods_goods_import_template"),
            path("export/", wrap(self.export_view), name="goods_goods_export"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {
            "may_import": self.has_import_permission(request),
            "may_export": self.has_export_permission(request),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            assert request.user.pk is not None
            try:
                goods_import = goods_import_create(
                    staff_id=request.user.pk,
                    file=form.cleaned_data["file"],
                    archives=form.cleaned_data["pictures"],
                )
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                url = reverse("admin:goods_goodsimport_change", args=[goods_import.pk])
                return HttpResponseRedirect(url)
        context = {
            "title": _("Import goods"),
            "form": form,
            "most_rows": bounds.MAX_ROWS,
            "most_megabytes": bounds.MAX_FILE // 2**20,
        }
        return self._page(request, "admin/goods/goods/import.html", context)

    def template_view(self, request: HttpRequest) -> Any:
        if not self.has_import_permission(request):
            raise PermissionDenied
        return _template(request)

    def export_view(self, request: HttpRequest) -> Any:
        """The goods that the list shows under the filters in the address."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request)
        if request.method == "POST":
            format_asked = request.POST.get("format", "xlsx")
            format_ = format_asked if format_asked in FORMATS else "xlsx"
            return _goods_file(listed.get_queryset(request), format_)
        context = {
            "title": _("Export goods"),
            # All of them, where a list counts to a bound.
            "count": listed.get_queryset(request).count(),
            "is_filtered": bool(listed.query or listed.get_filters_params()),
        }
        return self._page(request, "admin/goods/goods/export.html", context)

    @admin.action(permissions=["view"], description=_("Export the chosen goods (Excel)"))
    def export_chosen(
        self, request: HttpRequest, queryset: QuerySet[Goods]
    ) -> StreamingHttpResponse:
        return _goods_file(queryset, "xlsx")

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, template, {**common, **context})


@require_safe
def _template(request: HttpRequest) -> StreamingHttpResponse:
    return table_response(template_sheets(), name="goods-template", format="xlsx")


def _goods_file(goods: QuerySet[Goods], format_: str) -> StreamingHttpResponse:
    return table_response([goods_sheet(goods)], name="goods", format=format_)
