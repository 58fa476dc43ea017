"""Shapes of a checkout and its preview (contract: "An order's whole life")."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

from apps.goods.serializers import GoodsCardSerializer
from utils.api.fields import AmountField
from utils.api.mobile import MobileNumberField
from utils.api.references import KeyField
from utils.api.reused_fields import ReusedFields

from ..services.checkout_choice import BuyNow, Choice
from ..services.checkout_preview import Problem
from ..services.destinations import Destination, FromAddressBook
from .carts import PiecesField
from .totals import ShownTotalField

ADDRESS_FIELDS = ("address", "signer_name", "singer_mobile")


class GoodsIdsField(serializers.ListField):
    """Ids of goods, each once: a JSON list, or a form's field that is repeated.

    Its errors are texts of the field itself, not of its items.
    """

    default_error_messages = {
        "empty": _("Choose goods of the cart, or leave this out for the whole cart."),
        "too_many": _("At most %(limit)d kinds of goods in a cart."),
        "repeated": _("Each of the goods is named once."),
    }
    child = KeyField()

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        # An input of a form that nobody filled in.
        return empty if html.is_html_input(dictionary) and value == [""] else value

    def to_internal_value(self, data: Any) -> list[int]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not data:
            self.fail("empty")
        if len(data) > settings.CART_MAX_LINES:
            message = self.error_messages["too_many"] % {"limit": settings.CART_MAX_LINES}
            raise serializers.ValidationError(message)
        keys: list[Any] = [self.child.run_validation(item) for item in data]
        if len(set(keys)) < len(keys):
            self.fail("repeated")
        return keys


class BuyNowSerializer(serializers.Serializer):
    """Goods that do not go through the cart. In a form: ``buy_now.goods``, ``buy_now.nums``."""

    goods = KeyField(help_text=_("Id of the goods."))
    nums = PiecesField(help_text=_("How many."))

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        is_form = html.is_html_input(dictionary)
        return empty if is_form and value is not empty and not any(value.values()) else value

    def run_validation(self, data: Any = empty) -> Any:
        """Its errors are texts of buy_now, as the contract has errors: fields are not nested."""
        try:
            return super().run_validation(data)
        except serializers.ValidationError as error:
            detail: Any = error.detail
            texts = detail.values() if isinstance(detail, Mapping) else [detail]
            raise serializers.ValidationError([text for some in texts for text in some]) from error


class CheckoutSerializer(ReusedFields):
    """What a client sends to order the whole cart, or what it chose of it, or goods beside it."""

    goods = GoodsIdsField(
        required=False, allow_null=True, default=None,
        help_text=_("Ids of the goods of those lines of the cart that are ordered; the others stay "
                    "in it. Without it, all of them are."),
    )  # fmt: skip
    buy_now = BuyNowSerializer(
        required=False, allow_null=True, default=None,
        help_text=_("Goods to order beside the cart, which stays as it is. Not with goods."),
    )  # fmt: skip
    address_id = KeyField(
        required=False, allow_null=True, default=None,
        help_text=_("One of the caller's addresses, in place of address, signer_name and "
                    "singer_mobile; else these three are required."),
    )  # fmt: skip
    address = serializers.CharField(max_length=100, required=False)
    signer_name = serializers.CharField(max_length=20, required=False)
    singer_mobile = MobileNumberField(required=False, help_text=_("Mainland China, 11 digits."))
    post_script = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True, default="",
        help_text=_("What the buyer wants to say."),
    )  # fmt: skip
    order_mount = ShownTotalField(
        required=False, allow_null=True, default=None,
        help_text=_("The total the buyer was shown, freight included: compared with the shop's, "
                    "never believed."),
    )  # fmt: skip

    # Whether it must say where the order goes.
    needs_address = True

    def validate_post_script(self, value: str | None) -> str:
        return value or ""

    def to_internal_value(self, data: Any) -> Any:
        has_id = isinstance(data, Mapping) and data.get("address_id") not in (None, "")
        is_needed = self.needs_address and not has_id
        for name in ADDRESS_FIELDS:
            field: Any = self.fields[name]
            field.required, field.allow_blank, field.allow_null = is_needed, *[not is_needed] * 2
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["goods"] is not None and attrs["buy_now"] is not None:
            text = _("Either goods of the cart or buy_now, not both.")
            raise serializers.ValidationError({"buy_now": [text]})
        if attrs["address_id"] is not None and any(attrs.get(name) for name in ADDRESS_FIELDS):
            text = _("Either address_id or an address in words, not both.")
            raise serializers.ValidationError({"address_id": [text]})
        return attrs

    @property
    def choice(self) -> Choice:
        """What is ordered."""
        goods_ids, buy_now = self.validated_data["goods"], self.validated_data["buy_now"]
        if buy_now is None:
            return Choice(goods_ids=goods_ids)
        return Choice(buy_now=BuyNow(buy_now["goods"], buy_now["nums"]))

    @property
    def destination(self) -> Destination | FromAddressBook | None:
        """Where it goes; None: the client did not say."""
        data, post_script = self.validated_data, self.validated_data["post_script"]
        if data["address_id"] is not None:
            return FromAddressBook(data["address_id"], post_script)
        words = {name: data.get(name) or "" for name in ADDRESS_FIELDS}
        return Destination(**words, post_script=post_script) if any(words.values()) else None


class PreviewCheckoutSerializer(CheckoutSerializer):
    """As a checkout, before the buyer has said where the order goes."""

    needs_address = False


class PreviewLineSerializer(serializers.Serializer):
    goods = GoodsCardSerializer(read_only=True)
    nums = serializers.IntegerField(read_only=True)
    price = AmountField(read_only=True, help_text=_("In yuan, of one piece."))
    amount = AmountField(read_only=True, help_text=_("In yuan."))
    problem = serializers.CharField(
        read_only=True, allow_null=True,
        help_text=_("Why it cannot be ordered, for the buyer to read; null: it can."),
    )  # fmt: skip
    problem_code = serializers.ChoiceField(
        choices=Problem.choices, read_only=True, allow_null=True,
        help_text=_("The same for a program."),
    )  # fmt: skip


class PreviewSerializer(serializers.Serializer):
    """What an order would be made of, and what speaks against it."""

    lines = PreviewLineSerializer(many=True, read_only=True)
    goods_amount = AmountField(read_only=True, help_text=_("In yuan: the sum of its lines."))
    freight_amount = AmountField(read_only=True, help_text=_("In yuan."))
    order_mount = AmountField(
        read_only=True, help_text=_("In yuan: what is paid, goods_amount and freight_amount.")
    )
    problems = serializers.ListField(
        child=serializers.CharField(), read_only=True,
        help_text=_("What else a checkout would refuse; empty: nothing."),
    )  # fmt: skip
