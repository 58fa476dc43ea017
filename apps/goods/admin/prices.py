"""Prices in forms: one that looks like a slip is asked about once."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ..services.prices import price_doubt

DOUBTED = ("shop_price",)


class PriceInput(forms.NumberInput):
    """After the question, the page carries the price that was asked about."""

    template_name = "admin/goods/price_input.html"
    confirmed = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["confirmed"] = self.confirmed
        return context


class PriceQuestionMixin(forms.ModelForm):
    """Stands before ModelForm, behind ShownValuesMixin."""

    def clean(self) -> Any:
        cleaned = super().clean()
        data = self.cleaned_data if cleaned is None else cleaned
        for name in DOUBTED:
            is_new = not self.instance.pk
            if name in data and (is_new or name in self.changed_data):
                self._ask(name, None if is_new else self.initial.get(name), data[name])
        return data

    def _ask(self, name: str, old: Decimal | None, new: Decimal) -> None:
        doubt, shown = price_doubt(old, new), f"{new:.2f}"
        if doubt is None or self.data.get(f"{self.add_prefix(name)}_confirmed") == shown:
            return
        widget: Any = self.fields[name].widget
        widget.confirmed = shown
        text = _("%(old)s → %(new)s: %(doubt)s. Save again if this is meant.")
        values = {"old": "–" if old is None else old, "new": shown, "doubt": doubt.label}
        self.add_error(name, text % values)
