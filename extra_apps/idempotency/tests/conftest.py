from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from rest_framework.request import Request
from rest_framework.test import APIClient

from .shop import GroupViewSet

Meanwhile = Callable[[Callable[[Request], Any]], None]


def user_make(name: str) -> Any:
    return get_user_model().objects.create_user(name)


def client_of(user: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return client


def post(client: APIClient, key: str | None = "k-1", body: Any = None, **extra: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/groups/", body or {"name": "a"}, headers=headers, **extra)


def groups() -> Any:
    """The groups that shop.py made; there may be others."""
    return Group.objects.filter(name__regex=r"^[0-9a-f]{32}$")


def worked() -> int:
    """How often the work was done."""
    return int(groups().count())


@pytest.fixture
def mine(db: None) -> APIClient:
    return client_of(user_make("mine"))


@pytest.fixture
def theirs(db: None) -> APIClient:
    return client_of(user_make("theirs"))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen while the work is done and not yet committed."""
    return lambda do: monkeypatch.setattr(GroupViewSet, "meanwhile", staticmethod(do))
