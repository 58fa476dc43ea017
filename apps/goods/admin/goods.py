"""Goods: the list, with prices to be edited in it, and the page of one."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, prefetch_related_objects
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.admin.base import RefusedFormMixin
from utils.api.lookups import parse_pk

from ..models import Goods, GoodsViewCount, StockMovement
from ..services.catalogue import goods_lock
from ..services.stock import stock_adjust
from .bulk import GoodsBulkActions
from .category_choice import CategoryFilter, CategoryPathField, CategorySelect
from .files import GoodsFilesAdmin
from .goods_form import GoodsForm, GoodsListForm, LockedRowsFormSet
from .goods_pictures import GoodsImageInline, may_add_pictures, pictures_add
from .history import form_message
from .pictures import PICTURE_WIDGETS, thumbnail
from .stock import stock_links

# What a search looks through is made of these.
SEARCHED = {"name", "goods_brief", "goods_desc"}


@admin.register(Goods)
class GoodsAdmin(RefusedFormMixin, GoodsBulkActions, GoodsFilesAdmin):
    form = GoodsForm
    inlines = [GoodsImageInline]
    list_display = [
        "front", "name_and_number", "shop_price", "goods_num", "is_on_sale", "category",
        "sold_num", "marks",
    ]  # fmt: skip
    list_display_links = ["front", "name_and_number"]
    list_editable = ["shop_price"]
    list_filter = [CategoryFilter, "is_on_sale", "is_new", "is_hot", "ship_free"]
    list_select_related = ["category"]
    # A row of the list has up to four inputs, and a form at most 500.
    list_per_page = list_max_show_all = 50
    ordering = ["-id"]
    search_fields = ["name", "goods_sn"]
    search_keys_first = True  # see the index goods_named
    readonly_fields = ["goods_num", "ledger_links", "sold_num", "fav_num", "click_num", "add_time"]
    formfield_overrides = PICTURE_WIDGETS
    fieldsets = [
        (None, {"fields": ["name", "goods_sn", "category", "is_on_sale"]}),
        (_("Price"), {"fields": ["shop_price", "market_price", "ship_free"]}),
        (_("Stock"), {"fields": [
            ("goods_num", "ledger_links"), "stock_change", "stock_cause", "stock_note",
            "stock_token",
        ]}),
        (_("Shown"), {"fields": ["goods_front_image", "new_pictures", "goods_brief", "goods_desc",
                                 "desc_shown", "desc_untouched", "is_new", "is_hot"]}),
        (_("Counted"), {"fields": ["sold_num", "fav_num", "click_num", "add_time"]}),
    ]  # fmt: skip
    actions = (*GoodsBulkActions.actions, *GoodsFilesAdmin.actions)

    @property
    def media(self) -> Media:
        # The filter beside the list has the same scripts as the field of the form.
        return super().media + CategorySelect().media + Media(css={"all": ["goods/admin.css"]})

    @admin.display(description=_("clicks"))
    def click_num(self, goods: Goods) -> int:
        counts = GoodsViewCount.objects.filter(pk=goods.pk)
        return counts.values_list("click_num", flat=True).first() or 0

    @admin.display(description=_("where it went"))
    def ledger_links(self, goods: Goods) -> SafeString | str:
        return stock_links(goods)

    @admin.display(description="")
    def front(self, goods: Goods) -> SafeString | str:
        return thumbnail(goods.goods_front_image)

    @admin.display(description=_("name"), ordering="name")
    def name_and_number(self, goods: Goods) -> SafeString:
        return format_html('{}<br><span class="quiet">{}</span>', goods.name, goods.goods_sn)

    @admin.display(description=_("marks"))
    def marks(self, goods: Goods) -> str:
        marks = ((_("new"), goods.is_new), (_("hot"), goods.is_hot))
        return " ".join(str(name) for name, is_set in marks if is_set) or "–"

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "category":
            kwargs |= {"form_class": CategoryPathField, "widget": CategorySelect()}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what is not a column and only a form of those who may write has."""
        may_write = self.has_change_permission(request, obj) if obj else True
        hidden = set() if may_write else {*self.form.base_fields} - {*self.form.Meta.fields}
        if not may_add_pictures(request):
            hidden.add("new_pictures")
        return [
            (title, {**options, "fields": [f for f in options["fields"] if f not in hidden]})
            for title, options in self.fieldsets
        ]

    # --- Saving: rows are locked before they are compared with what a form showed ------

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        if request.method == "POST" and self.has_change_permission(request):
            try:
                key = Goods._meta.pk.to_python(unquote(object_id))
            except ValidationError:
                return None
            goods_lock(key)
        return super().get_object(request, object_id, from_field)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return GoodsListForm

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=LockedRowsFormSet, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if "_save" not in request.POST:
            return super().changelist_view(request, extra_context)
        with transaction.atomic():
            response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            # Refused: beside each form stand its own goods, though others came on the list since.
            changelist = response.context_data["cl"]
            changelist.result_list = [form.instance for form in changelist.formset.forms]
            prefetch_related_objects(changelist.result_list, "category")
        return response

    def save_model(self, request: HttpRequest, obj: Goods, form: Any, change: bool) -> None:
        if not change:
            obj.save()
        elif columns := form.columns_changed:
            derived = ["search_text"] if SEARCHED & {*columns} else []
            obj.save(update_fields=[*columns, *derived])
        if taken_away := getattr(form, "taken_away", ()):
            text = _(
                "Taken out of the description, because it could harm buyers or the page: %(what)s"
            )
            self.message_user(request, text % {"what": ", ".join(taken_away)}, messages.WARNING)
        if form.cleaned_data.get("stock_change"):
            self._move_stock(
                request,
                obj,
                **_picked(form, "stock_change", "stock_cause", "stock_note", "stock_token"),
            )

    def _move_stock(
        self,
        request: HttpRequest,
        goods: Goods,
        *,
        stock_change: int,
        stock_cause: str,
        stock_note: str,
        stock_token: str,
    ) -> None:
        reference = f"admin:{request.user.pk}" + (f":{stock_token}" if stock_token else "")
        # The row is locked: of two that come at once, the second sees the first.
        if stock_token and goods.movements.filter(reference=reference).exists():
            text = _("This change of stock was saved already, and not made again.")
            self.message_user(request, text, level=messages.WARNING)
            return
        stock_adjust(
            goods_id=goods.pk, delta=stock_change, reference=reference,
            cause=stock_cause, note=stock_note,
        )  # fmt: skip

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        uploads = form.cleaned_data.get("new_pictures")
        if uploads and may_add_pictures(request):
            pictures_add(form.instance, uploads)

    # --- History -----------------------------------------------------------------------

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return super().construct_change_message(request, form, formsets, add)
        return form_message(form, formsets)

    # --- Deleting ----------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        key = parse_pk(unquote(object_id))
        has_ledger = key is not None and StockMovement.objects.filter(goods=key).exists()
        context = {"show_delete": not has_ledger, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


def _picked(form: Any, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}
