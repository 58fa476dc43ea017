"""Orders as they are read: of one tab, for a sweep, with all that a list or a page shows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
)

from apps.goods.models import RowsWithGoodsCards
from utils.api.pagination import NEWEST
from utils.db.completed_rows import CompletedRows
from utils.db.written_once import Among, Given, Read
from utils.journal.tracking import JournaledQuerySet

from ..buyer_status import COUNTED_TABS, Tab
from ..order_status import PAID, UNPAID, Event, PayStatus

if TYPE_CHECKING:
    from .orders import OrderInfo


def _open_request() -> Exists:
    return Exists(_rows("RefundRequest").filter(open_of=OuterRef("pk")))


# Columns that a buyer's answers do not need.
_NOT_SHOWN = (
    "asked_at", "cancel_reason", "claimed_until", "holds_stock", "is_hidden", "mobile_tail",
    "received_by", "version",
)  # fmt: skip


def _rows(model: str) -> Any:
    """Return all rows of a model that hangs on orders, and is defined after them."""
    return apps.get_model("trade", model)._default_manager.all()


class OrderQuerySet(JournaledQuerySet["OrderInfo"]):
    def shown(self) -> "OrderQuerySet":
        """What its buyer has not deleted, newest first."""
        return self.filter(is_hidden=False).order_by("-pk")

    def for_list(self) -> "OrderQuerySet":
        """With all that a list shows of them: four queries at most, however many orders."""
        return OrdersWithParts.of(self)

    def for_detail(self) -> "OrderQuerySet":
        """As for_list(), with the goods cards of the lines: six queries, however many lines."""
        return OrdersWithCards.of(self)

    def in_tab(self, tab: Tab, now: datetime) -> "OrderQuerySet":
        """The orders of one tab of the buyer's list."""
        return self.filter(_of_tab(tab, now))

    def to_ship_now(self) -> "OrderQuerySet":
        """What is paid, not shipped yet, and without an open refund request."""
        waiting = self.filter(pay_status__in=PAID, shipped_at__isnull=True)
        return waiting.filter(~_open_request())

    def to_confirm(self, before: datetime) -> "OrderQuerySet":
        """What counts as received by now: its last parcel left at ``before`` or earlier.

        An order with an open refund request waits for the decision.
        """
        later = _rows("Shipment").current().filter(order=OuterRef("pk"), shipped_at__gt=before)
        return self.filter(
            ~Exists(later), ~_open_request(),
            pay_status__in=PAID, received_at__isnull=True, shipped_at__lte=before,
        )  # fmt: skip

    def shipped_without_parcel(self, since: datetime) -> "OrderQuerySet":
        """What left ``since`` then and has no shipment at all."""
        parcels = _rows("Shipment").filter(order=OuterRef("pk"))
        # Every status, so that the index of status and time finds the few that are so young.
        return self.filter(~Exists(parcels), pay_status__in=PayStatus.values, shipped_at__gte=since)

    def unpaid(self) -> "OrderQuerySet":
        """What still waits for its money, expired or not."""
        return self.filter(pay_status__in=UNPAID)

    def expired(self, now: datetime) -> "OrderQuerySet":
        """What was not paid in time, and is not closed yet."""
        return self.unpaid().filter(expires_at__lte=now)


class OrdersWithParts(CompletedRows["OrderInfo"], OrderQuerySet):  # type: ignore[override]
    """Of OrderQuerySet.for_list(): its lines, its shipments, and what refunds make of it are read.

    What prefetch_related() does, at half its cost; and a list without paid orders, or without any
    that left, costs no query about them.
    """

    def complete(self, rows: list[Any]) -> list[Any]:
        orders = {order.pk: order for order in rows}
        for order in rows:
            order.shown_lines, order.current_shipments = [], []
        for line in self._lines(orders):
            orders[line.order_id].shown_lines.append(line)
        if paid := {order.pk: order for order in rows if order.pay_time is not None}:
            _refunds_attach(paid)
        if shipped := [order.pk for order in rows if order.shipped_at is not None]:
            for shipment in _rows("Shipment").current().filter(order__in=shipped):
                orders[shipment.order_id].current_shipments.append(shipment)
        return rows

    def _lines(self, order_ids: Collection[int]) -> list[Any]:
        return _LINES_IN_LIST(orders={*order_ids})


class OrdersWithCards(OrdersWithParts):  # type: ignore[override]
    """Of OrderQuerySet.for_detail(): the lines have their goods cards."""

    def _lines(self, order_ids: Collection[int]) -> list[Any]:
        lines = _LINES(orders={*order_ids})
        return RowsWithGoodsCards(_rows("OrderGoods").model).complete(lines)


def order_shown(*, user_id: int, order_id: int) -> Any | None:
    """Return an order as for_detail(), None when it is not among those that its buyer sees."""
    rows = _SHOWN(user_id=user_id, order_id=order_id)
    return OrdersWithCards(_rows("OrderInfo").model).complete(rows)[0] if rows else None


def orders_newest(*, user_id: int) -> list[Any]:
    """Return the newest orders that a buyer sees, as for_list(), as many as a list has."""
    return OrdersWithParts(_rows("OrderInfo").model).complete(_NEWEST(user_id=user_id))


def _of_buyer() -> OrderQuerySet:
    rows: OrderQuerySet = _rows("OrderInfo").filter(user_id=Given("user_id"))
    return rows.shown().defer(*_NOT_SHOWN)


def orders_counted(*, user_id: int, now: datetime) -> dict[str, int]:
    """Return how many orders that a buyer sees each of COUNTED_TABS has."""
    counts = _COUNTS.first(user_id=user_id, now=now) or (0,) * len(COUNTED_TABS)
    return dict(zip((tab.value for tab in COUNTED_TABS), counts, strict=True))


def _counts() -> Any:
    orders = _rows("OrderInfo")
    now = Given("now", orders.model._meta.get_field("expires_at"))
    counts = {tab.value: Count("pk", filter=_of_tab(tab, now)) for tab in COUNTED_TABS}
    # All rows are one group: aggregate() would send its statement at once.
    mine = orders.filter(user_id=Given("user_id"), is_hidden=False).order_by()
    return mine.values(group=Value(1)).annotate(**counts).values_list(*counts)


def _refunds_attach(orders: Mapping[int, "OrderInfo"]) -> None:
    """Give each of these orders (by key) what refunds make of it."""
    for order in orders.values():
        order.refunded_amount = order.refunding_amount = Decimal(0)
        order.open_request_id = order.open_request_state = None
    for order_id, refunded, pending, request_id, state in _REFUNDS(orders={*orders}):
        order = orders[order_id]
        if request_id is not None:
            order.open_request_id, order.open_request_state = request_id, state
        else:
            order.refunded_amount = refunded
            order.refunding_amount += pending or 0


def _refunds() -> Any:
    """The payments that pay these orders, a row for each refund under way; and open requests."""
    no_amount = Value(None, DecimalField(max_digits=10, decimal_places=2))
    no_key, no_state = Value(None, BigIntegerField()), Value(None, CharField())
    under_way = FilteredRelation("refunds", condition=Q(refunds__state="pending"))
    payments = _rows("Payment").filter(Among(F("applied_to"), "orders")).order_by()
    requests = _rows("RefundRequest").filter(Among(F("open_of"), "orders")).order_by()
    return (
        payments.annotate(under_way=under_way)
        .values_list("applied_to", "refunded", "under_way__amount", no_key, no_state)
        .union(requests.values_list("open_of", no_amount, no_amount, "pk", "state"), all=True)
    )


def _lines() -> Any:
    return _rows("OrderGoods").filter(Among(F("order_id"), "orders")).order_by("pk")


_NEWEST = Read(lambda: _of_buyer()[:NEWEST])
_COUNTS = Read(_counts)
_SHOWN = Read(lambda: _of_buyer().filter(pk=Given("order_id")))
_REFUNDS = Read(_refunds)
_LINES = Read(_lines)
_LINES_IN_LIST = Read(lambda: _lines().defer("returned_num", "add_time"))


def _of_tab(tab: Tab, now: datetime | Given) -> Q:
    """Return the condition for what buyer_view() shows in a tab."""
    is_paid = Q(pay_status__in=PAID)
    is_expired = Q(pay_status__in=UNPAID, expires_at__lte=now)
    conditions = {
        Tab.TO_PAY: Q(pay_status__in=UNPAID, expires_at__gt=now),
        Tab.TO_SHIP: is_paid & Q(shipped_at__isnull=True),
        Tab.TO_RECEIVE: is_paid & Q(shipped_at__isnull=False, received_at__isnull=True),
        Tab.RECEIVED: is_paid & Q(received_at__isnull=False),
        Tab.CLOSED: is_expired | Q(pay_status=PayStatus.TRADE_CLOSED) & ~Q(closed_by=Event.REFUND),
        Tab.REFUNDED: Q(pay_status=PayStatus.TRADE_CLOSED, closed_by=Event.REFUND),
        Tab.REFUNDING: Q(_open_request()),
    }
    return conditions[tab]
