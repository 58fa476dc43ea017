"""Fixtures every test may use."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.core.cache import caches
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import timezone, translation
from rest_framework.test import APIClient
from zeal.listeners import n_plus_one_listener
from zeal.patch import get_instance_key

from apps.users.models import UserProfile
from utils.alipay.patience import guard
from utils.cache import catalogue_version, responses
from utils.cache.process_memory import ProcessMemory
from utils.db import clock
from utils.db.written_once import Read
from utils.limits import counters

from . import described
from .clients import client_of

# The live server sends headers and body in two packets, and the second would wait 40 ms for an ACK.
QuietWSGIRequestHandler.disable_nagle_algorithm = True


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    for alias in ("default", "responses"):
        caches[alias].clear()
    responses.breaker.reset()
    responses.forget_own_answers()
    catalogue_version.forget_loss()
    ProcessMemory.forget_all()
    counters.breaker.reset()


@pytest.fixture(autouse=True)
def _answers_are_described() -> Iterator[None]:
    described.faults.clear()
    yield
    assert described.faults == []


@pytest.fixture(autouse=True)
def _gateway_heard_of_nothing() -> None:
    guard.reset()


@pytest.fixture(autouse=True)
def _database_travels_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test moves the time, the database's clock moves along."""
    real, real_if = clock.database_now, clock.database_now_if
    is_travelling = time_machine.escape_hatch.is_travelling

    def now_if(read: Any, **given: Any) -> Any:
        found = real_if(read, **given)
        return timezone.now() if found and is_travelling() else found

    monkeypatch.setattr(
        clock, "database_now", lambda: timezone.now() if is_travelling() else real()
    )
    monkeypatch.setattr(clock, "database_now_if", now_if)


@pytest.fixture(autouse=True)
def _one_row_is_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeal leaves a row alone that get() or first() gave; that of Read.first() as well."""
    first = Read.first

    def alone(read: Any, **given: Any) -> Any:
        row = first(read, **given)
        n_plus_one_listener.ignore(get_instance_key(row))
        return row

    monkeypatch.setattr(Read, "first", alone)


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
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_sidebar() -> None:
    """Each page of the administration repeats it, at a quarter of the page's time."""
    admin.site.enable_nav_sidebar = False


@pytest.fixture
def sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sidebar, for tests that look at it."""
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", True)


@pytest.fixture
def plain_admin(settings: Any) -> None:
    """The administration at less cost, for tests that open hundreds of its pages.

    Without sessions in the database, and providers' backends, which are asked for every
    permission and know none.
    """
    settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:1]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


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
