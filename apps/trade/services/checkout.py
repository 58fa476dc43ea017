"""From a cart to an order: one transaction, all of it or nothing.

Everything is read, judged and computed, and the order's own row written, before the first goods
row is locked: those of goods that sell well are what buyers wait for. What was read of goods may
be a moment old by then; ADR 19 says why that is right.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from apps.goods.models import Goods
from apps.goods.services.stock import OutOfStockError, stock_take
from apps.users.services.locks import account_open_now
from utils.db.locks import check_changed
from utils.db.transactions import atomic_retry_on_deadlock
from utils.db.written_inserts import Insert
from utils.db.written_once import Among, Delete, Given, Read
from utils.storage.stored import stored_file

from ..models import CartLine, OrderGoods, OrderInfo
from ..models.carts import OFFERED
from .cart_locks import NoCartError, cart_lock, cart_reference, with_cart
from .checkout_choice import (
    WHOLE_CART,
    Choice,
    WantedLine,
    choice_check,
    wanted_lines,
)
from .checkout_rules import (
    check_limits,
    check_payable,
    check_second_click,
    check_shown_total,
    check_sold,
    held_in_cart,
    shortages,
)
from .destinations import Destination, FromAddressBook, destination_find
from .hold_windows import order_end, windows_note, windows_open, windows_read
from .holdings import holdings_of
from .quote import Quote, QuoteLine, quote

ORDER_SN_TRIES = 5

_ORDER = Insert(OrderInfo)
_LINES = Insert(OrderGoods)
_REMOVE = Delete(lambda: CartLine.objects.filter(Among(F("pk"), "lines")))
_CART = Read(lambda: CartLine.objects.filter(user_id=Given("user_id")).for_checkout())


def order_create(
    *,
    user_id: int,
    destination: Destination | FromAddressBook,
    choice: Choice = WHOLE_CART,
    shown_total: Decimal | None = None,
) -> OrderInfo:
    """Make an order of what the buyer chose, and return it; the rest of the cart stays as it is.

    Prices and freight are today's; ``shown_total`` (yuan) is what the client showed the buyer,
    compared with the total to less than a cent. Holds of cart lines go over to the order; pieces
    whose hold had lapsed are taken again, and those of ``choice.buy_now`` are taken from stock.
    Two checkouts of one buyer come one after the other: the second finds the lines of the first
    gone. It waits ORDER_PAY_MINUTES for its money, or less where the buyer has kept the goods for
    long without paying.

    Raises CartEmptyError; NotInTheCartError; OutOfStockError, naming all goods that ran out or
    left the shelf; GoodsGoneError; SameOrderError;
    TotalDiffersError; TotalNotPayableError; what destinations.py refuses: AddressUnknownError,
    AddressUnfitError; and what holdings.py and hold_windows.py refuse: TooManyUnpaidOrdersError,
    TooManyPiecesError, TooMuchHeldError, OrderedBeforeError; AccountClosedError.
    """

    def make() -> OrderInfo:
        for tries_left in reversed(range(ORDER_SN_TRIES)):
            try:
                return _order_make(
                    user_id=user_id, where=destination, choice=choice, shown_total=shown_total
                )
            except IntegrityError:  # the order's number is taken: another is drawn
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    return with_cart(user_id, make)


def order_sn_make(now: datetime) -> str:
    """Return a new order number: 14 digits of local time and 8 random ones."""
    return f"{timezone.localtime(now):%Y%m%d%H%M%S}{secrets.randbelow(10**8):08}"


@atomic_retry_on_deadlock
def _order_make(
    *,
    user_id: int,
    where: Destination | FromAddressBook,
    choice: Choice,
    shown_total: Decimal | None,
) -> OrderInfo:
    if not cart_lock(user_id) and choice.buy_now is not None:
        raise NoCartError  # whoever buys beside the cart may never have had one
    now = account_open_now(user_id=user_id)
    destination = destination_find(user_id=user_id, where=where)
    cart = _CART(user_id=user_id)
    choice_check(choice, cart)
    wanted = wanted_lines(choice, cart)
    holdings = holdings_of(user_id=user_id, lines=cart, now=now)
    if choice.buy_now is not None:
        check_second_click(holdings, choice.buy_now, destination, now)
    check_limits(holdings, wanted)
    goods = _goods_offered(choice, cart)
    check_sold(choice, goods)
    if short := shortages(wanted, goods):
        raise OutOfStockError(short)
    priced = quote([(goods[line.goods_id], line.nums) for line in wanted], destination.province)
    check_shown_total(priced.total, shown_total)
    check_payable(priced.total)
    goods_ids = [line.goods_id for line in wanted]
    known = windows_read(user_id=user_id, goods_ids=goods_ids)
    opened = windows_open(known, ends=holdings.ends, now=now)
    names = {goods_id: row.name for goods_id, row in goods.items()}
    expires_at = order_end(opened, ends=holdings.ends, names=names, now=now)
    order = _order_insert(
        user_id=user_id, priced=priced, destination=destination, now=now, expires_at=expires_at
    )
    _lines_remove(wanted)
    _stock_take(wanted, reference=cart_reference(user_id))
    _order_lines_insert(order, priced)
    in_cart = held_in_cart(holdings, wanted)
    held = {
        line.goods_id: line.nums
        + holdings.in_orders.get(line.goods_id, 0)
        + in_cart.get(line.goods_id, 0)
        for line in wanted
    }
    windows_note(user_id=user_id, pieces=held, known=known, opened=opened, now=now, is_order=True)
    return order


def _goods_offered(choice: Choice, cart: Sequence[CartLine]) -> Mapping[int, Goods]:
    """Return goods by id as they are now: those of the cart, or those to be bought beside it."""
    if choice.buy_now is None:
        return {line.goods_id: line.goods for line in cart}
    return Goods.objects.only(*OFFERED).in_bulk([choice.buy_now.goods_id])


def _order_insert(
    *, user_id: int, priced: Quote, destination: Destination, now: datetime, expires_at: datetime
) -> OrderInfo:
    order = OrderInfo(
        user_id=user_id,
        order_sn=order_sn_make(now),
        order_mount=priced.total,
        freight_amount=priced.freight_amount,
        add_time=now,
        expires_at=expires_at,
        address=destination.address,
        signer_name=destination.signer_name,
        singer_mobile=destination.singer_mobile,
        post_script=destination.post_script,
    )
    return _ORDER.one(order)


def _stock_take(wanted: Sequence[WantedLine], *, reference: str) -> None:
    """Take what no hold has taken yet; raises OutOfStockError.

    Among several goods, those that are held are locked as well: the order's lines share a lock on
    their goods (the foreign key), and that must not come in another order than what is taken.
    """
    to_take = {line.goods_id: line.nums for line in wanted if not line.is_held}
    if not to_take:
        return
    if len(wanted) > 1:
        goods_lock([line.goods_id for line in wanted])
    stock_take(pieces=to_take, reference=reference)


def goods_lock(goods_ids: Sequence[int]) -> None:
    """Lock goods in the order of their keys, as every writer of stock does."""
    goods = Goods.objects.filter(pk__in=goods_ids).order_by("pk").select_for_update()
    list(goods.values_list("pk"))


def _order_lines_insert(order: OrderInfo, priced: Quote) -> None:
    """By the keys of their goods, on each of which a row shares a lock."""
    lines = sorted(priced.lines, key=lambda line: line.goods.pk)
    _LINES.many([_order_line(order, line) for line in lines])


def _order_line(order: OrderInfo, line: QuoteLine) -> OrderGoods:
    return OrderGoods(
        order=order,
        goods=line.goods,
        goods_num=line.nums,
        name=line.goods.name,
        price=line.price,
        image=str(stored_file(line.goods, "goods_front_image") or ""),
        add_time=order.add_time,
    )


def _lines_remove(wanted: Sequence[WantedLine]) -> None:
    """Take the lines that were ordered out of the cart."""
    line_ids = [line.line_id for line in wanted if line.line_id is not None]
    if line_ids:
        check_changed(_REMOVE(lines=line_ids), len(line_ids))
