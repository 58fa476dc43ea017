"""Fixtures every test may use."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from rest_framework.test import APIClient

from utils import cache as response_cache


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    for alias in ("default", "responses"):
        caches[alias].clear()
    response_cache._cache._rests_until = 0.0


@pytest.fixture(autouse=True)
def media_root(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def api() -> APIClient:
    """Somebody without an account."""
    return APIClient()
