"""Fixtures every test may use."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.utils import timezone
from rest_framework.test import APIClient

from apps.users.models import UserProfile
from utils.alipay.patience import guard
from utils.cache import responses as response_cache
from utils.db import clock
from utils.limits import counters

from .clients import client_of


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    for alias in ("default", "responses"):
        caches[alias].clear()
    response_cache.breaker.reset()
    counters.breaker.reset()


@pytest.fixture(autouse=True)
def _gateway_heard_of_nothing() -> None:
    guard.reset()


@pytest.fixture(autouse=True)
def _database_travels_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test moves the time, the database's clock moves along."""
    real = clock.database_now
    is_travelling = time_machine.escape_hatch.is_travelling
    monkeypatch.setattr(
        clock, "database_now", lambda: timezone.now() if is_travelling() else real()
    )


_media_folders = count()


@pytest.fixture(autouse=True)
def _own_media(settings: Any) -> None:
    """Each test's uploads go to a folder of its own, which is made when something is written."""
    settings.MEDIA_ROOT = Path(settings.VAR_DIR, "media", f"{next(_media_folders)}")


@pytest.fixture
def media_root(settings: Any, _own_media: None) -> Path:
    settings.MEDIA_ROOT.mkdir(parents=True)
    return settings.MEDIA_ROOT


@pytest.fixture
def api() -> APIClient:
    """Somebody without an account."""
    return APIClient()


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
