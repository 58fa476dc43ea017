"""The gateway as a few records: what it was asked to do, and what it would tell the shop."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

WAIT, SUCCESS = "WAIT_BUYER_PAY", "TRADE_SUCCESS"
FINISHED, CLOSED = "TRADE_FINISHED", "TRADE_CLOSED"


class SilentError(Exception):
    """The gateway does not answer the shop."""


@dataclass
class Trade:
    """What the gateway knows of one order; ``refunds``: yuan by the number of the refund."""

    order_id: int
    number: str
    total: Decimal
    time_expire: datetime
    status: str = WAIT
    is_paid: bool = False
    refunds: dict[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        return self.total - sum(self.refunds.values(), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message of the gateway's; ``fault`` is the verdict that the shop must refuse it with."""

    order_id: int
    trade_no: str
    status: str
    is_paid: bool = True
    refunded: Decimal = Decimal(0)
    refund_no: str = ""
    fault: str = ""


class Gateway:
    def __init__(self) -> None:
        self.silent = False
        self.trades: dict[int, Trade] = {}  # by the order's id
        self.notices: list[Notice] = []  # in the order of writing, sent or not

    def look(self, order_id: int, now: datetime) -> Trade | None:
        """Return the trade of an order; one whose time is over gets closed by the look."""
        trade = self.trades.get(order_id)
        if trade and trade.status == WAIT and now >= trade.time_expire:
            trade.status = CLOSED
        return trade

    def pay(self, trade: Trade, *, late: bool, fault: str = "", reorder: bool = False) -> bool:
        """Return whether the money moved; to be called after look()."""
        may = trade.status == WAIT or (late and trade.status == CLOSED and not trade.is_paid)
        if may:
            trade.status, trade.is_paid = SUCCESS, True
            said = {"order_id": trade.order_id, "trade_no": trade.number, "fault": fault}
            self.notices.append(Notice(**said, status=SUCCESS))
            if reorder:
                self.notices.append(Notice(**said, status=WAIT, is_paid=False))
        return may

    def refund(self, trade_no: str, amount: Decimal, number: str) -> bool:
        """Return whether the money of the refund ``number`` has moved, now or before.

        A notice may name a trade that the gateway does not know: nothing comes back from it.
        """
        trade = next((row for row in self.trades.values() if row.number == trade_no), None)
        if trade is None:
            return False
        if number in trade.refunds:
            return trade.refunds[number] == amount
        if not trade.is_paid or trade.status == FINISHED or amount > trade.left:
            return False
        trade.refunds[number] = amount
        if not trade.left:
            trade.status = CLOSED
        self.notices.append(
            Notice(
                order_id=trade.order_id, trade_no=trade.number, status=trade.status,
                refunded=trade.total - trade.left, refund_no=number,
            )
        )  # fmt: skip
        return True
