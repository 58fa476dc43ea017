"""Where the pieces are that left the stock: held by a cart, held by an order, or sold."""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Substr

from apps.goods.models import Goods, StockMovement
from utils.db.audit import Check, amounts, rows_unless, sums_that_differ

from ..models import CartLine, OrderGoods, ShoppingCart
from ..order_status import PAID
from ..services.carts import CART_PREFIX


def checks() -> Iterator[Check]:
    # What staff put on the shelf and took from it is theirs; the rest is carts and orders.
    moves = StockMovement.objects.exclude(reason=StockMovement.Reason.ADJUST)
    of_carts = Q(reference__startswith=CART_PREFIX)
    held = CartLine.objects.filter(held_until__isnull=False)
    lines = OrderGoods.objects.all()

    differing = sums_that_differ(
        amounts(moves, "goods_id", said=-F("delta")),
        amounts(held, "goods_id", found="nums"),
        amounts(lines.filter(order__holds_stock=True), "goods_id", found="goods_num"),
    )
    yield Check(
        "pieces that left the stock are held by carts and orders",
        Goods.objects.count(),
        [f"goods {goods}: {said} left, {found} held" for goods, said, found in differing],
    )

    # A checkout hands what the cart holds over to the order, without a movement.
    buyer = Cast(Substr("reference", len(CART_PREFIX) + 1), BigIntegerField())
    differing = sums_that_differ(
        amounts(moves.filter(of_carts), buyer, "goods_id", said=-F("delta")),
        amounts(held, "user_id", "goods_id", found="nums"),
        amounts(lines, "order__user_id", "goods_id", found="goods_num"),
        keys=2,
    )
    yield Check(
        "what a cart took is held by it, or was ordered from it",
        ShoppingCart.objects.count(),
        [
            f"cart of user {user}, goods {goods}: {said} taken, {found} held or ordered"
            for user, goods, said, found in differing
        ],
    )

    differing = sums_that_differ(
        amounts(moves.exclude(of_carts), "reference", "goods_id", said="delta"),
        amounts(
            lines.filter(order__holds_stock=False), "order__order_sn", "goods_id", found="goods_num"
        ),
        keys=2,
    )
    yield Check(
        "an order gave back all its pieces, or none",
        lines.count(),
        [
            f"order {order_sn}, goods {goods}: {said} given back, {found} should be"
            for order_sn, goods, said, found in differing
        ],
    )

    differing = sums_that_differ(
        amounts(Goods.objects.all(), "pk", said=F("sold_num") - F("sold_before")),
        amounts(lines.filter(order__pay_status__in=PAID), "goods_id", found="goods_num"),
    )
    yield Check(
        "sold_num is sold_before and the lines of paid orders",
        Goods.objects.count(),
        [
            f"goods {goods}: {said} counted as sold, {found} in paid orders"
            for goods, said, found in differing
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
