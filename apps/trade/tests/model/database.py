"""What the database says and what the model says, in the same words."""

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
)
from extra_apps.alipay_sandbox.models import SandboxTrade

from .model import Shop

State = dict[str, Any]


def state_of_database() -> State:
    lines = CartLine.objects.values_list("user_id", "goods_id", "nums", "held_until")
    order_lines = OrderGoods.objects.values_list("order_id", "goods_id", "goods_num", "price")
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
                row.shipped_at is not None, row.order_mount, row.expires_at, row.trade_no,
                row.asked_at,
            )
            for row in OrderInfo.objects.all()
        },
        "order lines": {(order, goods): (nums, price) for order, goods, nums, price in order_lines},
        "payments": _by_key(
            Payment.objects.values_list("trade_no", "order_id", "amount", "flag", "refunded")
        ),
        "refunds": _by_key(
            Refund.objects.values_list(
                "out_request_no", "payment__trade_no", "amount", "state", "asked_at"
            )
        ),
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
                row.is_shipped, row.total, row.expires_at, row.trade_no, row.asked_at,
            )
            for pk, row in shop.orders.items()
        },
        "order lines": {
            (pk, goods): (nums, row.prices[goods])
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
        "trades": {row.number: (row.status, row.total - row.left) for row in trades},
        "notices without a verdict": 0,
    }  # fmt: skip


def _by_key(rows: Any) -> dict[Any, tuple[Any, ...]]:
    return {key: tuple(values) for key, *values in rows}
