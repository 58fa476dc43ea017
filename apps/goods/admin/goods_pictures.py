"""The pictures of goods in its form: their order, and several new ones at once."""

from typing import Any

from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Goods, GoodsImage
from .pictures import PICTURE_WIDGETS, thumbnail


class GoodsImageInline(admin.TabularInline):
    """What is there: put in another order, replaced, removed. New ones have a field of the form."""

    model = GoodsImage
    fields = ["preview", "position", "image"]
    readonly_fields = ["preview"]
    extra = 0
    max_num = 0
    formfield_overrides = PICTURE_WIDGETS
    classes = ["goods-pictures"]

    @admin.display(description=_("picture"))
    def preview(self, picture: GoodsImage) -> SafeString | str:
        return thumbnail(picture.image, height=72)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        # The preview beside it shows the picture already.
        if "image" in formset.form.base_fields:
            formset.form.base_fields[
                "image"
            ].widget.template_name = "django/forms/widgets/file.html"
        return formset


def pictures_add(goods: Goods, uploads: list[Any]) -> None:
    """Put pictures behind those that the goods have, in the order in which they were chosen."""
    last = goods.images.aggregate(last=Max("position"))["last"] or 0
    for position, upload in enumerate(uploads, last + 1):
        GoodsImage.objects.create(goods=goods, image=upload, position=position)


def may_add_pictures(request: HttpRequest) -> bool:
    return request.user.has_perm("goods.add_goodsimage")
