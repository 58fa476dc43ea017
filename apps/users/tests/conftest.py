import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.users.models import UserProfile

from .wire import MOBILE, PASSWORD


@pytest.fixture(autouse=True)
def sms_log(settings: Any, tmp_path: Path) -> Path:
    """The console backend's file, empty for each test."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "sms.log"


@pytest.fixture
def codes(sms_log: Path) -> Callable[[], list[tuple[str, str]]]:
    """Every SMS so far: (mobile, code)."""

    def read() -> list[tuple[str, str]]:
        text = sms_log.read_text() if sms_log.exists() else ""
        return re.findall(r"^\S+ (\d{11}) .*?是(\d{4}|\d{6})，", text, re.MULTILINE)

    return read


@pytest.fixture
def send_code(api: APIClient, codes: Any, forget_interval: Any) -> Callable[..., str]:
    """Ask for a code like a client, and read it like its owner."""

    def send(mobile: str = MOBILE, purpose: str = "register") -> str:
        forget_interval()
        response = api.post("/codes/", {"mobile": mobile, "purpose": purpose})
        assert (response.status_code, response.json()) == (201, {"mobile": mobile})
        assert codes()[-1][0] == mobile
        return codes()[-1][1]

    return send


@pytest.fixture
def forget_interval(db: None) -> Callable[[], None]:
    from apps.users.models import CodeQuota

    return lambda: CodeQuota.objects.update(last_time=None)


@pytest.fixture
def buyer(db: None) -> UserProfile:
    return UserProfile.objects.create_user(username=MOBILE, mobile=MOBILE, password=PASSWORD)


@pytest.fixture
def buyer_api(buyer: UserProfile) -> APIClient:
    """The buyer's client, logged in over the wire."""
    client = APIClient()
    response = client.post("/login/", {"username": MOBILE, "password": PASSWORD})
    client.credentials(HTTP_AUTHORIZATION=f"JWT {response.json()['token']}")
    return client
