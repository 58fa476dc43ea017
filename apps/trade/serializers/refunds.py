"""Shapes of refund requests (contract: "An order's whole life", rows refunds)."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from utils.api.fields import AmountField, media_url, request_origin
from utils.uploads.picture_uploads import PicturesField

from ..models import RefundRequest
from ..services.refund_requests import Wish

MAX_PICTURES = 5
# All of them together, which a request of 11 MB holds (REQUEST_MAX_BYTES).
MAX_PICTURE_BYTES = 10 * 2**20


@extend_schema_field({"type": "number", "format": "double", "minimum": 0.01})
class AskedAmountField(serializers.DecimalField):
    """Yuan, more than 0, at most two decimals; "" and null count as absent (None)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=10, decimal_places=2, min_value=Decimal("0.01"), required=False,
            allow_null=True, default=None, **kwargs,
        )  # fmt: skip

    def run_validation(self, data: Any = empty) -> Decimal | None:
        amount: Decimal | None = super().run_validation(None if data == "" else data)
        return amount


class RefundAskSerializer(serializers.Serializer):
    """What a buyer asks for."""

    reason = serializers.ChoiceField(
        choices=RefundRequest.Reason.choices,
        # DRF's own text says back what was sent, which may be half a character.
        error_messages={"invalid_choice": _("There is no such reason.")},
    )  # fmt: skip
    amount = AskedAmountField(help_text=_("In yuan; left out, all that can be given back."))
    description = serializers.CharField(
        max_length=500, required=False, allow_blank=True, allow_null=True, default="",
        help_text=_("What is wrong, in the buyer's words."),
    )  # fmt: skip
    pictures = PicturesField(
        most=MAX_PICTURES, max_bytes=MAX_PICTURE_BYTES, default=list,
        help_text=_("At most 5 pictures, 10 MB together; in a form the field is repeated."),
    )  # fmt: skip

    def wish(self) -> Wish:
        """Return what is asked for, without the pictures; after is_valid()."""
        data = self.validated_data
        return Wish(
            reason=data["reason"], amount=data["amount"], description=data["description"] or ""
        )


class RefundRequestSerializer(serializers.ModelSerializer):
    """A refund request; its model says what each field means."""

    order_sn = serializers.CharField(source="order.order_sn", read_only=True)
    amount = AmountField(read_only=True, help_text=_("In yuan: what the buyer asks for."))
    approved_amount = AmountField(
        read_only=True, allow_null=True, help_text=_("In yuan: what the shop gives back, or null.")
    )
    pictures = serializers.SerializerMethodField(
        help_text=_("Absolute addresses, opened without the header, served as downloads.")
    )

    class Meta:
        model = RefundRequest
        fields: tuple[str, ...] = (
            "id", "order", "order_sn", "amount", "approved_amount", "reason", "description",
            "pictures", "state", "reply", "add_time", "decided_at", "done_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uri"}})
    def get_pictures(self, request: RefundRequest) -> list[str]:
        asked = self.context.get("request")
        origin = request_origin(asked) if asked else ""
        addresses = [media_url(picture.file, origin) for picture in request.pictures.all()]
        return [address for address in addresses if address]
