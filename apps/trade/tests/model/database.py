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
from utils.db.written_once import Read

from .model import Shop

State = dict[str, Any]


# Asked after each step: Django would take most of the time to write them anew.
GOODS = Read(
    lambda: Goods.objects.values_list("pk", "goods_num", "sold_num", "shop_price", "is_on_sale")
)
LEDGER = Read(
    lambda: StockMovement.objects.order_by("goods").values_list("goods").annotate(Sum("delta"))
)
CART_LINES = Read(lambda: CartLine.objects.values_list("user_id", "goods_id", "nums", "held_until"))
HOLD_WINDOWS = Read(
    lambda: HoldWindow.objects.values_list(
        "user_id", "goods_id", "opened_at", "released_at", "ordered_at", "most_pieces"
    )
)
ORDERS = Read(
    lambda: OrderInfo.objects.values_list(
        "pk", "user_id", "pay_status", "closed_by", "holds_stock", "is_hidden", "shipped_at",
        "received_by", "order_mount", "freight_amount", "expires_at", "trade_no", "asked_at",
    )
)  # fmt: skip
PARCELS = Read(lambda: Shipment.objects.current().values_list("order_id"))
ORDER_LINES = Read(
    lambda: OrderGoods.objects.values_list(
        "order_id", "goods_id", "goods_num", "price", "returned_num"
    )
)
PAYMENTS = Read(
    lambda: Payment.objects.values_list("trade_no", "order_id", "amount", "flag", "refunded")
)
REFUNDS = Read(
    lambda: Refund.objects.values_list(
        "out_request_no", "payment__trade_no", "amount", "state", "asked_at"
    )
)
RETURNED = Read(
    lambda: RefundLine.objects.values_list("refund__out_request_no", "line__goods_id", "nums")
)
REQUESTS = Read(
    lambda: RefundRequest.objects.values_list(
        "pk", "order_id", "amount", "state", "approved_amount", "refund__out_request_no", "reply"
    )
)
TRADES = Read(lambda: SandboxTrade.objects.values_list("trade_no", "status", "refunded_amount"))
UNJUDGED = Read(lambda: PaymentNotice.objects.filter(verdict="received").values_list("pk"))


def state_of_database() -> State:
    parcels = Counter(order for (order,) in PARCELS())
    return {
        "goods": _by_key(GOODS()),
        "ledger": dict(LEDGER()),
        "cart lines": {(user, goods): (nums, held) for user, goods, nums, held in CART_LINES()},
        "hold windows": {(user, goods): values for user, goods, *values in HOLD_WINDOWS()},
        "orders": {
            pk: (*row[:5], row[5] is not None, *row[6:], parcels.get(pk, 0))
            for pk, *row in ORDERS()
        },
        "order lines": {(order, goods): tuple(values) for order, goods, *values in ORDER_LINES()},
        "payments": _by_key(PAYMENTS()),
        "refunds": _by_key(REFUNDS()),
        "returned pieces": {(number, goods): nums for number, goods, nums in RETURNED()},
        "refund requests": {pk: (*values, reply != "") for pk, *values, reply in REQUESTS()},
        "trades": _by_key(TRADES()),
        "notices without a verdict": len(UNJUDGED()),
    }


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
