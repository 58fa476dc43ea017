"""GET /login/providers/: what a log-in page can offer."""

from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

LINK = "http://testserver/login"


def set_up(settings: Any, *providers: str) -> None:
    for name in ("weibo", "qq", "weixin"):
        key = f"{name}-key" if name in providers else ""
        setattr(settings, f"SOCIAL_AUTH_{name.upper()}_KEY", key)


def test_those_that_have_a_key(api: APIClient, settings: Any) -> None:
    set_up(settings, "weixin", "weibo")
    response = api.get("/login/providers/", HTTP_AUTHORIZATION="JWT stale")
    assert (response.status_code, response.json()) == (
        200,
        [
            {"provider": "weibo", "url": f"{LINK}/weibo/"},
            {"provider": "weixin", "url": f"{LINK}/weixin/"},
        ],
    )
    set_up(settings)
    assert api.get("/login/providers/").json() == []


def test_each_link_leads_to_its_provider(api: APIClient, settings: Any) -> None:
    set_up(settings, "weibo", "qq", "weixin")
    for provider in api.get("/login/providers/").json():
        response = api.get(provider["url"].removeprefix("http://testserver"))
        assert response.status_code == 302
        assert "client_id" in response["Location"] or "appid" in response["Location"]
