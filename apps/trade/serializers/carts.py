"""Shapes of the cart (contract: "A buyer's own things", rows shopcarts)."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.goods.models import Goods
from apps.goods.serializers import GoodsCardSerializer
from apps.goods.services.stock import OutOfStockError
from utils.api.compiled_serializers import CompiledSerializer
from utils.api.references import KeyField
from utils.api.reused_fields import ReusedFields

from ..models import CartLine

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


class CartLineKeySerializer(ReusedFields):
    """A line of the cart by the id of its goods."""

    goods = KeyField(source="goods_id", help_text=_("Id of the goods."))
    nums = PiecesField(help_text=_("How many: added to what the cart has of them."))

    def to_internal_value(self, data: Any) -> Any:
        """Name goods that are not on sale beside wrong pieces; the service sees neither then."""
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            field, faults = self.fields["goods"], cast("dict[str, Any]", error.detail)
            if faults.keys() != {"nums"} or self._is_on_sale(field.get_value(data)):
                raise
            unknown = {"goods": [field.error_messages["does_not_exist"]]}
            raise serializers.ValidationError(unknown | faults) from error

    def _is_on_sale(self, goods: Any) -> bool:
        key = self.fields["goods"].run_validation(goods)
        return Goods.objects.on_sale().filter(pk=key).exists()


class CartLineNumsSerializer(serializers.ModelSerializer):
    """The change of a line: the goods stand in the path."""

    error_fields = ("goods",)  # that left the shelf meanwhile
    nums = PiecesField(help_text=_("How many the line shall have."))

    class Meta:
        model = CartLine
        fields: tuple[str, ...] = ("goods", "nums")
        read_only_fields: tuple[str, ...] = ("goods",)
        validators: list[Any] = []
