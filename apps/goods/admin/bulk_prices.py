"""The page that changes many prices: a rule, a preview of the new prices, the change."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from utils.db.transactions import retry_on_deadlock
from utils.text.language import in_shop_language

from ..models import Goods
from ..services.prices import (
    Doubt,
    PriceRule,
    Rounding,
    goods_change_prices,
    pieces_of,
    price_doubt,
)
from .bulk_page import BulkPage, GoodsField, joined
from .history import change_text, log_goods

ROWS_SHOWN = 200

_SEEN = re.compile(r"(?<![^,])([0-9]{1,18}):([0-9]{1,8}\.[0-9]{2})(?![^,])")


class PricesForm(forms.Form):
    goods = GoodsField()
    # The prices that the preview showed: "12:29.90,13:8.00".
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    column = forms.ChoiceField(
        label=_("price"),
        choices=[("shop_price", _("shop price")), ("market_price", _("market price"))],
    )
    amount = forms.DecimalField(
        label=_("change by"), max_digits=10, decimal_places=2,
        help_text=_("5 is dearer, -5 is cheaper."),
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("unit"), choices=[("percent", "%"), ("yuan", _("yuan"))])
    rounding = forms.ChoiceField(
        label=_("rounding"), choices=Rounding.choices, initial=Rounding.NINETY
    )
    checked = forms.BooleanField(label=_("I have looked at the marked prices."), required=False)

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("0 changes nothing."))
        return amount

    def rule(self) -> PriceRule:
        data = self.cleaned_data
        return PriceRule(**{data["unit"]: data["amount"]}, rounding=Rounding(data["rounding"]))

    def seen_prices(self) -> dict[int, Decimal]:
        """Return the prices of the preview; of nonsense, nothing."""
        pairs = _SEEN.findall(self.cleaned_data["seen"])
        return {int(pk): Decimal(price) for pk, price in pairs}


@dataclass(frozen=True)
class PreviewRow:
    """``new`` is None where the rule leads below 0 or too high: such a price stays."""

    goods: Goods
    old: Decimal
    new: Decimal | None

    @property
    def doubt(self) -> Doubt | None:
        return None if self.new is None else price_doubt(self.old, self.new)

    @property
    def is_marked(self) -> bool:
        return self.new is None or self.doubt is not None

    @property
    def percent(self) -> str:
        if self.new is None or not self.old:
            return ""
        return f"{(self.new - self.old) / self.old * 100:+.1f} %"


class PricesPage(BulkPage):
    def prices_page(self, request: HttpRequest, keys: Iterable[int]) -> HttpResponse:
        return self._show_prices(request, PricesForm(initial={"goods": joined(keys)}), list(keys))

    def prices_view(self, request: HttpRequest) -> HttpResponse:
        self.check_may_change(request)
        form = PricesForm(request.POST)
        if not form.is_valid():
            if request.method != "POST" or "goods" in form.errors:
                return self.nothing_chosen(request)
            return self._show_prices(request, form, form.cleaned_data["goods"])
        keys, rule, column = form.cleaned_data["goods"], form.rule(), form.cleaned_data["column"]
        seen = form.seen_prices()
        if "apply" not in request.POST or not seen:
            return self._show_prices(request, form, keys, preview(keys, rule, column))
        plan = {
            pk: (old, new) for pk, old in seen.items()
            if pk in set(keys) and (new := rule.apply(old)) is not None and new != old
        }  # fmt: skip
        has_doubts = any(price_doubt(old, new) for old, new in plan.values())
        if has_doubts and not form.cleaned_data["checked"]:
            form.add_error("checked", _("Please look at the marked prices first."))
            return self._show_prices(request, form, keys, preview(keys, rule, column))
        changed = prices_change(request, column=column, plan=plan)
        if others := len(plan) - changed:
            left = _("%(count)d goods got another price meanwhile, and were left alone.")
            self.message_user(request, left % {"count": others}, messages.WARNING)
        text = _("%(count)d goods changed.") % {"count": changed}
        return self.to_list(request, text, messages.SUCCESS)

    def _show_prices(
        self,
        request: HttpRequest,
        form: PricesForm,
        keys: list[int],
        rows: list[PreviewRow] | None = None,
    ) -> HttpResponse:
        if rows is not None:
            data: Any = form.data.copy()  # type: ignore[attr-defined]
            data["seen"] = ",".join(f"{row.goods.pk}:{row.old}" for row in rows)
            form.data = data
        marked = [row for row in rows or () if row.is_marked]
        plain = [row for row in rows or () if not row.is_marked]
        context: dict[str, Any] = {
            "title": _("Change prices"), "form": form, "count": len(keys),
            "rows": (marked + plain)[:ROWS_SHOWN] if rows is not None else None,
            "more": max(0, len(rows or ()) - ROWS_SHOWN), "marked": len(marked),
            "asks": any(row.doubt for row in marked), "media": self.media,
        }  # fmt: skip
        return self.show(request, "admin/goods/bulk_prices.html", **context)


def preview(keys: Iterable[int], rule: PriceRule, column: str) -> list[PreviewRow]:
    """Return what a rule would make of prices as they are now; nothing is locked or written."""
    rows = []
    for goods in Goods.objects.filter(pk__in=keys).only("name", "goods_sn", column).order_by("pk"):
        old = getattr(goods, column)
        rows.append(PreviewRow(goods, old, rule.apply(old)))
    return rows


def prices_change(
    request: HttpRequest, *, column: str, plan: Mapping[int, tuple[Decimal, Decimal]]
) -> int:
    """Write prices, 100 in one transaction, each with its history; return how many changed."""
    return sum(
        _piece_change(request, column=column, plan={pk: plan[pk] for pk in piece})
        for piece in pieces_of(plan)
    )


@retry_on_deadlock
@transaction.atomic
def _piece_change(
    request: HttpRequest, *, column: str, plan: Mapping[int, tuple[Decimal, Decimal]]
) -> int:
    label = Goods._meta.get_field(column).verbose_name  # type: ignore[union-attr]
    with in_shop_language():
        changed = goods_change_prices(column=column, plan=plan)
        texts = {pk: change_text(str(label), old, new) for pk, (old, new) in changed.items()}
        log_goods(request, texts)
    return len(changed)
