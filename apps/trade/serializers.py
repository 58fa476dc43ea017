"""Shapes of carts and orders (contract: "A buyer's own things", rows shopcarts and orders)."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from apps.goods.models import Goods
from apps.goods.serializers import GoodsCardSerializer
from apps.goods.services.stock import OutOfStockError
from utils.api.compiled_serializers import CompiledSerializer
from utils.api.fields import AmountField, PictureField
from utils.api.mobile import MobileNumberField
from utils.api.references import ReferenceField

from .models import CartLine, OrderGoods, OrderInfo
from .order_status import PayStatus

HOW_MANY = _("Please choose how many.")


class PiecesField(serializers.IntegerField):
    """How many pieces: a number or a numeric string, at least 1."""

    default_error_messages = {
        "required": HOW_MANY,
        "null": HOW_MANY,
        "blank": HOW_MANY,
        "min_value": _("At least one piece."),
        # No shelf has so many; the contract has one text for that.
        "max_value": OutOfStockError.message,
        "max_string_length": OutOfStockError.message,
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if data == "":
            self.fail("blank")
        return super().to_internal_value(data)


class CartLineSerializer(CompiledSerializer):
    """A line of the cart with the goods card."""

    goods = GoodsCardSerializer()
    held_until = serializers.DateTimeField(
        source="held_until_now", read_only=True, allow_null=True,
        help_text=_("Until then the pieces are kept for the buyer; null: they are not."),
    )  # fmt: skip
    is_on_sale = serializers.BooleanField(
        source="goods.is_on_sale", read_only=True,
        help_text=_("False: the goods left the shelf and cannot be ordered."),
    )  # fmt: skip

    class Meta:
        model = CartLine
        fields: tuple[str, ...] = ("id", "goods", "nums", "held_until", "is_on_sale", "add_time")


class CartLineKeySerializer(serializers.ModelSerializer):
    """A line of the cart by the id of its goods."""

    goods = ReferenceField(queryset=Goods.objects.on_sale(), help_text=_("Id of the goods."))
    nums = PiecesField(help_text=_("How many: added to what the cart has of them."))

    class Meta:
        model = CartLine
        fields: tuple[str, ...] = ("goods", "nums")
        validators: list[Any] = []  # the same goods again add up


class CartLineNumsSerializer(serializers.ModelSerializer):
    """The change of a line: the goods stand in the path."""

    nums = PiecesField(help_text=_("How many the line shall have."))

    class Meta:
        model = CartLine
        fields: tuple[str, ...] = ("goods", "nums")
        read_only_fields: tuple[str, ...] = ("goods",)
        validators: list[Any] = []


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


class CheckoutSerializer(serializers.ModelSerializer):
    """What a client sends to order all that is in the cart."""

    address = serializers.CharField(max_length=100)
    signer_name = serializers.CharField(max_length=20)
    singer_mobile = MobileNumberField(help_text=_("Mainland China, 11 digits."))
    post_script = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True, default="",
        help_text=_("What the buyer wants to say."),
    )  # fmt: skip
    order_mount = ShownTotalField(
        required=False, allow_null=True, default=None,
        help_text=_("The total the buyer was shown: compared with the shop's, never believed."),
    )  # fmt: skip

    class Meta:
        model = OrderInfo
        fields: tuple[str, ...] = (
            "address", "signer_name", "singer_mobile", "post_script", "order_mount",
        )  # fmt: skip

    def validate_post_script(self, value: str | None) -> str:
        return value or ""


ORDER_FIELDS: tuple[str, ...] = (
    "id", "order_sn", "nonce_str", "trade_no", "pay_status", "pay_type", "pay_time",
    "post_script", "order_mount", "address", "signer_name", "singer_mobile", "add_time",
    "expires_at", "shipped_at", "alipay_url",
)  # fmt: skip


class OrderSerializer(CompiledSerializer):
    """An order; its model says what each field means."""

    nonce_str = serializers.CharField(
        read_only=True, allow_null=True, help_text=_("Always null: WeChat Pay's, not used.")
    )
    pay_status = serializers.ChoiceField(
        choices=PayStatus.choices, source="status_now",
        read_only=True,
    )  # fmt: skip
    pay_type = serializers.ChoiceField(choices=[("alipay", _("Alipay"))], read_only=True)
    order_mount = AmountField(read_only=True, help_text=_("In yuan: the sum of its lines."))
    alipay_url = serializers.CharField(
        read_only=True, allow_null=True,
        help_text=_("Leads to Alipay's cashier; null when there is nothing to pay any more."),
    )  # fmt: skip

    class Meta:
        model = OrderInfo
        fields: tuple[str, ...] = ORDER_FIELDS


class OrderLineSerializer(CompiledSerializer):
    """What was bought, as it was then (``name``, ``price``, ``image``); and the goods of today."""

    goods = GoodsCardSerializer()
    price = AmountField(help_text=_("In yuan, of one piece."))
    image = PictureField(help_text=_("Absolute address, or null."), allow_null=True)

    class Meta:
        model = OrderGoods
        fields: tuple[str, ...] = (
            "id", "goods", "goods_num", "name", "price", "image", "add_time", "order",
        )  # fmt: skip


class OrderDetailSerializer(OrderSerializer):
    goods = OrderLineSerializer(many=True, source="lines")

    class Meta(OrderSerializer.Meta):
        fields: tuple[str, ...] = (*ORDER_FIELDS, "user", "goods")
