"""What buyers read of their own: carts and orders, in a small shop and in one of many orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .model import CPU_MS, DEMO, Figures, Scenario, ShopSpec, Target, at_most
from .writes import carts

if TYPE_CHECKING:
    from bench.lab.load import Request
    from bench.lab.shops import Buyer, Shop

CART_LINES, ORDERS, FAVOURITES = 5, 20, 20
GROWN = 100_000

# An order may not be made twice for the same goods, nor more than five wait unpaid: rows of the
# shape that a checkout writes.
MAKE_ORDERS = """
from datetime import timedelta
from django.utils import timezone
from apps.goods.models import Goods
from apps.trade.models import OrderGoods, OrderInfo
now = timezone.now()
goods = list(Goods.objects.filter(pk__in={goods}))
for number in range({orders}):
    chosen = [goods[(number + place) % len(goods)] for place in range(3)]
    order = OrderInfo.objects.create(
        user_id={user}, order_sn=f"{{now:%Y%m%d%H%M%S}}{{{user} * 100 + number:08}}",
        order_mount=sum(row.shop_price for row in chosen), expires_at=now + timedelta(hours=1),
        address="1", signer_name="2", singer_mobile="13800000001",
    )
    OrderGoods.objects.bulk_create(
        OrderGoods(order=order, goods=row, goods_num=1, name=row.name, price=row.shop_price,
                   image=row.goods_front_image.name) for row in chosen
    )
"""


def _owner(shop: Shop) -> Buyer:
    """Return a buyer with a cart of five lines, twenty unpaid orders and twenty favourites."""
    from bench.lab.load import post

    if "owner" not in shop.left:
        [buyer] = carts(shop, 1, CART_LINES)
        shop.run(MAKE_ORDERS.format(user=buyer.id, orders=ORDERS, goods=shop.goods_ids))
        for goods_id in shop.goods_ids[:FAVOURITES]:
            shop.ask(post("/userfavs/", {"goods": goods_id}, token=buyer.token))
        shop.left["owner"] = buyer
    return shop.left["owner"]


def _of_owner(path: str, *, first: str = "") -> Callable[[Shop], Figures]:
    """Return a round that asks for what is the owner's; ``{id}`` is the first row of ``first``."""

    def measure(shop: Shop) -> Figures:
        from bench.lab.load import get

        token = _owner(shop).token
        found = shop.json(get(first, token=token))[0]["id"] if first else ""
        request: Request = get(path.format(id=found), token=token)
        shop.ask(request)
        return shop.load_for(1, request).figures()

    return measure


READS = (
    ("cart of 5 lines", _of_owner("/shopcarts/"), 3.5),
    ("20 unpaid orders", _of_owner("/orders/"), 3.5),
    ("order detail", _of_owner("/orders/{id}/", first="/orders/"), 3.5),
    ("20 favourites", _of_owner("/userfavs/"), None),
)


def _scenario(
    name: str,
    measure: Callable[[Shop], Figures],
    spec: ShopSpec,
    *targets: Target,
    beside: str = "",
) -> Scenario:
    return Scenario(
        name=name, round=measure, shop=spec, targets=targets, compared_with=beside,
        in_quick=not spec.orders,
    )  # fmt: skip


SMALL, LARGE = ShopSpec(), ShopSpec(goods=DEMO, orders=GROWN)
SCENARIOS = (
    *(
        _scenario(name, read, SMALL, *([at_most(limit, CPU_MS)] if limit else []))
        for name, read, limit in READS
    ),
    *(
        _scenario(f"{name}, {GROWN:,} orders", read, LARGE, at_most(1.3, f"× {name}"), beside=name)
        for name, read, limit in READS
        if limit
    ),
)
