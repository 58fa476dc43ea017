"""The shop as a few dictionaries: what every request must answer, and what it must change.

Written from contract.md's rules and the tables of the architecture, not from the services:
no database, no lock, no SQL. Amounts are yuan, times aware.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from . import after_sale
from .after_sale import Request
from .gateway import CLOSED, FINISHED, SUCCESS, WAIT, Gateway, SilentError, Trade
from .holding import MAX_HELD, MAX_NUMS, MAX_UNPAID, Window, Windows

PAYING = "paying"
UNPAID = (PAYING, WAIT)
OVER = (CLOSED, FINISHED)

Answer = tuple[int, Any]  # status, and what the body must be (of a refusal: its fields)


class RefusedError(Exception):
    """The order is paid: it cannot be closed."""


@dataclass
class Goods:
    name: str
    price: Decimal
    stock: int
    sold: int = 0
    on_sale: bool = True
    ship_free: bool = True


@dataclass
class Line:
    nums: int
    held_until: datetime | None


@dataclass(frozen=True)
class Choice:
    """What is ordered: the whole cart, those of its goods, or goods beside it; and to where."""

    goods: tuple[int, ...] | None = None
    buy_now: tuple[int, int] | None = None
    province: str = ""
    address: str = ""


WHOLE_CART = Choice()


@dataclass
class Order:
    """``pieces``: goods id -> pieces; ``prices``: goods id -> yuan when it was bought."""

    buyer: int
    pieces: dict[int, int]
    prices: dict[int, Decimal]
    created_at: datetime
    expires_at: datetime
    address: str
    freight: Decimal
    status: str = PAYING
    closed_by: str = ""
    holds_stock: bool = True
    is_hidden: bool = False
    parcels: int = 0
    received_by: str = ""
    trade_no: str | None = None
    asked_at: datetime | None = None
    pk: int = 0
    returned: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        goods = (self.prices[pk] * nums for pk, nums in self.pieces.items())
        return sum(goods, self.freight)

    @property
    def is_unpaid(self) -> bool:
        return self.status in UNPAID

    @property
    def is_shipped(self) -> bool:
        return self.parcels > 0


@dataclass
class Payment:
    order: Order
    trade_no: str
    amount: Decimal
    flag: str
    refunded: Decimal = Decimal(0)
    told: Decimal = Decimal(0)


@dataclass
class Refund:
    payment: Payment
    number: str
    amount: Decimal
    created_at: datetime
    state: str = "pending"
    asked_at: datetime | None = None
    pieces: dict[int, int] = field(default_factory=dict)
    by_staff: bool = True


Row = TypeVar("Row", Order, Refund)


@dataclass
class Shop:
    now: datetime
    goods: dict[int, Goods]
    gateway: Gateway = field(default_factory=Gateway)
    carts: dict[int, dict[int, Line]] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)  # by trade number
    refunds: dict[str, Refund] = field(default_factory=dict)  # by refund number
    requests: dict[int, Request] = field(default_factory=dict)
    windows: Windows = field(default_factory=Windows)
    # Province -> fee, and free from; "" is the default rule.
    freight: dict[str, tuple[Decimal, Decimal | None]] = field(default_factory=dict)

    # -- carts

    def cart_add(self, buyer: int, goods: int, nums: int) -> Answer:
        wrong = [*["goods"][self.goods[goods].on_sale :], *["nums"][nums >= 1 :]]
        if wrong:
            return 400, wrong
        line = self.carts[buyer].get(goods)
        return self._line_set(buyer, goods, nums + (line.nums if line else 0), success=201)

    def cart_change(self, buyer: int, goods: int, nums: int) -> Answer:
        if goods not in self.carts[buyer]:
            return 404, ["detail"]
        if nums < 1:
            return 400, ["nums"]
        return self._line_set(buyer, goods, nums, success=200)

    def cart_remove(self, buyer: int, goods: int) -> Answer:
        line = self.carts[buyer].pop(goods, None)
        if line is None:
            return 404, ["detail"]
        if line.held_until:
            self.goods[goods].stock += line.nums
            self.windows.release((buyer, goods), min(line.held_until, self.now))
        return 204, None

    def holds_lapse(self, goods: int | None = None) -> int:
        """Release what is held too long: of everybody, or of those who hold ``goods`` so."""
        released = 0
        for buyer, lines in self.carts.items():
            lapsed = {pk: line for pk, line in lines.items() if self._is_over(line)}
            if goods is None or goods in lapsed:
                for pk, line in lapsed.items():
                    self.goods[pk].stock += line.nums
                    self.windows.release((buyer, pk), line.held_until)
                    line.held_until = None
                released += len(lapsed)
        return released

    def _is_over(self, line: Line) -> bool:
        return line.held_until is not None and line.held_until <= self.now

    def _line_set(self, buyer: int, goods: int, wants: int, *, success: int) -> Answer:
        answer = self._line_try(buyer, goods, wants, success)
        if answer is None:
            self.holds_lapse(goods)
            answer = self._line_try(buyer, goods, wants, success)
        return answer or (400, ["nums"])

    def _line_try(self, buyer: int, goods: int, wants: int, success: int) -> Answer | None:
        """None: there are not so many."""
        row, line = self.goods[goods], self.carts[buyer].get(goods)
        has, until = (line.nums, line.held_until) if line else (0, None)
        taken = has if until else 0
        window = self._window(buyer, goods)
        held_until = self.windows.cart_hold_end(window, self.now)
        if wants > taken:
            if not row.on_sale:
                return 400, ["goods"]
            if wants - taken > row.stock:
                return None
            if wants + self._in_orders(buyer, goods) > MAX_NUMS:
                return 400, ["nums"]
        more = wants - (has if until and self.now < until else 0)
        if held_until and more > 0 and self._held(buyer) + more > MAX_HELD:
            if wants > has:
                return 400, ["non_field_errors"]
            held_until = None
        row.stock -= (wants if held_until else 0) - taken
        self.carts[buyer][goods] = Line(wants, held_until)
        if held_until:
            pieces = wants + self._in_orders(buyer, goods)
            self.windows.hold((buyer, goods), window, pieces, self.now, is_order=False)
        elif until:
            self.windows.release((buyer, goods), min(until, self.now))
        return success, {"goods": goods, "nums": wants}

    # -- what a buyer holds, by the clock

    def _unpaid(self, buyer: int) -> list[Order]:
        mine = [row for row in self.orders.values() if row.buyer == buyer and row.is_unpaid]
        return [row for row in mine if self.now < row.expires_at]

    def _in_orders(self, buyer: int, goods: int) -> int:
        return sum(row.pieces.get(goods, 0) for row in self._unpaid(buyer))

    def _held(self, buyer: int) -> int:
        lines = [row for row in self.carts[buyer].values() if row.held_until]
        in_cart = sum(row.nums for row in lines if not self._is_over(row))
        return in_cart + sum(sum(row.pieces.values()) for row in self._unpaid(buyer))

    def _window(self, buyer: int, goods: int) -> Window | None:
        line = self.carts[buyer].get(goods)
        ends = [line.held_until] if line and line.held_until else []
        for row in self.orders.values():
            if row.buyer == buyer and row.is_unpaid and goods in row.pieces:
                ends.append(row.expires_at)
        return self.windows.open((buyer, goods), ends, self.now)

    # -- orders

    def _chosen(self, buyer: int, choice: Choice) -> dict[int, Line]:
        if choice.buy_now:
            goods, nums = choice.buy_now
            return {goods: Line(nums, None)}
        cart = sorted(self.carts[buyer].items())
        return {pk: line for pk, line in cart if choice.goods is None or pk in choice.goods}

    def total_of(self, buyer: int, choice: Choice = WHOLE_CART) -> Decimal:
        lines = self._chosen(buyer, choice)
        return sum(self._amounts(lines, choice.province), Decimal(0))

    def _amounts(self, lines: dict[int, Line], province: str) -> tuple[Decimal, Decimal]:
        """What the goods cost, and the freight."""
        goods = sum((self.goods[pk].price * line.nums for pk, line in lines.items()), Decimal(0))
        fee, free_from = self.freight.get(province) or self.freight.get("") or (Decimal(0), None)
        is_free = all(self.goods[pk].ship_free for pk in lines)
        return goods, Decimal(0) if is_free or (free_from and goods >= free_from) else fee

    def checkout(
        self, buyer: int, shown: Any, choice: Choice = WHOLE_CART
    ) -> tuple[Answer, Order | None]:
        """``shown``: what the client says of the total; None when it says nothing."""
        if isinstance(shown, str):
            return (400, ["order_mount"]), None
        cart = self.carts[buyer]
        if choice.goods is not None and not cart.keys() >= set(choice.goods):
            return (400, ["goods"]), None
        lines = self._chosen(buyer, choice)
        if not lines:
            return (400, ["non_field_errors"]), None
        pieces = {pk: line.nums for pk, line in lines.items()}
        stays = {
            pk: line.nums
            for pk, line in cart.items()
            if line.held_until and not self._is_over(line) and (choice.buy_now or pk not in lines)
        }
        together = {
            pk: nums + self._in_orders(buyer, pk) + stays.get(pk, 0) for pk, nums in pieces.items()
        }
        unpaid = self._unpaid(buyer)
        in_orders = sum(sum(row.pieces.values()) for row in unpaid)
        is_second_click = choice.buy_now and any(
            (row.pieces, row.created_at, row.address) == (pieces, self.now, choice.address)
            for row in unpaid
        )
        if (
            is_second_click
            or len(unpaid) >= MAX_UNPAID
            or max(together.values()) > MAX_NUMS
            or sum(pieces.values()) + sum(stays.values()) + in_orders > MAX_HELD
        ):
            return (400, ["non_field_errors"]), None
        if choice.buy_now and not self.goods[choice.buy_now[0]].on_sale:
            return (400, ["buy_now"]), None
        for row in self._short(lines):
            self.holds_lapse(row["goods"])
        short = self._short(lines)
        if short:
            return (400, {"goods": short}), None
        goods, freight = self._amounts(lines, choice.province)
        if shown is not None and abs(shown - goods - freight) >= Decimal("0.01"):
            return (400, ["order_mount"]), None
        if not goods + freight:
            return (400, ["non_field_errors"]), None
        windows = {pk: self._window(buyer, pk) for pk in lines}
        expires_at = self.windows.order_end(windows.values(), self.now)
        if expires_at is None:
            return (400, ["non_field_errors"]), None
        for pk, line in lines.items():
            if line.held_until is None:
                self.goods[pk].stock -= line.nums
            self.windows.hold((buyer, pk), windows[pk], together[pk], self.now, is_order=True)
        order = Order(
            buyer=buyer,
            pieces=pieces,
            prices={pk: self.goods[pk].price for pk in lines},
            created_at=self.now,
            expires_at=expires_at,
            address=choice.address,
            freight=freight,
        )
        if not choice.buy_now:
            for pk in lines:
                del cart[pk]
        return (201, None), order

    def _short(self, lines: dict[int, Line]) -> list[dict[str, Any]]:
        return [
            {"goods": pk, "name": self.goods[pk].name, "wanted": line.nums, "available": available}
            for pk, line in lines.items()
            if (available := self._available(pk, line)) < line.nums
        ]

    def _available(self, pk: int, line: Line) -> int:
        row = self.goods[pk]
        return (row.stock + (line.nums if line.held_until else 0)) if row.on_sale else 0

    def status_shown(self, order: Order) -> str:
        """What the buyer sees: an order whose time is over is closed, swept or not."""
        is_over = order.is_unpaid and self.now >= order.expires_at
        return CLOSED if is_over else order.status

    def delete(self, order: Order) -> int:
        """The buyer deletes an order; return the status of the answer."""
        if order.is_hidden:
            return 404
        if order.is_unpaid:
            try:
                self.settle(order, self._end_by_buyer(order))
            except SilentError:
                return 503
        if order.status not in OVER and not order.received_by:
            return 400
        order.is_hidden = True
        return 204

    def cancel(self, order: Order) -> int:
        """The buyer cancels an order; return the status of the answer."""
        if order.is_hidden:
            return 404
        if order.closed_by == "refund":
            return 400
        try:
            return 400 if self.settle(order, self._end_by_buyer(order)) == "paid" else 200
        except SilentError:
            return 503
        except RefusedError:
            return 400

    def _end_by_buyer(self, order: Order) -> str:
        return "cancel" if self.now < order.expires_at else "expire"

    def status_of(self, order: Order) -> str:
        """``status`` on the wire."""
        if order.closed_by == "refund":
            return "refunded"
        if self.status_shown(order) == CLOSED:
            return "closed"
        if order.is_unpaid:
            return "to_pay"
        if order.received_by:
            return "received"
        return "to_receive" if order.is_shipped else "to_ship"

    def settle(self, order: Order, event: str) -> str:
        """Close an order unless it is paid; return "closed", "paid" or "unchanged".

        Raises SilentError, RefusedError (it was paid before).
        """
        if order.closed_by:
            return "unchanged"
        if not order.is_unpaid:
            raise RefusedError
        trade = self.ask(order)
        if order.is_unpaid and trade:
            trade.status = CLOSED
        if order.closed_by:
            return "unchanged"
        if not order.is_unpaid:
            return "paid"
        self._close(order, event)
        return "closed"

    def orders_expire(self) -> dict[str, int]:
        counts = {"closed": 0, "paid": 0, "left": 0}
        expired = [
            row for row in self.orders.values() if row.is_unpaid and self.now >= row.expires_at
        ]
        for order in self._asked_now(expired):
            try:
                outcome = self.settle(order, "expire")
            except SilentError:
                continue
            if outcome != "unchanged":
                counts[outcome] += 1
        return {**counts, "left": len(expired) if self.gateway.silent else 0}

    def _close(self, order: Order, event: str) -> None:
        order.status, order.closed_by, order.holds_stock = CLOSED, event, False
        self._stock(order, +1)
        for pk in order.pieces:
            self.windows.release((order.buyer, pk), min(order.expires_at, self.now))

    def _stock(self, order: Order, sign: int) -> None:
        for pk, nums in order.pieces.items():
            self.goods[pk].stock += sign * nums

    def _sold(self, order: Order, sign: int) -> None:
        for pk, nums in order.pieces.items():
            self.goods[pk].sold += sign * nums

    def ship(self, order: Order) -> bool:
        """Ship a parcel; return whether it may leave."""
        if order.status not in (SUCCESS, FINISHED):
            return False
        [payment] = [row for row in self.payments.values() if row.order is order and not row.flag]
        if after_sale.has_open_request(self, order) or not self.refund_left(payment):
            return False
        order.parcels += 1
        return True

    def confirm(self, order: Order) -> int:
        """The buyer says that it arrived; return the status of the answer."""
        if order.is_hidden:
            return 404
        if order.status not in (SUCCESS, FINISHED) or not order.is_shipped:
            return 400
        order.received_by = order.received_by or "buyer"
        return 200

    def orders_receive(self) -> int:
        """Everything was shipped so long ago that it has arrived; return how many did by that.

        An order with an open refund request waits for the decision.
        """
        due = [
            row for row in self.orders.values()
            if row.status in (SUCCESS, FINISHED) and row.is_shipped and not row.received_by
                and not after_sale.has_open_request(self, row)
        ]  # fmt: skip
        for order in due:
            order.received_by = "time"
        return len(due)

    # -- money

    def ask(self, order: Order) -> Trade | None:
        """The shop asks the gateway and believes it. Raises SilentError."""
        order.asked_at = self.now
        if self.gateway.silent:
            raise SilentError
        trade = self.gateway.look(order.pk, self.now)
        if trade:
            is_back = trade.status == CLOSED and trade.is_paid
            self.hear(
                order, trade.number, trade.status, is_paid=trade.is_paid,
                refunded=trade.total if is_back else Decimal(0),
                refund_no="",
            )  # fmt: skip
        return trade

    def may_ask_on_return(self, order: Order) -> bool:
        """A buyer who comes back has the gateway asked once in three seconds."""
        return order.asked_at is None or self.now - order.asked_at >= timedelta(seconds=3)

    def hear(
        self, order: Order, trade_no: str, status: str, *, is_paid: bool, refunded: Decimal,
        refund_no: str,
    ) -> str:  # fmt: skip
        """A signed message about an order; return the verdict."""
        if status == WAIT:
            is_news = order.status == PAYING
            order.status = WAIT if is_news else order.status
            return "waiting" if is_news else "ignored"
        if status == CLOSED and not is_paid:
            if not order.is_unpaid:
                return "ignored"
            self._close(order, "expire")
            return "closed"
        known = self.payments.get(trade_no)
        if known and known.order is not order:
            return "malformed"
        verdict = "repeat" if known else self._confirm(order, trade_no)
        is_refund = refunded and self._learn(self.payments[trade_no], refund_no, refunded)
        is_finish = status == FINISHED and order.status == SUCCESS and order.trade_no == trade_no
        if is_finish:
            order.status = FINISHED
        if is_refund:
            return "refund"
        return "finished" if is_finish and known else verdict

    def _confirm(self, order: Order, trade_no: str) -> str:
        flag = ""
        was_closed = order.status == CLOSED
        if any(row.order is order and not row.flag for row in self.payments.values()):
            flag = "refunded" if order.closed_by == "refund" else "duplicate"
        elif was_closed:
            if any(self.goods[pk].stock < nums for pk, nums in order.pieces.items()):
                flag = "sold_out"
            else:
                self._stock(order, -1)
        self.payments[trade_no] = Payment(order, trade_no, order.total, flag)
        if flag:
            return "flagged"
        order.status, order.closed_by, order.holds_stock = SUCCESS, "", True
        order.trade_no, order.is_hidden = trade_no, False
        self._sold(order, +1)
        for pk, nums in order.pieces.items():
            if not was_closed:
                self.windows.pay((order.buyer, pk), nums, self.now)
        return "paid_late" if was_closed else "paid"

    def refund_left(self, payment: Payment) -> Decimal:
        asked = sum(
            row.amount
            for row in self.refunds.values()
            if row.payment is payment and row.state == "pending"
        )
        return payment.amount - payment.refunded - asked

    def refund_open(self, payment: Payment, amount: Decimal, pieces: dict[int, int]) -> str:
        """Return "" or why the shop refuses: "over", "too large", "pieces"."""
        if not payment.flag and payment.order.status == FINISHED:
            return "over"
        if amount > self.refund_left(payment):
            return "too large"
        return "pieces" if after_sale.pieces_refused(self, payment, pieces) else ""

    def refund_send(self, refund: Refund) -> None:
        refund.asked_at = self.now
        if self.gateway.silent:
            return
        if self.gateway.refund(refund.payment.trade_no, refund.amount, refund.number):
            self._refund_done(refund)
        else:
            refund.state = "failed"
            after_sale.settle(self, refund)
            self._record_rest(refund.payment)

    def _learn(self, payment: Payment, number: str, refunded: Decimal) -> bool:
        """A message says that ``refunded`` went back so far; return whether that is news."""
        payment.told = max(payment.told, refunded)
        known = self.refunds.get(number)
        if known is None:
            return self._record_rest(payment, number)
        is_news = known.state != "done" and self._refund_done(known)
        return self._record_rest(payment) or is_news

    def _record_rest(self, payment: Payment, number: str = "") -> bool:
        """Write down what went back by nobody here."""
        rest = payment.told - (payment.amount - self.refund_left(payment))
        if rest <= 0:
            return False
        count = sum(row.payment is payment for row in self.refunds.values())
        number = number or f"alipay-{count}-{payment.trade_no}"
        self.refunds[number] = Refund(payment, number, rest, self.now, by_staff=False)
        return self._refund_done(self.refunds[number])

    def _refund_done(self, refund: Refund) -> bool:
        payment, order = refund.payment, refund.payment.order
        refund.state = "done"
        after_sale.settle(self, refund)
        payment.refunded += refund.amount
        after_sale.pieces_come_back(self, refund)
        if payment.refunded == payment.amount and not payment.flag:
            order.status, order.closed_by, order.holds_stock = CLOSED, "refund", order.is_shipped
            self._sold(order, -1)
            if not order.is_shipped:
                after_sale.rest_comes_back(self, order)
            after_sale.settle_refunded(self, order, refund)
        return True

    def reconcile(self) -> dict[str, int]:
        counts = {"notices": 0, "asked": 0, "refunds": 0, "silent": 0}
        orders = [
            row
            for row in self.orders.values()
            if row.is_unpaid and self.now < row.expires_at and self._is_in_doubt(row, 2, 5)
        ]
        for order in self._asked_now(orders):
            with suppress(SilentError):
                self.ask(order)
        refunds = [
            row
            for row in self.refunds.values()
            if row.state == "pending" and self._is_in_doubt(row, 1, 1)
        ]
        for refund in self._asked_now(refunds):
            self.refund_send(refund)
        if self.gateway.silent:
            return {**counts, "silent": len(orders) + len(refunds)}
        return {**counts, "asked": len(orders), "refunds": len(refunds)}

    def _asked_now(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those the gateway is asked about: of a silent one, three, and not always the same."""
        never = datetime.min.replace(tzinfo=UTC)
        rows = sorted(rows, key=lambda row: row.asked_at or never)  # else in the order made
        return rows[:3] if self.gateway.silent else rows

    def _is_in_doubt(self, row: Order | Refund, age: int, rest: int) -> bool:
        """Older than ``age`` minutes, and not asked about in the last ``rest``."""
        is_old = row.created_at < self.now - timedelta(minutes=age)
        return is_old and (
            row.asked_at is None or row.asked_at < self.now - timedelta(minutes=rest)
        )
