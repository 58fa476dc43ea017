"""The rules by which freight is charged."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.admin.base import RefusedFormMixin, ShopModelAdmin
from utils.admin.shown_values import ShownValuesMixin

from ..models import FreightProvince, FreightRule
from ..provinces import Province
from ..services.freight import freight_rule_save
from .cells import NONE, yuan


class FreightRuleForm(ShownValuesMixin):
    provinces = forms.MultipleChoiceField(
        label=_("provinces"), choices=Province.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each province has one rule. The default rule names none."),
    )  # fmt: skip

    class Meta:
        model = FreightRule
        fields = ("name", "fee", "free_from", "is_default")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            named = self.instance.provinces.values_list("province", flat=True)
            self.initial["provinces"] = list(named)

    def clean_is_default(self) -> bool:
        is_default: bool = self.cleaned_data["is_default"]
        others = FreightRule.objects.filter(is_default=True).exclude(pk=self.instance.pk)
        if is_default and (other := others.first()):
            text = _("“%(rule)s” is the default rule: change that one, or delete it first.")
            raise ValidationError(text, params={"rule": other.name})
        return is_default

    def clean_provinces(self) -> list[str]:
        provinces: list[str] = self.cleaned_data["provinces"]
        taken = FreightProvince.objects.filter(province__in=provinces)
        of_others = taken.exclude(rule=self.instance.pk).select_related("rule")
        if faults := [f"{row.get_province_display()} ({row.rule})" for row in of_others]:
            text = _("Other rules name these provinces: %(provinces)s.")
            raise ValidationError(text, params={"provinces": ", ".join(faults)})
        return provinces

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if "is_default" in data and "provinces" in data:
            if data["is_default"] and data["provinces"]:
                text = _("The default rule holds wherever no other does: it names no province.")
                self.add_error("provinces", text)
            elif not data["is_default"] and not data["provinces"]:
                text = _("Choose provinces, or make this the default rule: else it never holds.")
                self.add_error("provinces", text)
        return data


@admin.register(FreightRule)
class FreightRuleAdmin(RefusedFormMixin, ShopModelAdmin):
    """One fee for an order, by the province that it goes to."""

    form = FreightRuleForm
    fields = ("name", "fee", "free_from", "is_default", "provinces")
    list_display = ("name", "provinces", "fee_shown", "free_from_shown", "is_default")

    class Media:
        css = {"all": ["trade/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FreightRule]:
        return super().get_queryset(request).prefetch_related("provinces")

    @admin.display(description=_("provinces"))
    def provinces(self, rule: FreightRule) -> str:
        """In the list, and on the page of who may only see it, in place of the boxes."""
        named = sorted(rule.provinces.all(), key=lambda row: row.province)
        return ", ".join(row.get_province_display() for row in named) or NONE

    @admin.display(description=_("fee"), ordering="fee")
    def fee_shown(self, rule: FreightRule) -> SafeString:
        return yuan(rule.fee)

    @admin.display(description=_("free from"), ordering="free_from")
    def free_from_shown(self, rule: FreightRule) -> SafeString | str:
        return NONE if rule.free_from is None else yuan(rule.free_from)

    def save_model(self, request: HttpRequest, obj: FreightRule, form: Any, change: bool) -> None:
        freight_rule_save(rule=obj, provinces=form.cleaned_data["provinces"])
