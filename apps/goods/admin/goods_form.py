"""The forms of goods: a page for one, and prices in the list."""

import hashlib
import re
import secrets
from typing import Any

from django import forms
from django.forms.models import BaseModelFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_ckeditor_5.widgets import CKEditor5Widget

from utils.admin.shown_values import ShownValuesMixin

from ..models import Goods, StockMovement
from ..services.descriptions import description_clean
from ..services.stock import MOST_PIECES
from .pictures import ManyPicturesField
from .prices import PriceInput, PriceQuestionMixin

_BETWEEN_TAGS = re.compile(r">\s+<")


class DescriptionWidget(CKEditor5Widget):
    """The editor, and behind its script one of ours that tells whether it was used."""

    class Media:
        js = ["goods/description.js"]


class GoodsListForm(ShownValuesMixin, PriceQuestionMixin, forms.ModelForm):
    """A row of the list."""

    class Meta:
        model = Goods
        fields = ["shop_price"]
        widgets = {"shop_price": PriceInput(attrs={"class": "price-in-list"})}

    def _post_clean(self) -> None:
        # Of 50 rows one was changed: the others need no query for each constraint.
        if self.has_changed():
            super()._post_clean()  # type: ignore[misc]


class LockedRowsFormSet(BaseModelFormSet):
    """The rows of a list that is saved stay as they are read until they are written."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and kwargs.get("queryset") is not None:
            # In the order in which every writer locks goods.
            kwargs["queryset"] = kwargs["queryset"].order_by("pk").select_for_update()
        super().__init__(data, *args, **kwargs)

    def add_fields(self, form: Any, index: Any) -> None:
        super().add_fields(form, index)
        # Django's own field asks the database for every row again, which are all read by now.
        form.fields["id"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=form.instance.pk
        )


class GoodsForm(ShownValuesMixin, PriceQuestionMixin, forms.ModelForm):
    """Stock is moved by a number of pieces, never set to one.

    A form that was opened before a sale and saved after it must not undo the sale; and one
    that is sent twice moves the stock once, which its token is for.
    """

    stock_change = forms.IntegerField(
        label=_("change of stock"), required=False, initial=0,
        min_value=-MOST_PIECES, max_value=MOST_PIECES,
        help_text=_("Pieces that came in (12) or are gone (-3); saved as a stock movement."),
    )  # fmt: skip
    stock_cause = forms.ChoiceField(
        label=_("why the stock changes"), required=False,
        choices=[("", "---------"), *StockMovement.Cause.choices],
    )  # fmt: skip
    stock_note = forms.CharField(
        label=_("note"), required=False, max_length=200,
        help_text=_("Kept in the ledger, such as the number of a delivery note."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )  # fmt: skip
    stock_token = forms.SlugField(
        required=False, max_length=32, widget=forms.HiddenInput, label="",
        initial=lambda: secrets.token_hex(8),
    )  # fmt: skip
    new_pictures = ManyPicturesField(
        folder="goods", label=_("more pictures"),
        help_text=_("Choose several at once. JPEG, PNG, GIF or WebP."),
    )  # fmt: skip
    # Of the description: which text was shown, and whether the editor was used ("1": it was not;
    # "?": the page shows the stored text, and no script has told). The editor writes every text
    # a little differently, so that its text alone tells nothing.
    desc_shown = forms.CharField(label="", required=False, max_length=64, widget=forms.HiddenInput)
    desc_untouched = forms.CharField(
        label="", required=False, max_length=1, widget=forms.HiddenInput
    )

    class Meta:
        model = Goods
        fields = [
            "category", "goods_sn", "name", "goods_brief", "goods_desc", "market_price",
            "shop_price", "ship_free", "goods_front_image", "is_new", "is_hot", "is_on_sale",
        ]  # fmt: skip
        widgets = {"goods_desc": DescriptionWidget(), "shop_price": PriceInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "goods_desc" in self.fields:  # not of those who may only look
            # The text of a description goes into the page once, not twice.
            self.fields["goods_desc"].show_hidden_initial = False
        self.initial["desc_shown"] = _digest(self.instance.goods_desc)
        self.initial["desc_untouched"] = "?"
        self.taken_away: list[str] = []

    @cached_property
    def changed_data(self) -> list[str]:  # type: ignore[override]
        changed = [
            name for name in super().changed_data
            if name not in ("stock_token", "desc_shown", "desc_untouched")
        ]  # fmt: skip
        if "goods_desc" in changed and self._is_desc_untouched():
            changed.remove("goods_desc")
        return changed

    def _is_desc_untouched(self) -> bool:
        if self.data.get(self.add_prefix("desc_untouched")) == "1":
            return True
        text = self.data.get(self.add_prefix("goods_desc")) or ""
        return _canonical(text) == _canonical(self.instance.goods_desc)

    def clean_stock_change(self) -> int:
        change: int = self.cleaned_data["stock_change"] or 0
        # Only a first look, for an error beside the field; stock_adjust() looks again as it writes.
        if self.instance.goods_num + change < 0:
            raise forms.ValidationError(
                _("Only %(pieces)d are left.") % {"pieces": self.instance.goods_num}
            )
        return change

    def clean(self) -> Any:
        data = super().clean()
        if data.get("stock_change") and "stock_cause" in data and not data["stock_cause"]:
            self.add_error("stock_cause", _("Choose why the stock changes."))
        if "goods_desc" in self.changed_data:
            # Should the form be shown again, then not with the stored text.
            self.put(self.add_prefix("desc_untouched"), "")
            if "goods_desc" in data and not self.errors:
                data["goods_desc"], self.taken_away = description_clean(data["goods_desc"])
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for name in ("goods_front_image", "new_pictures"):
            # A browser does not send the files of an error page again by itself.
            if self.errors and name not in self.errors and self.files.get(self.add_prefix(name)):
                self.add_error(name, _("Nothing is saved yet: please choose the pictures again."))

    def shown(self, name: str) -> str | None:
        if name == "goods_desc":
            # Its digest stands for it.
            return self.data.get(self.add_prefix("desc_shown")) or None
        return super().shown(name)

    def _is_overtaken(self, name: str) -> bool:
        if name == "goods_desc":
            shown = self.shown(name)
            return shown is not None and shown != self.initial["desc_shown"]
        if name == "goods_front_image":
            shown = self.shown(name)
            return shown is not None and shown != (self.instance.goods_front_image.name or "")
        return super()._is_overtaken(name)

    def current(self, name: str) -> str:
        if name == "goods_front_image":
            return str(self.initial.get(name) or "")
        return super().current(name)

    def _refuse_once(self, name: str) -> None:
        super()._refuse_once(name)
        if name == "goods_desc":
            self.put(self.add_prefix("desc_shown"), self.initial["desc_shown"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(html: str) -> str:
    return _BETWEEN_TAGS.sub("><", html.replace("\r\n", "\n")).strip()
