"""What waits for staff, counted: for the start page of the administration and for /metrics."""

from datetime import datetime

from apps.goods.models import Goods
from apps.trade.buyer_status import Tab
from apps.trade.models import OrderInfo, Payment, RefundRequest
from apps.user_operation.models import UserLeavingMessage

# Goods with at most so many pieces are to be ordered again.
LOW_STOCK = 10


def orders_to_ship(now: datetime) -> int:
    return OrderInfo.objects.in_tab(Tab.TO_SHIP, now).count()


def refund_requests(now: datetime) -> int:
    return RefundRequest.objects.filter(state=RefundRequest.State.REQUESTED).count()


def payments_to_give_back(now: datetime) -> int:
    return Payment.objects.to_give_back().count()


def messages_unanswered(now: datetime) -> int:
    return UserLeavingMessage.objects.unanswered().count()


def goods_low_in_stock(now: datetime) -> int:
    return Goods.objects.low_in_stock(LOW_STOCK).count()


FOR_STAFF = (
    orders_to_ship, refund_requests, payments_to_give_back, messages_unanswered, goods_low_in_stock,
)  # fmt: skip
