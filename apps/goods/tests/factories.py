"""Rows for tests, with every value that a test may want to see on the wire."""

from decimal import Decimal
from itertools import count
from typing import Any

from apps.goods.models import Goods, GoodsCategory, GoodsImage
from apps.goods.services.stock import stock_adjust

_numbers = count(1)


def make_category(parent: GoodsCategory | None = None, **values: Any) -> GoodsCategory:
    number = next(_numbers)
    return GoodsCategory.objects.create(
        **{
            "name": f"category {number}",
            "code": f"c{number}",
            "category_type": parent.category_type + 1 if parent else 1,
            "parent_category": parent,
            **values,
        }
    )


def make_goods(
    category: GoodsCategory, *, stock: int = 0, pictures: int = 0, **values: Any
) -> Goods:
    number = next(_numbers)
    goods = Goods.objects.create(
        **{
            "category": category,
            "goods_sn": f"SN{number}",
            "name": f"goods {number}",
            "shop_price": Decimal("10.00"),
            "market_price": Decimal("12.00"),
            **values,
        }
    )
    stock_adjust(goods_id=goods.pk, delta=stock)
    GoodsImage.objects.bulk_create(
        GoodsImage(goods=goods, image=f"goods/{goods.goods_sn}-{n}.webp")
        for n in range(1, pictures + 1)
    )
    return goods
