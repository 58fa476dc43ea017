"""Tests that begin with one paid order, which is made once for all tests of a module.

It is made in a transaction that ends with the module; what a test changes ends with the test.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from apps.goods.models import Goods
from apps.trade.tests.conftest import make_oranges, order_by
from apps.users.models import UserProfile
from tests.clients import client_of
from tests.local_gateway import local_gateway
from tests.rollback import undone


class Made(NamedTuple):
    buyer_id: int
    goods_id: int
    order: dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Made]:
    with django_db_blocker.unblock(), undone():
        buyer = UserProfile.objects.create_user("13800000001", name="小满")
        goods = make_oranges()
        with local_gateway() as gateway:
            order = order_by(client_of(buyer), goods)
            gateway.pay(order["alipay_url"])
        yield Made(buyer.pk, goods.pk, order)


@pytest.fixture
def buyer(db: None, made: Made) -> UserProfile:
    return UserProfile.objects.get(pk=made.buyer_id)


@pytest.fixture
def goods(db: None, made: Made) -> Goods:
    """Navel oranges at 12.30 yuan: ten, of which two are sold."""
    return Goods.objects.get(pk=made.goods_id)


@pytest.fixture
def paid_order(db: None, made: Made, gateway: Any) -> dict[str, Any]:
    """The order of two oranges, as it was answered before it was paid at the cashier."""
    return deepcopy(made.order)
