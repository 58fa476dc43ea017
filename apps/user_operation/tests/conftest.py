import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.users.models import UserProfile


@pytest.fixture
def buyer(db: None) -> UserProfile:
    return UserProfile.objects.create_user("13800000001", name="小满")


@pytest.fixture
def other(db: None) -> UserProfile:
    return UserProfile.objects.create_user("13800000002", name="阿禾")


def client_of(user: UserProfile) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def send(client: APIClient, method: str, path: str, body: Any) -> Any:
    """Send JSON as any client could write it: halves of characters, too."""
    return client.generic(method.upper(), path, json.dumps(body), "application/json")


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
