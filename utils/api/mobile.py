"""Mobile numbers of mainland China, as the contract knows them."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# 11 ASCII digits; 10x to 12x are not mobiles (MIIT numbering plan).
PATTERN = r"1[3-9][0-9]{9}"
_MOBILE = re.compile(PATTERN, re.ASCII)

INVALID_MOBILE = _("This is not a valid mobile number.")


def is_mobile(text: str) -> bool:
    return _MOBILE.fullmatch(text) is not None


def validate_mobile(text: str) -> None:
    """Raise ValidationError unless ``text`` is a mobile number (for model fields)."""
    if not is_mobile(text):
        raise ValidationError(INVALID_MOBILE, code="invalid_mobile")


class MobileNumberField(serializers.CharField):
    """A mobile number; whatever else was sent is refused with the one text of the contract."""

    request_schema = {"pattern": f"^{PATTERN}$", "example": "13800000001"}

    default_error_messages = {
        "blank": INVALID_MOBILE,
        "null": INVALID_MOBILE,
        "invalid": INVALID_MOBILE,
    }

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not is_mobile(text):
            self.fail("invalid")
        return text
