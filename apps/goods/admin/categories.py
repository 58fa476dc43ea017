from django.contrib import admin
from django.forms import Media
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.admin.base import ShopModelAdmin

from ..models import GoodsCategory, GoodsCategoryBrand
from .category_choice import CategoryFilter, CategorySelect
from .pictures import PICTURE_WIDGETS, thumbnail


@admin.register(GoodsCategory)
class GoodsCategoryAdmin(ShopModelAdmin):
    formfield_overrides = PICTURE_WIDGETS
    list_display = ["name", "code", "category_type", "parent_category", "is_tab", "picture"]
    list_filter = ["category_type", "is_tab"]
    list_select_related = ["parent_category"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["parent_category"]
    exclude = ["add_time"]

    @admin.display(description=_("picture"))
    def picture(self, category: GoodsCategory) -> SafeString | str:
        return thumbnail(category.image, height=32)


@admin.register(GoodsCategoryBrand)
class GoodsCategoryBrandAdmin(ShopModelAdmin):
    formfield_overrides = PICTURE_WIDGETS
    list_display = ["name", "category", "logo"]
    list_filter = [CategoryFilter]
    list_select_related = ["category"]
    search_fields = ["name"]
    autocomplete_fields = ["category"]
    exclude = ["add_time"]

    @property
    def media(self) -> Media:
        return super().media + CategorySelect().media + Media(css={"all": ["goods/admin.css"]})

    @admin.display(description=_("logo"))
    def logo(self, brand: GoodsCategoryBrand) -> SafeString | str:
        return thumbnail(brand.image, height=32)
