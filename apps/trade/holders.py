"""Reads for staff: the buyers who hold most stock, and the goods that are held most.

By the clock, as services/holdings.py counts: cart lines whose hold is not over, and unpaid
orders whose time is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from apps.goods.models import Goods
from apps.users.models import UserProfile

from .models import CartLine, HoldWindow, OrderGoods
from .order_status import UNPAID

# Of so many, the largest by cart and the largest by orders, the largest by both are found.
MOST_GROUPS = 5_000
FEW = 200


@dataclass
class Held:
    """What the buyer ``key`` holds, or what is held of the goods ``key``.

    Pieces; unpaid ``orders``; ``amount`` in yuan, a cart's at today's prices.
    """

    key: int
    in_cart: int = 0
    in_orders: int = 0
    orders: int = 0
    amount: Decimal = Decimal(0)

    @property
    def pieces(self) -> int:
        return self.in_cart + self.in_orders


def buyers_by_held(*, now: datetime, limit: int, goods_id: int | None = None) -> list[Held]:
    """Return the ``limit`` buyers who hold most pieces (of ``goods_id``): two queries."""
    return _largest("user_id", "order__user_id", now=now, limit=limit, goods_id=goods_id)


def most_held(*, now: datetime) -> tuple[int, int] | None:
    """Return the buyer who holds most pieces, and how many; None when nobody holds any.

    As the first of buyers_by_held(), among the FEW largest by cart and the FEW by orders: four
    queries that a page which is opened all day can afford.
    """
    in_cart = _cart_lines(now).values_list("user_id").annotate(pieces=Sum("nums"))
    ordered = _order_lines(now).values_list("order__user_id").annotate(pieces=Sum("goods_num"))
    known: dict[int, int] = {}
    for rows in (in_cart, ordered):
        for user_id, pieces in rows.order_by("-pieces")[:FEW]:
            known[user_id] = known.get(user_id, 0) + pieces
    if not known:
        return None
    most = min(known, key=lambda user_id: (-known[user_id], user_id))
    # A buyer may be among the largest by one of the two alone.
    of_cart = in_cart.filter(user_id=most).values_list("pieces", flat=True)
    of_orders = ordered.filter(order__user_id=most).values_list("pieces", flat=True)
    return most, sum(of_cart) + sum(of_orders)


def pieces_held(*, now: datetime) -> tuple[int, int]:
    """Return how many pieces carts hold, and how many unpaid orders do: two queries."""
    in_cart = _cart_lines(now).aggregate(pieces=Sum("nums"))["pieces"]
    in_orders = _order_lines(now).aggregate(pieces=Sum("goods_num"))["pieces"]
    return in_cart or 0, in_orders or 0


def goods_by_held(*, now: datetime, limit: int) -> list[Held]:
    """Return the ``limit`` goods with most pieces held: two queries."""
    return _largest("goods_id", "goods_id", now=now, limit=limit)


def buyers_named(
    user_ids: Iterable[int], *, now: datetime, goods_id: int | None = None
) -> dict[int, Any]:
    """Return the buyers by id, each with ``oldest``: when the oldest present hold began."""
    windows = HoldWindow.objects.filter(user_id=OuterRef("pk"))
    if goods_id is not None:
        windows = windows.filter(goods_id=goods_id)
    mine = {"user_id": OuterRef("user_id"), "goods_id": OuterRef("goods_id")}
    in_cart = _cart_lines(now).filter(**mine)
    mine = {"order__user_id": OuterRef("user_id"), "goods_id": OuterRef("goods_id")}
    in_orders = _order_lines(now).filter(**mine)
    windows = windows.filter(Q(Exists(in_cart)) | Q(Exists(in_orders))).order_by("opened_at")
    users = UserProfile.objects.filter(pk__in=list(user_ids)).only("username", "name", "mobile")
    return users.annotate(oldest=Subquery(windows.values("opened_at")[:1])).in_bulk()


def goods_named(goods_ids: Iterable[int]) -> Mapping[int, Goods]:
    """Return the goods by id, with name and stock."""
    return Goods.objects.only("name", "goods_num").in_bulk(list(goods_ids))


def _cart_lines(now: datetime) -> QuerySet[CartLine]:
    return CartLine.objects.filter(held_until__gt=now).order_by()


def _order_lines(now: datetime) -> QuerySet[OrderGoods]:
    unpaid = OrderGoods.objects.filter(order__pay_status__in=UNPAID, order__expires_at__gt=now)
    return unpaid.order_by()


def _largest(
    cart_key: str, order_key: str, *, now: datetime, limit: int, goods_id: int | None = None
) -> list[Held]:
    lines, ordered = _cart_lines(now), _order_lines(now)
    if goods_id is not None:
        lines, ordered = lines.filter(goods_id=goods_id), ordered.filter(goods_id=goods_id)
    in_cart = lines.values(cart_key).annotate(
        pieces=Sum("nums"), amount=Sum(F("nums") * F("goods__shop_price"))
    )
    in_orders = ordered.values(order_key).annotate(
        pieces=Sum("goods_num"), amount=Sum(F("goods_num") * F("price")),
        orders=Count("order_id", distinct=True),
    )  # fmt: skip
    found: dict[int, Held] = {}
    for row in in_cart.order_by("-pieces")[:MOST_GROUPS]:
        held = found.setdefault(row[cart_key], Held(row[cart_key]))
        held.in_cart, held.amount = row["pieces"], held.amount + row["amount"]
    for row in in_orders.order_by("-pieces")[:MOST_GROUPS]:
        held = found.setdefault(row[order_key], Held(row[order_key]))
        held.in_orders, held.orders = row["pieces"], row["orders"]
        held.amount += row["amount"]
    return sorted(found.values(), key=lambda held: (-held.pieces, held.key))[:limit]
