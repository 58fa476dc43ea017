from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from tests.local_gateway import LocalGateway

DESTINATION = {
    "address": "江苏省苏州市平江路 1 号",
    "signer_name": "小满",
    "singer_mobile": "13800000001",
}


@pytest.fixture
def goods(db: None) -> Goods:
    """Ten navel oranges at 12.30 yuan."""
    return make_goods(make_category(), name="脐橙", stock=10, shop_price="12.30", pictures=2)


@pytest.fixture
def pears(goods: Goods) -> Goods:
    """Five pears at 5.05 yuan."""
    return make_goods(goods.category, name="酥梨", stock=5, shop_price="5.05")


@pytest.fixture
def stock() -> Callable[[Goods], int]:
    def read(goods: Goods) -> int:
        goods.refresh_from_db()
        return goods.goods_num

    return read


@pytest.fixture
def sold() -> Callable[[Goods], int]:
    def read(goods: Goods) -> int:
        goods.refresh_from_db()
        return goods.sold_num

    return read


@pytest.fixture
def order_of(mine: APIClient, goods: Goods, gateway: LocalGateway) -> Callable[..., dict[str, Any]]:
    """Order some oranges, to be paid at the local gateway; return the answer."""

    def order(nums: int = 2, **fields: Any) -> dict[str, Any]:
        mine.post("/shopcarts/", {"goods": goods.pk, "nums": nums})
        response = mine.post("/orders/", {**DESTINATION, **fields})
        assert response.status_code == 201, response.json()
        answer: dict[str, Any] = response.json()
        return answer

    return order


@pytest.fixture
def paid_order(order_of: Callable[..., dict[str, Any]], gateway: LocalGateway) -> dict[str, Any]:
    """An order of two oranges, paid at the cashier, as it was answered before that."""
    order = order_of()
    gateway.pay(order["alipay_url"])
    return order
