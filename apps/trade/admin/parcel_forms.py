"""What staff fill in for a parcel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

from ..carriers import Carrier
from ..services.shipping import tracking_number_check


class ParcelForm(forms.Form):
    carrier = forms.ChoiceField(label=_("carrier"), choices=Carrier.choices)
    tracking_no = forms.CharField(
        label=_("tracking number"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "carrier" in data and "tracking_no" in data and not self.is_left_out():
            try:
                tracking_number_check(data["carrier"], data["tracking_no"])
            except DomainError as error:
                self.add_error("tracking_no", str(error))
        return data

    def is_left_out(self) -> bool:
        """Whether nothing is said of the parcel. Only Carrier.OTHER needs no number."""
        number, carrier = (self[name].data or "" for name in ("tracking_no", "carrier"))
        return not number.strip() and carrier != Carrier.OTHER


class OneParcelForm(ParcelForm):
    def is_left_out(self) -> bool:
        return False
