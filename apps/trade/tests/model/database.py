"""What the database says and what the model says, in the same words."""

from collections import Counter
from typing import Any

from django.db.models import Sum

from apps.goods.models import Goods, StockMovement
from apps.trade.models import (
    CartLine,
    HoldWindow,
    OrderGoods,
    OrderInfo,
    Payment,
    PaymentNotice,
    Refund,
    RefundLine,
    RefundRequest,
    Shipment,
)
from extra_apps.alipay_sandbox.models import SandboxTrade

from .model import Shop

State = dict[str, Any]


def state_of_database() -> State:
    lines = CartLine.objects.values_list("user_id", "goods_id", "nums", "held_until")
    parcels = Counter(Shipment.objects.current().values_list("order_id", flat=True))
    order_lines = OrderGoods.objects.values_list(
        "order_id", "goods_id", "goods_num", "price", "returned_num"
    )
    return {
        "goods": _by_key(
            Goods.objects.values_list("pk", "goods_num", "sold_num", "shop_price", "is_on_sale")
        ),
        "ledger": dict(
            StockMovement.objects.order_by("goods").values_list("goods").annotate(Sum("delta"))
        ),
        "cart lines": {(user, goods): (nums, held) for user, goods, nums, held in lines},
        "hold windows": {
            (user, goods): values
            for user, goods, *values in HoldWindow.objects.values_list(
                "user_id", "goods_id", "opened_at", "released_at", "ordered_at", "most_pieces"
            )
        },
        "orders": {
            row.pk: (
                row.user_id, row.pay_status, row.closed_by, row.holds_stock, row.is_hidden,
                row.shipped_at is not None, row.received_by, row.order_mount, row.freight_amount,
                row.expires_at, row.trade_no, row.asked_at, parcels.get(row.pk, 0),
            )
            for row in OrderInfo.objects.all()
        },
        "order lines": {(order, goods): tuple(values) for order, goods, *values in order_lines},
        "payments": _by_key(
            Payment.objects.values_list("trade_no", "order_id", "amount", "flag", "refunded")
        ),
        "refunds": _by_key(
            Refund.objects.values_list(
                "out_request_no", "payment__trade_no", "amount", "state", "asked_at"
            )
        ),
        "returned pieces": {
            (number, goods): nums
            for number, goods, nums in RefundLine.objects.values_list(
                "refund__out_request_no", "line__goods_id", "nums"
            )
        },
        "refund requests": {
            pk: (*values, reply != "")
            for pk, *values, reply in RefundRequest.objects.values_list(
                "pk", "order_id", "amount", "state", "approved_amount", "refund__out_request_no",
                "reply",
            )
        },
        "trades": _by_key(
            SandboxTrade.objects.values_list("trade_no", "status", "refunded_amount")
        ),
        "notices without a verdict": PaymentNotice.objects.filter(verdict="received").count(),
    }  # fmt: skip


def state_of_model(shop: Shop) -> State:
    trades = shop.gateway.trades.values()
    return {
        "goods": {
            pk: (row.stock, row.sold, row.price, row.on_sale) for pk, row in shop.goods.items()
        },
        "ledger": {pk: row.stock for pk, row in shop.goods.items()},
        "cart lines": {
            (buyer, goods): (line.nums, line.held_until)
            for buyer, lines in shop.carts.items()
            for goods, line in lines.items()
        },
        "hold windows": {
            key: [row.opened, row.released, row.ordered, row.most]
            for key, row in shop.windows.of.items()
        },
        "orders": {
            pk: (
                row.buyer, row.status, row.closed_by, row.holds_stock, row.is_hidden,
                row.is_shipped, row.received_by, row.total, row.freight, row.expires_at,
                row.trade_no, row.asked_at, row.parcels,
            )
            for pk, row in shop.orders.items()
        },
        "order lines": {
            (pk, goods): (nums, row.prices[goods], row.returned.get(goods, 0))
            for pk, row in shop.orders.items()
            for goods, nums in row.pieces.items()
        },
        "payments": {
            row.trade_no: (row.order.pk, row.amount, row.flag, row.refunded)
            for row in shop.payments.values()
        },
        "refunds": {
            row.number: (row.payment.trade_no, row.amount, row.state, row.asked_at)
            for row in shop.refunds.values()
        },
        "returned pieces": {
            (row.number, goods): nums
            for row in shop.refunds.values()
            for goods, nums in row.pieces.items()
        },
        "refund requests": {
            pk: (
                row.order.pk, row.amount, row.state, row.approved,
                row.refund.number if row.refund else None, row.has_reply,
            )
            for pk, row in shop.requests.items()
        },
        "trades": {row.number: (row.status, row.total - row.left) for row in trades},
        "notices without a verdict": 0,
    }  # fmt: skip


def _by_key(rows: Any) -> dict[Any, tuple[Any, ...]]:
    return {key: tuple(values) for key, *values in rows}
