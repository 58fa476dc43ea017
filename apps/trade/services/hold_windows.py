"""How long one buyer may keep pieces of goods from others; docs/stock.md has the table.

A window opens when a buyer first holds some of the goods, in a cart line or an unpaid order.
Within it cart lines hold until CART_HOLD_MINUTES twice after it opened, and no later. An
order may always be made once; orders after that one must end ORDER_PAY_MINUTES after the
window's cart holds (or after the first of them, if that came later). The window ends when the
buyer has held none of the goods for a pause of CART_HOLD_MINUTES, or has paid for at least half
of what was held.

Windows are written after goods rows, in the order of their goods.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Case, DateTimeField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.locks import check_changed
from utils.db.written_inserts import Insert
from utils.db.written_once import (
    Among,
    Delete,
    Given,
    Read,
    Update,
    number_by_place,
    numbers_by_place,
)

from ..models import HoldWindow

# An order that would have to be paid sooner than that is refused.
SHORTEST_TIME_TO_PAY = timedelta(minutes=5)

Windows = Mapping[int, HoldWindow]  # by goods id

_OPENED = Insert(HoldWindow)
_WINDOWS = Read(lambda: _of_goods())


class OrderedBeforeError(DomainError):
    """Goods that were ordered and not paid for as long as one buyer may keep them."""

    field = "non_field_errors"


def windows_read(*, user_id: int, goods_ids: Iterable[int]) -> dict[int, HoldWindow]:
    """Return what windows a buyer has of goods, over or not: one query."""
    windows = _WINDOWS(user_id=user_id, keys={*goods_ids})
    return {window.goods_id: window for window in windows}


def windows_open(
    windows: Windows, *, ends: Mapping[int, datetime], now: datetime
) -> dict[int, HoldWindow]:
    """Return those that are not over; ``ends`` are those of the buyer's Holdings."""
    return {
        goods_id: window
        for goods_id, window in windows.items()
        if now < _is_over_at(window, ends.get(goods_id))
    }


def cart_hold_end(window: HoldWindow | None, *, now: datetime) -> datetime | None:
    """Return until when a cart line may hold its pieces now; None: it may not.

    ``window`` is the open one, None when there is none.
    """
    end = now + _hold_time()
    if window is not None:
        end = min(end, window.opened_at + 2 * _hold_time())
    return end if end > now else None


def order_end(
    opened: Windows, *, ends: Mapping[int, datetime], names: Mapping[int, str], now: datetime
) -> datetime:
    """Return until when an order made now may wait for its money.

    ``opened`` are the open windows of its goods, ``names`` what these are called. Raises
    OrderedBeforeError.
    """
    pay_time = timedelta(minutes=settings.ORDER_PAY_MINUTES)
    end = now + pay_time
    for goods_id, window in sorted(opened.items()):
        if window.ordered_at is None:
            continue
        last = max(window.opened_at + 2 * _hold_time(), window.ordered_at) + pay_time
        if last - now < min(SHORTEST_TIME_TO_PAY, pay_time):
            again = timezone.localtime(_is_over_at(window, ends.get(goods_id)))
            text = _("%(name)s was ordered and not paid: it can be ordered from %(time)s on.")
            raise OrderedBeforeError(text % {"name": names[goods_id], "time": f"{again:%H:%M}"})
        end = min(end, last)
    return end


def windows_note(
    *,
    user_id: int,
    pieces: Mapping[int, int],
    known: Windows,
    opened: Windows,
    now: datetime,
    is_order: bool,
) -> None:
    """Write down that a buyer holds ``pieces`` (goods id -> how many) from now on.

    ``known`` are the windows as read, ``opened`` those of them that are not over. Raises
    RowsChangedError when one went meanwhile.
    """
    fresh = {"opened_at": now, "released_at": now, "ordered_at": now if is_order else None}
    _OPENED.many(
        [
            HoldWindow(user_id=user_id, goods_id=goods_id, most_pieces=pieces[goods_id], **fresh)
            for goods_id in sorted(pieces.keys() - known.keys())
        ]
    )
    over = sorted(pieces.keys() & known.keys() - opened.keys())
    if over:
        rows = _rows(user_id, over)
        check_changed(rows.update(most_pieces=_by_goods(pieces, over), **fresh), len(over))
    still = sorted(pieces.keys() & opened.keys())
    if not is_order:
        still = [pk for pk in still if opened[pk].most_pieces < pieces[pk]]
    if still:
        note = _note(len(still), is_order=is_order)
        numbers = {pk: pieces[pk] for pk in still}
        check_changed(note(user_id=user_id, now=now, **numbers_by_place(numbers)), len(still))


def windows_release(*, user_id: int, ends: Mapping[int, datetime]) -> None:
    """Write down when (by goods id) a buyer gave pieces back."""
    if ends:
        moments = [When(goods_id=pk, then=Value(moment)) for pk, moment in sorted(ends.items())]
        last = Greatest(F("released_at"), Case(*moments, output_field=DateTimeField()))
        _rows(user_id, sorted(ends)).update(released_at=last)


def windows_pay(*, user_id: int, pieces: Mapping[int, int]) -> None:
    """Write down that a buyer paid for ``pieces`` (goods id -> how many).

    Who bought half of what was held, or more, was not just keeping it from others.
    """
    goods_ids = sorted(pieces)
    doubled = {pk: 2 * nums for pk, nums in pieces.items()}
    deleted = _bought(len(pieces))(user_id=user_id, **numbers_by_place(doubled))
    if deleted < len(goods_ids):  # there is at most one of each
        windows_release(user_id=user_id, ends=dict.fromkeys(goods_ids, clock.database_now()))


def window_spend(*, user_id: int, goods_id: int, pieces: int, now: datetime) -> None:
    """Let no cart line of a buyer hold goods until the pause is over: staff ended the hold."""
    spent = now - 2 * _hold_time()
    changed = _rows(user_id, [goods_id]).update(
        opened_at=Least(F("opened_at"), Value(spent)), released_at=now
    )
    if not changed:
        HoldWindow.objects.create(
            user_id=user_id, goods_id=goods_id, opened_at=spent, released_at=now,
            most_pieces=pieces,
        )  # fmt: skip


def hold_windows_purge(*, now: datetime | None = None, seconds: float | None = None) -> int:
    """Delete the windows that are over whatever happened in them; return how many.

    ``now`` is the database's time by default; after ``seconds`` the rest is left. Safe at any
    time and on several machines: a window that was opened anew meanwhile stays.
    """
    longest = 4 * _hold_time() + timedelta(minutes=settings.ORDER_PAY_MINUTES)
    old = HoldWindow.objects.filter(opened_at__lt=(now or clock.database_now()) - longest)
    return delete_in_batches(old, seconds=seconds)


def _hold_time() -> timedelta:
    return timedelta(minutes=settings.CART_HOLD_MINUTES)


def _is_over_at(window: HoldWindow, last_end: datetime | None) -> datetime:
    """Return when the pause after the last hold is over."""
    return max(window.released_at, last_end or window.released_at) + _hold_time()


@lru_cache(maxsize=32)
def _note(goods: int, *, is_order: bool) -> Update:
    """Return the statement that notes what a buyer holds of so many goods in open windows."""
    values: dict[str, Any] = {
        "most_pieces": Greatest(F("most_pieces"), number_by_place("goods_id", goods))
    }
    if is_order:
        now = Given("now", HoldWindow._meta.get_field("ordered_at"))
        values["ordered_at"] = Coalesce(F("ordered_at"), now)
    return Update(_of_goods, **values)


@lru_cache(maxsize=16)
def _bought(goods: int) -> Delete:
    """Return the statement that ends the windows of so many goods, if enough was paid for."""
    doubled = number_by_place("goods_id", goods)
    return Delete(lambda: _of_goods().filter(most_pieces__lte=doubled))


def _of_goods() -> QuerySet[HoldWindow]:
    return HoldWindow.objects.filter(Among(F("goods_id"), "keys"), user_id=Given("user_id"))


def _rows(user_id: int, goods_ids: list[int]) -> QuerySet[HoldWindow]:
    return HoldWindow.objects.filter(user_id=user_id, goods_id__in=goods_ids)


def _by_goods(numbers: Mapping[int, int], goods_ids: list[int]) -> Case:
    cases = [When(goods_id=pk, then=Value(numbers[pk])) for pk in goods_ids]
    return Case(*cases, output_field=IntegerField())
