from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.admin.base import ShopModelAdmin

from ..models import Banner, HotSearchWords, IndexAd
from .pictures import PICTURE_WIDGETS, thumbnail


@admin.register(Banner)
class BannerAdmin(ShopModelAdmin):
    formfield_overrides = PICTURE_WIDGETS
    list_display = ["goods", "picture", "index"]
    list_editable = ["index"]
    exclude = ["add_time"]
    list_select_related = ["goods"]
    autocomplete_fields = ["goods"]

    @admin.display(description=_("picture"))
    def picture(self, banner: Banner) -> SafeString | str:
        return thumbnail(banner.image)


@admin.register(IndexAd)
class IndexAdAdmin(ShopModelAdmin):
    list_display = ["category", "goods"]
    list_select_related = ["category", "goods"]
    autocomplete_fields = ["category", "goods"]


@admin.register(HotSearchWords)
class HotSearchWordsAdmin(ShopModelAdmin):
    list_display = ["keywords", "index"]
    list_editable = ["index"]
    exclude = ["add_time"]
    search_fields = ["keywords"]
