"""Every change of stock: one conditional UPDATE and its ledger rows, in one transaction."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db.written_inserts import Insert
from utils.db.written_once import Among, Update, number_by_place, numbers_by_place
from utils.journal.actors import actor_now
from utils.journal.entries import Change, changes_write, model_label
from utils.text.language import in_shop_language

from ..models import Goods, StockMovement

Reason = StockMovement.Reason

_MOVEMENTS = Insert(StockMovement)

# More is a slip of the keyboard. The column holds twice as many: what carts and orders give
# back must always fit.
MOST_PIECES = 10**9


class StockTooLowError(DomainError):
    """An adjustment would take more pieces than there are; nothing was changed."""

    def __init__(self, *, goods_id: int, delta: int) -> None:
        self.goods_id = goods_id
        self.delta = delta
        super().__init__(gettext("Stock is too low to take %(pieces)d away.") % {"pieces": -delta})


class StockTooHighError(DomainError):
    """An adjustment would make it more than MOST_PIECES; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(gettext("Stock is at most %(pieces)d pieces.") % {"pieces": MOST_PIECES})


class Shortage(NamedTuple):
    """Fewer pieces of some goods can be bought than were wanted."""

    goods_id: int
    name: str
    wanted: int
    available: int


class OutOfStockError(DomainError):
    """Some goods have fewer pieces than wanted; ``shortages`` names each. Nothing was taken.

    The answer lists them; with a ``field``, it is one text for that field.
    """

    message: Any = _("Out of stock.")

    def __init__(self, shortages: Sequence[Shortage], *, field: str | None = None) -> None:
        self.shortages = shortages
        super().__init__(field=field)

    def body(self) -> dict[str, Any]:
        if self.field is not None:
            return super().body()
        goods = [
            {"goods": goods_id, "name": name, "wanted": wanted, "available": available}
            for goods_id, name, wanted, available in self.shortages
        ]
        return {"goods": goods}


@transaction.atomic
def stock_adjust(
    *, goods_id: int, delta: int, reference: str = "", cause: str = "", note: str = ""
) -> None:
    """Add ``delta`` pieces (negative: take them away) for staff.

    ``cause`` is one of StockMovement.Cause. What staff do in the administration is journaled.

    Takes a difference, not a new total, so that a form opened before a sale does not undo
    the sale. Raises StockTooLowError, changing nothing, when fewer than ``-delta`` are left;
    StockTooHighError; Goods.DoesNotExist when there are no such goods.
    """
    if delta == 0:
        return
    if Goods.objects.filter(pk=goods_id, goods_num__gt=MOST_PIECES - delta).exists():
        raise StockTooHighError
    why = {"cause": cause, "note": note}
    if not _adjust(deltas={goods_id: delta}, reference=reference, why=why):
        Goods.objects.only("pk").get(pk=goods_id)
        raise StockTooLowError(goods_id=goods_id, delta=delta)


@transaction.atomic
def stock_adjust_many(*, deltas: Mapping[int, int], reference: str) -> None:
    """Add pieces (goods id -> how many, negative: taken away) for staff: all, or none.

    The caller holds the goods rows, and has seen that there are enough pieces and not too many.
    Raises StockTooLowError for one of them if there are not.
    """
    moves = {goods_id: delta for goods_id, delta in deltas.items() if delta}
    if not _adjust(deltas=moves, reference=reference, why={"cause": "", "note": ""}):
        goods_id = min(moves)
        raise StockTooLowError(goods_id=goods_id, delta=moves[goods_id])


def stock_take(*, pieces: Mapping[int, int], reference: str, field: str | None = None) -> None:
    """Take ``pieces`` (goods id -> how many, each at least 1) out of stock: all, or none.

    The ledger says ``hold``: for a cart, or again for an order whose stock was given back.
    Raises OutOfStockError, which names every one of the goods that has too few; ``field`` is
    that of the refusal.
    """
    deltas = {goods_id: -number for goods_id, number in pieces.items()}
    # Of one kind, all or nothing was taken anyway.
    is_many = len(deltas) > 1
    with transaction.atomic(savepoint=is_many):
        is_taken = _move(deltas=deltas, reason=Reason.HOLD, reference=reference)
        if is_many and not is_taken:
            transaction.set_rollback(True)
    if not is_taken:
        # Counted when what there was enough of is back.
        raise OutOfStockError(shortages_of(pieces), field=field)


@transaction.atomic(savepoint=False)
def stock_return(*, pieces: Mapping[int, int], reason: Reason, reference: str) -> None:
    """Give ``pieces`` (goods id -> how many, each at least 1) back to stock.

    That they were taken, and are given back once, is the caller's to know: it holds the
    lock on the cart or the order that had them. Raises Goods.DoesNotExist for unknown goods.
    """
    if not _move(deltas=pieces, reason=reason, reference=reference):
        raise Goods.DoesNotExist


def sold_count(*, pieces: Mapping[int, int], sign: int) -> None:
    """Add ``sign`` (1 or -1) times ``pieces`` (goods id -> how many) to what was sold."""
    if pieces:
        change = {goods_id: sign * number for goods_id, number in pieces.items()}
        _sold_change(len(change))(**numbers_by_place(change))


def shortages_of(pieces: Mapping[int, int]) -> list[Shortage]:
    """Return those of ``pieces`` (goods id -> how many) that cannot be had, by goods id."""
    goods = Goods.objects.filter(pk__in=pieces).order_by("pk")
    return [
        Shortage(pk, name, pieces[pk], available)
        for pk, name, available in goods.values_list("pk", "name", "goods_num")
        if available < pieces[pk]
    ]


def _adjust(*, deltas: Mapping[int, int], reference: str, why: Mapping[str, str]) -> bool:
    """Move stock for staff, as ``_move``, and journal it; ``why`` has ``cause`` and ``note``."""
    actor = actor_now()
    values = {**why, "staff_id": actor.staff_id if actor else None}
    if not _move(deltas=deltas, reason=Reason.ADJUST, reference=reference, **values):
        return False
    if actor is not None and deltas:
        rows = Goods.objects.filter(pk__in=deltas).order_by("pk")
        with in_shop_language():
            cause = str(StockMovement.Cause(why["cause"]).label) if why["cause"] else ""
        note = " · ".join(part for part in (cause, why["note"], actor.note) if part)
        changes_write(
            [
                Change(
                    model=model_label(Goods), key=pk, name=name, note=note,
                    column=f"{model_label(Goods)}.goods_num", old=number - deltas[pk], new=number,
                )
                for pk, name, number in rows.values_list("pk", "name", "goods_num")
            ]
        )  # fmt: skip
    return True


def _move(*, deltas: Mapping[int, int], reason: Reason, reference: str, **values: Any) -> bool:
    """Change the stock of all goods in ``deltas``, and write the ledger; return whether it did.

    One statement: it walks the primary key, so that two of them lock their goods in the same
    order whatever order they were given in. Returns False if any of the goods has too few: some
    rows may have been changed by then, so the caller must roll back.
    """
    if not deltas:
        return True
    if _stock_change(len(deltas))(**numbers_by_place(deltas)) != len(deltas):
        return False
    _MOVEMENTS.many(
        [
            StockMovement(
                goods_id=goods_id, delta=delta, reason=reason, reference=reference, **values
            )
            for goods_id, delta in sorted(deltas.items())
        ]
    )
    return True


@lru_cache(maxsize=16)
def _stock_change(goods: int) -> Update:
    """Return the statement that moves the stock of so many goods, of none with too few pieces."""
    change = number_by_place("pk", goods)
    enough = Q(Among(F("pk"), "keys"), goods_num__gte=Value(0) - change)
    return Update(lambda: Goods.objects.filter(enough), goods_num=F("goods_num") + change)


@lru_cache(maxsize=16)
def _sold_change(goods: int) -> Update:
    """Return the statement that adds to what was sold of so many goods."""
    return Update(
        lambda: Goods.objects.filter(Among(F("pk"), "keys")),
        sold_num=F("sold_num") + number_by_place("pk", goods),
    )
