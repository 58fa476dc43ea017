"""What a checkout would answer now. Reads only: no row is locked, held, made or waited for.

Outside of any transaction, which on SQLite would wait for writers. So what is read may change
between two statements, as it may before the buyer has read the answer: the checkout asks again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum, TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods, goods_cards
from apps.goods.services.stock import OutOfStockError
from utils.api.errors import DomainError
from utils.db import clock

from ..models import CartLine
from .carts import NotOnSaleError
from .checkout_choice import (
    WHOLE_CART,
    Choice,
    GoodsGoneError,
    WantedLine,
    choice_check,
    wanted_lines,
)
from .checkout_rules import (
    check_line_pieces,
    check_payable,
    check_pieces_together,
    check_second_click,
    check_shown_total,
    check_sold,
    shortages,
)
from .destinations import Destination, FromAddressBook, destination_find
from .hold_windows import Windows, order_end, windows_open, windows_read
from .holdings import Holdings, check_unpaid_orders, holdings_of
from .quote import quote


class Problem(TextChoices):
    """Why a line cannot be ordered."""

    OFF_SHELF = "off_shelf", _("off the shelf")
    OUT_OF_STOCK = "out_of_stock", _("out of stock")
    TOO_MANY = "too_many", _("more than one buyer may hold")
    ORDERED_BEFORE = "ordered_before", _("ordered before and not paid")


@dataclass(frozen=True, kw_only=True)
class PreviewLine:
    """A line of an order to be; amounts in yuan. ``problem`` is for the buyer to read."""

    goods: Goods
    nums: int
    price: Decimal
    amount: Decimal
    problem: str | None
    problem_code: Problem | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """An order to be; amounts in yuan. ``problems`` are those of no single line."""

    lines: Sequence[PreviewLine]
    goods_amount: Decimal
    freight_amount: Decimal
    order_mount: Decimal
    problems: Sequence[str]


def order_preview(
    *,
    user_id: int,
    choice: Choice = WHOLE_CART,
    destination: Destination | FromAddressBook | None = None,
    shown_total: Decimal | None = None,
) -> Preview:
    """Return what order_create() would make of the same, and all that it would refuse.

    An order can be made if there is no problem, neither in ``problems`` nor of a line. Without a
    ``destination`` the freight is that of an unknown one. Lines are in the order of the cart, the
    newest first; goods that went meanwhile are left out. The queries are as many for any cart.
    """
    problems: list[str] = []
    now = clock.database_now()
    found = None
    if destination is not None:
        with _noting(problems):
            found = destination_find(user_id=user_id, where=destination)
    cart = list(CartLine.objects.filter(user_id=user_id).order_by("-pk"))
    with _noting(problems):
        choice_check(choice, cart)
    wanted = wanted_lines(choice, cart)
    holdings = holdings_of(user_id=user_id, lines=cart, now=now)
    if choice.buy_now is not None and found is not None:
        with _noting(problems):
            check_second_click(holdings, choice.buy_now, found, now)
    with _noting(problems):
        check_unpaid_orders(holdings)
    with _noting(problems):
        check_pieces_together(holdings, wanted)
    goods = goods_cards([line.goods_id for line in wanted])
    try:
        check_sold(choice, goods)
    except GoodsGoneError as error:
        problems.append(str(error))
        goods = {}
    wanted = _in_order([line for line in wanted if line.goods_id in goods], cart)
    faults = _faults(user_id, wanted, goods, holdings, now)
    priced = quote(
        [(goods[line.goods_id], line.nums) for line in wanted], found.province if found else None
    )
    if wanted:
        with _noting(problems):
            check_shown_total(priced.total, shown_total)
        with _noting(problems):
            check_payable(priced.total)
    nothing = (None, None)
    return Preview(
        lines=[
            PreviewLine(
                goods=line.goods,
                nums=line.nums,
                price=line.price,
                amount=line.amount,
                problem_code=faults.get(line.goods.pk, nothing)[0],
                problem=faults.get(line.goods.pk, nothing)[1],
            )
            for line in priced.lines
        ],
        goods_amount=priced.goods_amount,
        freight_amount=priced.freight_amount,
        order_mount=priced.total,
        problems=problems,
    )


@contextmanager
def _noting(problems: list[str]) -> Iterator[None]:
    """Add the text of a refusal to ``problems``, and go on."""
    try:
        yield
    except DomainError as error:
        problems.append(str(error))


def _in_order(wanted: Sequence[WantedLine], cart: Sequence[CartLine]) -> list[WantedLine]:
    places = {line.goods_id: place for place, line in enumerate(cart)}
    return sorted(wanted, key=lambda line: places.get(line.goods_id, 0))


def _faults(
    user_id: int,
    wanted: Sequence[WantedLine],
    goods: Mapping[int, Goods],
    holdings: Holdings,
    now: datetime,
) -> dict[int, tuple[Problem, str]]:
    """Return what is wrong with lines, by goods id: of each the first that is found."""
    faults: dict[int, tuple[Problem, str]] = {}
    for line in wanted:
        if not goods[line.goods_id].is_on_sale:
            faults[line.goods_id] = Problem.OFF_SHELF, str(NotOnSaleError.message)
    over = _holds_over(wanted, now) if shortages(wanted, goods) else {}
    for short in shortages(wanted, goods, over):
        text = str(OutOfStockError.message)
        if short.available:
            text = gettext("Only %(available)d of these can be had.")
            text %= {"available": short.available}
        faults.setdefault(short.goods_id, (Problem.OUT_OF_STOCK, text))
    known = windows_read(user_id=user_id, goods_ids=goods)
    opened = windows_open(known, ends=holdings.ends, now=now)
    for line in wanted:
        if fault := _fault_of_holding(line, goods, holdings, opened, now):
            faults.setdefault(line.goods_id, fault)
    return faults


def _holds_over(wanted: Sequence[WantedLine], now: datetime) -> dict[int, int]:
    """Return how many pieces (by goods id) a checkout would release of holds that are over.

    Those of lines that are ordered are the buyer's already.
    """
    lapsed = CartLine.objects.lapsed(now).filter(goods_id__in=[line.goods_id for line in wanted])
    own = [line.line_id for line in wanted if line.line_id is not None]
    if own:
        lapsed = lapsed.exclude(pk__in=own)
    sums = lapsed.order_by().values_list("goods_id").annotate(pieces=Sum("nums"))
    return dict(sums)


def _fault_of_holding(
    line: WantedLine,
    goods: Mapping[int, Goods],
    holdings: Holdings,
    opened: Windows,
    now: datetime,
) -> tuple[Problem, str] | None:
    try:
        check_line_pieces(holdings, [line])
    except DomainError as error:
        return Problem.TOO_MANY, str(error)
    window = opened.get(line.goods_id)
    windows = {} if window is None else {line.goods_id: window}
    names = {line.goods_id: goods[line.goods_id].name}
    try:
        order_end(windows, ends=holdings.ends, names=names, now=now)
    except DomainError as error:
        return Problem.ORDERED_BEFORE, str(error)
    return None
