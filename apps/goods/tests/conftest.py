from dataclasses import dataclass
from decimal import Decimal

import pytest

from apps.goods.models import Goods, GoodsCategory

from .factories import make_category, make_goods


@dataclass
class Catalogue:
    """Fruit > citrus > orange, and meat beside it; goods on each level."""

    fruit: GoodsCategory
    citrus: GoodsCategory
    orange: GoodsCategory
    meat: GoodsCategory
    in_fruit: Goods
    in_citrus: Goods
    in_orange: Goods
    in_meat: Goods
    off_shelf: Goods


@pytest.fixture
def catalogue(db: None) -> Catalogue:
    fruit = make_category(name="水果", is_tab=True)
    citrus = make_category(fruit, name="柑橘")
    orange = make_category(citrus, name="橙子")
    meat = make_category(name="肉类")
    return Catalogue(
        fruit=fruit,
        citrus=citrus,
        orange=orange,
        meat=meat,
        in_fruit=make_goods(fruit, name="果篮", shop_price=Decimal("99.00"), sold_num=3),
        in_citrus=make_goods(citrus, name="蜜桔", shop_price=Decimal("19.90"), sold_num=7),
        in_orange=make_goods(
            orange, name="脐橙", shop_price=Decimal("29.90"), market_price=Decimal("39.90"),
            goods_brief="赣南 甜", goods_desc='<p class="lead">多汁</p>', sold_num=5, stock=8,
            pictures=2, goods_front_image="goods/orange.webp", is_hot=True,
        ),
        in_meat=make_goods(meat, name="牛肉", shop_price=Decimal("156.00"), is_new=True),
        off_shelf=make_goods(orange, name="停售的橙", is_on_sale=False, sold_num=99),
    )  # fmt: skip
