"""Where the pieces are that left the stock: held by a cart, held by an order, or sold.

What came back of an order with a refund (returned_num) the order has no more. Its sale counts all
the same, until all of the order's money went back.
"""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Substr

from apps.goods.models import Goods, StockMovement
from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from ..models import CartLine, OrderGoods, ShoppingCart
from ..order_status import PAID
from ..services.cart_locks import CART_PREFIX


def checks() -> Iterator[Check]:
    # What staff put on the shelf and took from it is theirs; the rest is carts and orders.
    moves = StockMovement.objects.exclude(reason=StockMovement.Reason.ADJUST)
    of_carts = Q(reference__startswith=CART_PREFIX)
    held = CartLine.objects.filter(held_until__isnull=False)
    lines = OrderGoods.objects.all()

    differing = sums_that_differ(
        amounts(moves, "goods_id", recorded=-F("delta")),
        amounts(held, "goods_id", found="nums"),
        amounts(
            lines.filter(order__holds_stock=True),
            "goods_id",
            found=F("goods_num") - F("returned_num"),
        ),
    )
    yield Check(
        "pieces that left the stock are held by carts and orders",
        Goods.objects.count(),
        [f"goods {goods}: {recorded} left, {found} held" for goods, recorded, found in differing],
    )

    # A checkout hands what the cart holds over to the order, without a movement.
    buyer = Cast(Substr("reference", len(CART_PREFIX) + 1), BigIntegerField())
    differing = sums_that_differ(
        amounts(moves.filter(of_carts), buyer, "goods_id", recorded=-F("delta")),
        amounts(held, "user_id", "goods_id", found="nums"),
        amounts(lines, "order__user_id", "goods_id", found="goods_num"),
        keys=2,
    )
    yield Check(
        "what a cart took is held by it, or was ordered from it",
        ShoppingCart.objects.count(),
        [
            f"cart of user {user}, goods {goods}: {recorded} taken, {found} held or ordered"
            for user, goods, recorded, found in differing
        ],
    )

    differing = sums_that_differ(
        amounts(moves.exclude(of_carts), "reference", "goods_id", recorded="delta"),
        amounts(
            lines.filter(order__holds_stock=False), "order__order_sn", "goods_id", found="goods_num"
        ),
        amounts(
            lines.filter(order__holds_stock=True, returned_num__gt=0),
            "order__order_sn",
            "goods_id",
            found="returned_num",
        ),
        keys=2,
    )
    yield Check(
        "an order gave back all its pieces, or those that were returned",
        lines.count(),
        [
            f"order {order_sn}, goods {goods}: {recorded} given back, {found} should be"
            for order_sn, goods, recorded, found in differing
        ],
    )

    differing = sums_that_differ(
        amounts(Goods.objects.all(), "pk", recorded=F("sold_num") - F("sold_before")),
        amounts(lines.filter(order__pay_status__in=PAID), "goods_id", found="goods_num"),
    )
    yield Check(
        "sold_num is sold_before and the lines of paid orders",
        Goods.objects.count(),
        [
            f"goods {goods}: {recorded} counted as sold, {found} in paid orders"
            for goods, recorded, found in differing
        ],
    )

    bad_lines = rows_unless(
        CartLine.objects.order_by("pk"),
        Q(Exists(ShoppingCart.objects.filter(pk=OuterRef("user_id"))), nums__gte=1),
    )
    yield Check(
        "a cart line has pieces, and a cart",
        CartLine.objects.count(),
        [
            f"line {pk} of user {user}: {nums} pieces"
            for pk, user, nums in bad_lines.values_list("pk", "user_id", "nums")
        ],
    )
