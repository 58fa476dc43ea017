from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.users.models import UserProfile
from tests.clients import client_of


@pytest.fixture
def buyer(db: None) -> UserProfile:
    return UserProfile.objects.create_user("13800000001", name="小满")


@pytest.fixture
def other(db: None) -> UserProfile:
    return UserProfile.objects.create_user("13800000002", name="阿禾")


@pytest.fixture
def mine(buyer: UserProfile) -> APIClient:
    """The buyer's client."""
    return client_of(buyer)


@pytest.fixture
def theirs(other: UserProfile) -> APIClient:
    """Another buyer's client."""
    return client_of(other)


@pytest.fixture
def goods(db: None) -> Goods:
    return make_goods(make_category(), name="脐橙", pictures=2)


@pytest.fixture
def fav_num(goods: Goods) -> Callable[[], int]:
    return lambda: Goods.objects.values_list("fav_num", flat=True).get(pk=goods.pk)
