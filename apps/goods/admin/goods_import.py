"""Goods out of and into files: who may, and what staff are told of a file that was not taken."""

from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin

from .goods_resource import GoodsResource


class GoodsImportAdmin(ImportExportModelAdmin):
    resource_classes = [GoodsResource]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Import does what the form does to many goods; the library would let all staff do it."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
