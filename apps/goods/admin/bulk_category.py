"""The page that moves many goods to another category."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from utils.db.transactions import retry_on_deadlock
from utils.text.language import in_shop_language

from ..models import Goods, GoodsCategory
from ..services.catalogue import goods_set_category
from ..services.prices import pieces_of
from .bulk_page import BulkPage, GoodsField, joined
from .category_choice import CategoryPathField
from .history import change_text, log_goods


class CategoryForm(forms.Form):
    goods = GoodsField()
    category = CategoryPathField(
        queryset=GoodsCategory.objects.all(), label=_("category"), empty_label="—"
    )


class CategoryPage(BulkPage):
    def category_page(
        self, request: HttpRequest, keys: Iterable[int], form: CategoryForm | None = None
    ) -> HttpResponse:
        form = form or CategoryForm(initial={"goods": joined(keys)})
        goods = Goods.objects.filter(pk__in=keys).select_related("category").order_by("-pk")
        context: dict[str, Any] = {
            "title": _("Move to a category"), "form": form, "goods": goods[:100],
            "count": goods.count(), "media": self.media + form.media,
        }  # fmt: skip
        return self.show(request, "admin/goods/bulk_category.html", **context)

    def category_view(self, request: HttpRequest) -> HttpResponse:
        self.check_may_change(request)
        form = CategoryForm(request.POST)
        if not form.is_valid():
            if request.method != "POST" or "goods" in form.errors:
                return self.nothing_chosen(request)
            keys = GoodsField().clean(request.POST["goods"])
            return self.category_page(request, keys, form)
        changed = category_change(request, **form.cleaned_data)
        text = _("%(count)d goods changed.") % {"count": changed}
        return self.to_list(request, text, messages.SUCCESS)


def category_change(request: HttpRequest, *, goods: list[int], category: GoodsCategory) -> int:
    """Move goods, 100 in one transaction, each with its history; return how many moved."""
    paths = {row.pk: row.path for row in GoodsCategory.objects.all().with_paths()}
    return sum(_piece_move(request, piece, category, paths) for piece in pieces_of(goods))


@retry_on_deadlock
@transaction.atomic
def _piece_move(
    request: HttpRequest, piece: list[int], category: GoodsCategory, paths: Mapping[int, str]
) -> int:
    before = dict(Goods.objects.filter(pk__in=piece).values_list("pk", "category_id"))
    changed = goods_set_category(goods_ids=piece, category=category)
    with in_shop_language():
        label = str(Goods._meta.get_field("category").verbose_name)  # type: ignore[union-attr]
        texts = {
            pk: change_text(label, paths.get(before[pk], "–"), paths[category.pk]) for pk in changed
        }
        log_goods(request, texts)
    return len(changed)
