from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.admin.base import ShopModelAdmin

from ..models import GoodsCategory, GoodsCategoryBrand
from .pictures import thumbnail


@admin.register(GoodsCategory)
class GoodsCategoryAdmin(ShopModelAdmin):
    list_display = ["name", "code", "category_type", "parent_category", "is_tab"]
    list_filter = ["category_type", "is_tab"]
    list_select_related = ["parent_category"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["parent_category"]


@admin.register(GoodsCategoryBrand)
class GoodsCategoryBrandAdmin(ShopModelAdmin):
    list_display = ["name", "category", "logo"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["name"]
    autocomplete_fields = ["category"]

    @admin.display(description=_("logo"))
    def logo(self, brand: GoodsCategoryBrand) -> SafeString | str:
        return thumbnail(brand.image, height=32)
