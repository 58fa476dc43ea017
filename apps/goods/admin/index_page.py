from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Banner, HotSearchWords, IndexAd
from .pictures import thumbnail


@admin.register(Banner)
class BannerAdmin(admin.ModelAdmin):
    list_display = ["goods", "index", "picture"]
    list_select_related = ["goods"]
    autocomplete_fields = ["goods"]

    @admin.display(description=_("picture"))
    def picture(self, banner: Banner) -> SafeString | str:
        return thumbnail(banner.image)


@admin.register(IndexAd)
class IndexAdAdmin(admin.ModelAdmin):
    list_display = ["category", "goods"]
    list_select_related = ["category", "goods"]
    autocomplete_fields = ["category", "goods"]


@admin.register(HotSearchWords)
class HotSearchWordsAdmin(admin.ModelAdmin):
    list_display = ["keywords", "index"]
    search_fields = ["keywords"]
