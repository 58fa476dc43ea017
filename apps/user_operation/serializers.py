"""Shapes of a buyer's own things (contract: "A buyer's own things")."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from apps.goods.models import Goods
from apps.goods.serializers import GoodsCardSerializer
from utils.api.compiled_serializers import CompiledSerializer
from utils.api.fields import media_url, request_origin
from utils.api.mobile import MobileNumberField
from utils.api.references import ReferenceField
from utils.uploads.file_types import upload_suffix
from utils.uploads.refusals import FileRefusedError

from .models import UserAddress, UserFav, UserLeavingMessage
from .services.messages import Attachment

MAX_FILE_SIZE = 10 * 2**20
MAX_MESSAGE_LENGTH = 10_000

# What the clients send when nothing was chosen.
NO_FILE = {"", "undefined", "null"}


@extend_schema_field(
    {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d$", "example": "2026-11-23 11:00"}
)
class MinuteField(serializers.DateTimeField):
    """A time as the contract writes it for messages and addresses: in the shop's zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d %H:%M", read_only=True, **kwargs)


class UserFavSerializer(CompiledSerializer):
    """A favourite with the goods card."""

    goods = GoodsCardSerializer()
    is_on_sale = serializers.BooleanField(
        source="goods.is_on_sale", read_only=True,
        help_text=_("False: the goods left the shelf, they have no page any more."),
    )  # fmt: skip

    class Meta:
        model = UserFav
        fields: tuple[str, ...] = ("id", "goods", "is_on_sale", "add_time")


class UserFavKeySerializer(serializers.ModelSerializer):
    """A favourite by the id of its goods alone."""

    goods = ReferenceField(queryset=Goods.objects.on_sale(), help_text=_("Id of the goods."))

    class Meta:
        model = UserFav
        fields: tuple[str, ...] = ("goods", "id")


class AttachmentField(serializers.FileField):
    """An optional upload, judged by its content; on the wire the absolute address, or null."""

    default_error_messages = {"too_large": _("The file is larger than 10 MB.")}

    def run_validation(self, data: Any = empty) -> Attachment | None:
        if isinstance(data, str) and data.strip() in NO_FILE:
            data = None
        attachment: Attachment | None = super().run_validation(data)
        return attachment

    def to_internal_value(self, data: Any) -> Attachment:  # type: ignore[override]
        upload: Any = super().to_internal_value(data)
        if upload.size > MAX_FILE_SIZE:
            self.fail("too_large")
        try:
            suffix = upload_suffix(upload)
        except FileRefusedError as error:
            raise serializers.ValidationError(error.args[0], code="refused") from error
        return Attachment(content=upload, name=upload.name, suffix=suffix)

    def to_representation(self, value: Any) -> str | None:
        request = self.context.get("request")
        return media_url(value, request_origin(request) if request else "")


class MessageSerializer(serializers.ModelSerializer):
    message_type = serializers.ChoiceField(
        choices=UserLeavingMessage.MessageType.choices, required=False, allow_null=True,
        allow_blank=True, default=UserLeavingMessage.MessageType.MESSAGE,
        # DRF's own text says back what was sent, which may be half a character.
        error_messages={"invalid_choice": _("A number from 1 to 5.")},
        help_text=_("1 message, 2 complaint, 3 question, 4 after-sales, 5 wanted."),
    )  # fmt: skip
    message = serializers.CharField(max_length=MAX_MESSAGE_LENGTH)
    file = AttachmentField(
        required=False, allow_null=True, default=None,
        help_text=_("Pictures, PDF, text and office documents up to 10 MB, told by content."),
    )  # fmt: skip
    add_time = MinuteField()
    replied_at = MinuteField(allow_null=True)

    class Meta:
        model = UserLeavingMessage
        fields: tuple[str, ...] = (
            "id", "message_type", "subject", "message", "file", "file_name", "reply",
            "replied_at", "add_time",
        )  # fmt: skip
        read_only_fields = ("file_name", "reply")

    def validate_message_type(self, value: Any) -> int:
        return int(value or UserLeavingMessage.MessageType.MESSAGE)


class AddressSerializer(serializers.ModelSerializer):
    signer_mobile = MobileNumberField(help_text=_("Mainland China, 11 digits."))
    is_default = serializers.BooleanField(
        required=False,
        help_text=_("True moves the default here; one address always has it."),
    )  # fmt: skip
    add_time = MinuteField()

    class Meta:
        model = UserAddress
        fields: tuple[str, ...] = (
            "id", "province", "city", "district", "address", "signer_name", "signer_mobile",
            "is_default", "add_time",
        )  # fmt: skip
