"""The pages of imports: what a file would change, how far it is, what became of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from utils.admin.base import ShopModelAdmin
from utils.api.errors import DomainError
from utils.spreadsheets.responses import table_response
from utils.spreadsheets.xlsx_stream import Sheet

from ..models import GoodsImport
from ..services.goods_import import starting
from ..services.goods_import.rows import result_header, result_rows, rows_left
from .files import may_import
from .import_page import page_context, state_badge


@admin.register(GoodsImport)
class GoodsImportAdmin(ShopModelAdmin):
    """Open to those who may add and change goods. Nothing here is edited."""

    list_display = ["name", "state_shown", "rows_total", "rows_done", "staff", "add_time"]
    list_per_page = 50
    actions = None
    show_full_result_count = False

    class Media:
        css = {"all": ["goods/files.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("problems", "notes").prefetch_related("staff")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_import(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_import(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, goods_import: GoodsImport) -> SafeString:
        return state_badge(goods_import)

    def get_urls(self) -> list[URLPattern]:
        actions = {
            "start": self.start, "cancel": self.cancel, "again": self.again,
            "pictures": self.pictures,
        }  # fmt: skip
        own = [
            path(f"<int:import_id>/{name}/", self._post(action), name=f"goods_goodsimport_{name}")
            for name, action in actions.items()
        ]
        for name, view in (("result", self.result), ("left", self.left)):
            wrapped = self.admin_site.admin_view(require_safe(self._permitted(view)))
            own.append(path(f"<int:import_id>/{name}/", wrapped, name=f"goods_goodsimport_{name}"))
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not may_import(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        goods_import = self.get_object(request, object_id)
        if goods_import is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Import of %(name)s") % {"name": goods_import.name},
            **page_context(goods_import, request.GET),
        }
        return TemplateResponse(request, "admin/goods/goodsimport/page.html", context)

    # What the buttons of the page do; each is followed by the page.

    def start(self, request: HttpRequest, import_id: int) -> int:
        starting.goods_import_start(import_id=import_id, staff_id=_staff(request))
        return import_id

    def cancel(self, request: HttpRequest, import_id: int) -> int:
        starting.goods_import_cancel(import_id=import_id)
        return import_id

    def again(self, request: HttpRequest, import_id: int) -> int:
        new = starting.goods_import_recheck(import_id=import_id, staff_id=_staff(request))
        return new.pk

    def pictures(self, request: HttpRequest, import_id: int) -> int:
        archives = request.FILES.getlist("pictures")
        if not archives:
            raise DomainError(_("Choose a zip of pictures first."))
        starting.goods_import_add_archive(import_id=import_id, archives=archives)
        return import_id

    def result(self, request: HttpRequest, import_id: int) -> Any:
        goods_import = get_object_or_404(GoodsImport, pk=import_id)
        sheet = Sheet(_("outcome"), result_header(goods_import), result_rows(goods_import))
        return table_response([sheet], name=f"import-{import_id}", format="xlsx")

    def left(self, request: HttpRequest, import_id: int) -> Any:
        header, rows = rows_left(get_object_or_404(GoodsImport, pk=import_id))
        name = f"import-{import_id}-left"
        return table_response([Sheet(_("goods"), header, rows)], name=name, format="xlsx")

    def _post(self, action: Callable[[HttpRequest, int], int]) -> Any:
        def view(request: HttpRequest, import_id: int) -> HttpResponse:
            get_object_or_404(GoodsImport, pk=import_id)
            try:
                import_id = action(request, import_id)
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)
            url = reverse("admin:goods_goodsimport_change", args=[import_id])
            return HttpResponseRedirect(url)

        return self.admin_site.admin_view(require_POST(self._permitted(view)))

    def _permitted(self, view: Callable[[HttpRequest, int], Any]) -> Any:
        def checked(request: HttpRequest, import_id: int) -> Any:
            if not may_import(request):
                raise PermissionDenied
            return view(request, import_id)

        return checked


def _staff(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return request.user.pk
