from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderInfo
from apps.users.models import UserProfile
from tests.local_gateway import LocalGateway

from .addresses import DESTINATION
from .kinds import Maker
from .ordering import state


def make_oranges() -> Goods:
    """Make ten navel oranges at 12.30 yuan."""
    return make_goods(make_category(), name="脐橙", stock=10, shop_price="12.30", pictures=2)


def order_by(client: APIClient, goods: Goods, nums: int = 2, **fields: Any) -> dict[str, Any]:
    """Put goods into the cart of the client's buyer and order it; return the answer."""
    client.post("/shopcarts/", {"goods": goods.pk, "nums": nums})
    response = client.post("/orders/", {**DESTINATION, **fields})
    assert response.status_code == 201, response.json()
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture
def goods(db: None) -> Goods:
    """Ten navel oranges at 12.30 yuan."""
    return make_oranges()


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
        return order_by(mine, goods, nums, **fields)

    return order


@pytest.fixture
def refused(db: None) -> Callable[[Callable[[], Any], Any], None]:
    """Assert that a checkout was refused so, and that nothing at all has changed."""

    def check(act: Callable[[], Any], answer: Any) -> None:
        before = state()
        response = act()
        assert (response.status_code, response.json()) == (400, answer)
        assert state() == before

    return check


@pytest.fixture
def paid_order(order_of: Callable[..., dict[str, Any]], gateway: LocalGateway) -> dict[str, Any]:
    """An order of two oranges, paid at the cashier, as it was answered before that."""
    order = order_of()
    gateway.pay(order["alipay_url"])
    return order


@pytest.fixture
def orders(buyer: UserProfile, goods: Goods) -> list[OrderInfo]:
    """Three paid orders of an orange each."""
    return [Maker(buyer, goods).make("paid") for _ in range(3)]
