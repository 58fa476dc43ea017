"""Shapes of orders (contract: "A buyer's own things", rows orders; "An order's whole life")."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.goods.serializers import GoodsCardSerializer
from utils.api.compiled_serializers import CompiledSerializer
from utils.api.fields import AmountField, PictureField

from ..buyer_status import Action, CloseReason, Status, Tab
from ..models import OrderGoods, OrderInfo, RefundRequest, Shipment
from ..order_status import PayStatus

ORDER_FIELDS: tuple[str, ...] = (
    "id", "order_sn", "nonce_str", "trade_no", "pay_status", "pay_type", "pay_time",
    "post_script", "order_mount", "address", "signer_name", "singer_mobile", "add_time",
    "expires_at", "shipped_at", "alipay_url", "status", "actions", "goods_amount",
    "freight_amount", "refunded_amount", "close_reason", "received_at", "shipments",
    "open_refund", "open_refund_state",
)  # fmt: skip


class ShipmentSerializer(CompiledSerializer):
    """A parcel of an order."""

    carrier_name = serializers.CharField(source="get_carrier_display", read_only=True)
    tracking_url = serializers.CharField(
        read_only=True, allow_null=True,
        help_text=_("Where the carrier shows the parcel, or null."),
    )  # fmt: skip

    class Meta:
        model = Shipment
        fields: tuple[str, ...] = (
            "carrier", "carrier_name", "tracking_no", "tracking_url", "shipped_at",
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
    order_mount = AmountField(
        read_only=True, help_text=_("In yuan: what is paid, goods_amount and freight_amount.")
    )
    status = serializers.ChoiceField(
        choices=Status.choices, source="buyer_view.status", read_only=True,
        help_text=_("Where the order is, out of payment, delivery and refunds."),
    )  # fmt: skip
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=Action.choices), source="buyer_view.actions",
        read_only=True, help_text=_("What its buyer may do now."),
    )  # fmt: skip
    goods_amount = AmountField(read_only=True, help_text=_("In yuan: the sum of its lines."))
    freight_amount = AmountField(read_only=True, help_text=_("In yuan."))
    refunded_amount = AmountField(read_only=True, help_text=_("In yuan: given back so far."))
    close_reason = serializers.ChoiceField(
        choices=CloseReason.choices, source="buyer_view.close_reason", read_only=True,
        allow_null=True, help_text=_("Null while the order is not closed."),
    )  # fmt: skip
    shipments = ShipmentSerializer(many=True, source="current_shipments", read_only=True)
    open_refund = serializers.IntegerField(
        source="open_request_id", read_only=True, allow_null=True,
        help_text=_("Id of its refund request that is not decided or under way; else null."),
    )  # fmt: skip
    open_refund_state = serializers.ChoiceField(
        choices=[(state.value, state.label) for state in RefundRequest.OPEN],
        source="open_request_state", read_only=True, allow_null=True,
        help_text=_("Null where there is no such request."),
    )  # fmt: skip
    alipay_url = serializers.CharField(
        read_only=True, allow_null=True,
        help_text=_("Leads to Alipay's cashier; null when there is nothing to pay any more."),
    )  # fmt: skip

    class Meta:
        model = OrderInfo
        fields: tuple[str, ...] = ORDER_FIELDS


class SnapshotSerializer(CompiledSerializer):
    """What a line of an order keeps of its goods."""

    price = AmountField(help_text=_("In yuan, of one piece."))
    image = PictureField(
        size="list", allow_null=True,
        help_text=_("Absolute address, in the size of a list, or null."),
    )  # fmt: skip


class BoughtSerializer(SnapshotSerializer):
    """A line of an order as it was bought."""

    goods = serializers.IntegerField(source="goods_id", read_only=True, help_text=_("Id of goods."))

    class Meta:
        model = OrderGoods
        fields: tuple[str, ...] = ("goods", "name", "price", "image", "goods_num")


class OrderInListSerializer(OrderSerializer):
    goods = BoughtSerializer(many=True, source="shown_lines")

    class Meta(OrderSerializer.Meta):
        fields: tuple[str, ...] = (*ORDER_FIELDS, "goods")


class OrderLineSerializer(SnapshotSerializer):
    """What was bought, as it was then (``name``, ``price``, ``image``); and the goods of today."""

    goods = GoodsCardSerializer()

    class Meta:
        model = OrderGoods
        fields: tuple[str, ...] = (
            "id", "goods", "goods_num", "name", "price", "image", "add_time", "order",
        )  # fmt: skip


class OrderDetailSerializer(OrderSerializer):
    goods = OrderLineSerializer(many=True, source="shown_lines")

    class Meta(OrderSerializer.Meta):
        fields: tuple[str, ...] = (*ORDER_FIELDS, "user", "goods")


class OrderTabSerializer(serializers.Serializer):
    """Which orders a list shows; "" counts as absent."""

    status = serializers.ChoiceField(
        choices=Tab.choices, required=False, allow_blank=True,
        help_text=_("The orders of this tab alone."),
    )  # fmt: skip


class OrderCountsSerializer(serializers.Serializer):
    """How many orders wait in the tabs that show a number."""

    to_pay = serializers.IntegerField(read_only=True)
    to_ship = serializers.IntegerField(read_only=True)
    to_receive = serializers.IntegerField(read_only=True)
    refunding = serializers.IntegerField(read_only=True)


class CancelSerializer(serializers.Serializer):
    """What a buyer says who cancels an order."""

    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True, default="",
        help_text=_("Why; the shop's staff read it."),
    )  # fmt: skip

    def validate_reason(self, value: str | None) -> str:
        return value or ""
