"""What buyers ask to have back, and the pieces that come back, as docs/after_sale.md says it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Order, Payment, Refund, Shop

OPEN = ("requested", "approved")


@dataclass
class Request:
    order: Order
    amount: Decimal
    state: str = "requested"
    approved: Decimal | None = None
    refund: Refund | None = None
    has_reply: bool = False


def applied_to(shop: Shop, order: Order) -> Payment | None:
    found = [row for row in shop.payments.values() if row.order is order and not row.flag]
    return found[0] if found else None


def has_open_request(shop: Shop, order: Order) -> bool:
    return any(row.order is order and row.state in OPEN for row in shop.requests.values())


def ask(shop: Shop, order: Order, amount: Decimal | None) -> tuple[int, Any]:
    """Return status and what is answered: the amount, or the fields of a refusal."""
    if order.is_hidden:
        return 404, ["detail"]
    payment = applied_to(shop, order)
    if payment is None or has_open_request(shop, order) or order.status == "TRADE_FINISHED":
        return 400, ["detail"]
    left = shop.refund_left(payment)
    if not left:
        return 400, ["detail"]
    if amount is not None and amount > left:
        return 400, ["amount"]
    return 201, left if amount is None else amount


def withdraw(request: Request) -> int:
    if request.state == "requested":
        request.state = "withdrawn"
    return 200 if request.state == "withdrawn" else 400


def reject(request: Request) -> str:
    if request.state == "requested":
        request.state, request.has_reply = "rejected", True
        return ""
    # The same rejection again says nothing; that of the shop itself has another reply.
    return "" if request.state == "rejected" else "decided"


def approve(shop: Shop, request: Request, amount: Decimal, pieces: dict[int, int]) -> str:
    """Return "", why it is refused, or "again" when it was decided so before."""
    refund = request.refund
    if request.state != "requested":
        decided = (True, amount, pieces)
        if refund and (refund.by_staff, refund.amount, refund.pieces) == decided:
            return "again"
        return "decided"
    if amount > request.amount:
        return "asked"
    payment = applied_to(shop, request.order)
    assert payment is not None
    return shop.refund_open(payment, amount, pieces)


def pieces_left(shop: Shop, order: Order, goods: int) -> int:
    """How many pieces may still come back."""
    if not order.holds_stock:
        return 0
    promised = sum(
        row.pieces.get(goods, 0)
        for row in shop.refunds.values()
        if row.payment.order is order and row.state == "pending"
    )
    return max(0, order.pieces[goods] - order.returned.get(goods, 0) - promised)


def pieces_refused(shop: Shop, payment: Payment, pieces: dict[int, int]) -> bool:
    if pieces and payment.flag:
        return True
    order = payment.order
    return any(nums > pieces_left(shop, order, goods) for goods, nums in pieces.items())


def pieces_come_back(shop: Shop, refund: Refund) -> None:
    """With a refund that is done."""
    order, came = refund.payment.order, {}
    for goods, nums in refund.pieces.items():
        if back := min(nums, pieces_left(shop, order, goods)):
            came[goods] = back
    for goods, nums in came.items():
        order.returned[goods] = order.returned.get(goods, 0) + nums
        shop.goods[goods].stock += nums
    refund.pieces = came


def rest_comes_back(shop: Shop, order: Order) -> None:
    """Of an order that is refunded before it was shipped: all that has not come back."""
    for goods, nums in order.pieces.items():
        shop.goods[goods].stock += nums - order.returned.get(goods, 0)


def settle(shop: Shop, refund: Refund) -> None:
    """The request that led to a refund is as that is."""
    for request in shop.requests.values():
        if request.refund is refund and request.state in ("approved", "failed"):
            request.state = refund.state


def settle_refunded(shop: Shop, order: Order, refund: Refund) -> None:
    """Nothing is left of an order's money: what nobody decided is over."""
    is_taken = any(row.refund is refund for row in shop.requests.values())
    for request in shop.requests.values():
        if request.order is not order or request.state != "requested":
            continue
        if is_taken:
            request.state, request.has_reply = "rejected", True
        else:
            request.state, request.refund, request.approved = "done", refund, refund.amount
