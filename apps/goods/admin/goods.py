import secrets
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_ckeditor_5.widgets import CKEditor5Widget

from utils.admin.base import RefusedFormMixin
from utils.text.language import in_shop_language

from ..models import Goods, GoodsImage, GoodsViewCount
from ..services.catalogue import goods_set_on_sale
from ..services.stock import MOST_PIECES, stock_adjust
from .goods_import import GoodsImportAdmin
from .pictures import thumbnail


class GoodsForm(forms.ModelForm):
    """Stock is moved by a number of pieces, never set to one.

    A form that was opened before a sale and saved after it must not undo the sale; and one
    that is sent twice moves the stock once, which its token is for.
    """

    stock_change = forms.IntegerField(
        label=_("change of stock"), required=False, initial=0,
        min_value=-MOST_PIECES, max_value=MOST_PIECES,
        help_text=_("Pieces that came in (12) or are gone (-3); saved as a stock movement."),
    )  # fmt: skip
    stock_token = forms.SlugField(
        required=False, max_length=32, widget=forms.HiddenInput,
        initial=lambda: secrets.token_hex(8),
    )  # fmt: skip

    class Meta:
        model = Goods
        fields = [
            "category", "goods_sn", "name", "goods_brief", "goods_desc", "market_price",
            "shop_price", "ship_free", "goods_front_image", "is_new", "is_hot", "is_on_sale",
        ]  # fmt: skip
        widgets = {"goods_desc": CKEditor5Widget()}

    def clean_stock_change(self) -> int:
        change: int = self.cleaned_data["stock_change"] or 0
        # Only a first look, for an error beside the field; stock_adjust() looks again as it writes.
        if self.instance.goods_num + change < 0:
            raise forms.ValidationError(
                _("Only %(pieces)d are left.") % {"pieces": self.instance.goods_num}
            )
        return change


class GoodsImageInline(admin.TabularInline):
    model = GoodsImage
    fields = ["image", "preview"]
    readonly_fields = ["preview"]
    extra = 1

    @admin.display(description=_("picture"))
    def preview(self, picture: GoodsImage) -> SafeString | str:
        return thumbnail(picture.image, height=72)


@admin.register(Goods)
class GoodsAdmin(RefusedFormMixin, GoodsImportAdmin):
    form = GoodsForm
    inlines = [GoodsImageInline]
    list_display = [
        "front", "name", "goods_sn", "category", "shop_price", "goods_num", "sold_num",
        "is_on_sale", "is_new", "is_hot",
    ]  # fmt: skip
    list_display_links = ["front", "name"]
    list_filter = ["is_on_sale", "is_new", "is_hot", "ship_free", "category"]
    list_select_related = ["category"]
    list_per_page = 50
    search_fields = ["name", "goods_sn"]
    autocomplete_fields = ["category"]
    readonly_fields = ["goods_num", "sold_num", "fav_num", "click_num", "add_time"]
    fieldsets = [
        (None, {"fields": ["name", "goods_sn", "category", "is_on_sale"]}),
        (_("Price"), {"fields": ["shop_price", "market_price", "ship_free"]}),
        (_("Stock"), {"fields": ["goods_num", "stock_change", "stock_token"]}),
        (_("Shown"), {"fields": ["goods_front_image", "goods_brief", "goods_desc",
                                 "is_new", "is_hot"]}),
        (_("Counted"), {"fields": ["sold_num", "fav_num", "click_num", "add_time"]}),
    ]  # fmt: skip
    actions = ["put_on_shelf", "take_off_shelf"]

    @admin.display(description=_("clicks"))
    def click_num(self, goods: Goods) -> int:
        counts = GoodsViewCount.objects.filter(pk=goods.pk)
        return counts.values_list("click_num", flat=True).first() or 0

    @admin.display(description="")
    def front(self, goods: Goods) -> SafeString | str:
        return thumbnail(goods.goods_front_image)

    def save_model(self, request: HttpRequest, obj: Goods, form: Any, change: bool) -> None:
        if change:
            # Only what the form holds: counters may have moved since it was opened.
            obj.save(update_fields=[*GoodsForm.Meta.fields, "search_text"])
        else:
            obj.save()
        delta, token = form.cleaned_data["stock_change"], form.cleaned_data["stock_token"]
        reference = f"admin:{request.user.pk}" + (f":{token}" if token else "")
        # The row is locked by its saving: of two that come at once, the second sees the first.
        if delta and token and obj.movements.filter(reference=reference).exists():
            text = _("This change of stock was saved already, and not made again.")
            self.message_user(request, text, level=messages.WARNING)
            return
        stock_adjust(goods_id=obj.pk, delta=delta, reference=reference)

    @admin.action(permissions=["change"], description=_("Put on the shelf"))
    def put_on_shelf(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._set_on_sale(request, queryset, is_on_sale=True)

    @admin.action(permissions=["change"], description=_("Take off the shelf"))
    def take_off_shelf(self, request: HttpRequest, queryset: QuerySet[Goods]) -> None:
        self._set_on_sale(request, queryset, is_on_sale=False)

    def _set_on_sale(
        self, request: HttpRequest, queryset: QuerySet[Goods], *, is_on_sale: bool
    ) -> None:
        assert request.user.pk is not None
        with in_shop_language():
            text = gettext("Put on the shelf.") if is_on_sale else gettext("Taken off the shelf.")
        with transaction.atomic():
            changed = goods_set_on_sale(
                goods_ids=queryset.values_list("pk", flat=True), is_on_sale=is_on_sale
            )
            LogEntry.objects.log_actions(
                user_id=request.user.pk, queryset=Goods.objects.in_bulk(changed).values(),
                action_flag=CHANGE, change_message=text,
            )  # fmt: skip
        self.message_user(request, _("%(count)d goods changed.") % {"count": len(changed)})
