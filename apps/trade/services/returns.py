"""Pieces that come back into stock with a refund: chosen with it, moved when its money is.

All of it runs under the lock of the order, which the caller holds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db.locks import check_changed

from ..models import OrderGoods, OrderInfo, Payment, Refund, RefundLine


class ReturnTooLargeError(DomainError):
    """More pieces than are left of a line of the order; nothing was changed."""

    field = "lines"

    def __init__(self, name: str, left: int) -> None:
        self.left = left
        text = gettext("Only %(left)d pieces of %(name)s can still come back into stock.")
        super().__init__(text % {"left": left, "name": name})


class ReturnRefusedError(DomainError):
    """No piece can come back with this refund; nothing was changed."""

    field = "lines"
    message: Any = _("No pieces belong to this money: nothing can come back into stock with it.")


@dataclass(frozen=True)
class ReturnableLine:
    """A line of an order, and how many of its pieces may still come back into stock."""

    line: OrderGoods
    left: int


def returnable_lines(order: OrderInfo) -> list[ReturnableLine]:
    """Return the lines of an order with what may come back of each: two queries.

    What came back is not left, nor what will with a refund under way; of an order that has given
    its pieces back, nothing is.
    """
    promised = _promised(order)
    return [
        ReturnableLine(line, _left(order, line, promised))
        for line in OrderGoods.objects.filter(order_id=order.pk)
    ]


def returns_check(*, order: OrderInfo, payment: Payment, lines: Mapping[int, int]) -> None:
    """Refuse pieces (line id -> how many, at least 1) that cannot come back with a refund.

    Raises ReturnRefusedError, for money that does not pay the order and lines of another one;
    ReturnTooLargeError.
    """
    if not lines:
        return
    known = {row.line.pk: row for row in returnable_lines(order)}
    if payment.state != Payment.State.APPLIED or not lines.keys() <= known.keys():
        raise ReturnRefusedError
    for line_id, nums in lines.items():
        row = known[line_id]
        if not 1 <= nums <= row.left:
            raise ReturnTooLargeError(row.line.name, row.left)


def returns_write(*, refund: Refund, lines: Mapping[int, int]) -> None:
    """Write down what comes back with ``refund`` when its money moves; checked before."""
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line_id=line_id, nums=nums)
        for line_id, nums in sorted(lines.items())
    )


def returns_of(refund: Refund) -> dict[int, int]:
    """Return what comes back, or came back, with a refund: line id -> pieces."""
    rows = RefundLine.objects.filter(refund=refund)
    return dict(rows.values_list("line_id", "nums"))


def returns_apply(*, refund: Refund, order: OrderInfo) -> dict[int, int]:
    """Count what comes back with a refund that is done; return it (goods id -> pieces).

    The caller gives these pieces to the stock. A refund that had been refused, and then was done
    after all, may find its pieces returned by another: what came back is written down.
    """
    rows = list(RefundLine.objects.filter(refund=refund).select_related("line"))
    if not rows:
        return {}
    promised = _promised(order)
    pieces: dict[int, int] = {}
    for row in rows:
        nums = min(row.nums, _left(order, row.line, promised))
        if nums < row.nums:
            _correct(row, nums)
        if nums:
            pieces[row.line.goods_id] = nums
            returned = row.line.returned_num
            same = OrderGoods.objects.filter(pk=row.line_id, returned_num=returned)
            check_changed(same.update(returned_num=returned + nums), 1)
    return pieces


def pieces_not_returned(order_id: int) -> dict[int, int]:
    """Return what an order still has (goods id -> pieces), without what came back of it."""
    lines = OrderGoods.objects.filter(order_id=order_id)
    rows = lines.values_list("goods_id", "goods_num", "returned_num")
    return {goods: nums - returned for goods, nums, returned in rows if nums > returned}


def _promised(order: OrderInfo) -> Counter[int]:
    """Return the pieces (by line id) that come back with refunds under way."""
    pending = RefundLine.objects.filter(
        refund__payment__order_id=order.pk, refund__state=Refund.State.PENDING
    )
    promised: Counter[int] = Counter()
    for line_id, nums in pending.values_list("line_id", "nums"):
        promised[line_id] += nums
    return promised


def _left(order: OrderInfo, line: OrderGoods, promised: Counter[int]) -> int:
    if not order.holds_stock:
        return 0
    return max(0, line.goods_num - line.returned_num - promised[line.pk])


def _correct(row: RefundLine, nums: int) -> None:
    if nums:
        RefundLine.objects.filter(pk=row.pk).update(nums=nums)
    else:
        row.delete()
