"""The total that a client shows its buyer, as clients write it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty


@extend_schema_field({"type": "number", "format": "double", "minimum": 0})
class ShownTotalField(serializers.Field):
    """A total as a client added it up, perhaps in floats: 123.30000000000001 is 123.30.

    Numbers and numeric strings become a Decimal, yuan; "" counts as absent (None).
    """

    default_error_messages = {"invalid": _("This is not an amount.")}

    def run_validation(self, data: Any = empty) -> Decimal | None:
        total: Decimal | None = super().run_validation(None if data == "" else data)
        return total

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | str | Decimal):
            self.fail("invalid")
        text = str(data).strip()
        try:
            total = Decimal(text if len(text) <= 40 else "")
        except InvalidOperation:
            self.fail("invalid")
        # Beyond this, "a cent less" and "a cent more" may be lost in rounding. copy_abs(), because
        # abs() computes, and overflows on 1e1000000.
        if not total.is_finite() or total.copy_abs() >= 10**12:
            self.fail("invalid")
        return total

    def to_representation(self, value: Decimal) -> float:
        return float(value)
