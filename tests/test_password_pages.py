"""Every page with a password has the limits that users/tests/test_login_limits.py checks."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from apps.users.models import UserProfile
from apps.users.tests.test_login_limits import LOG_INS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# A field of these names sets a new password, and no secret is compared with it.
NEW = {"password1", "password2", "new_password1", "new_password2"}
# In the API that field is called password: what is compared there is a code.
SET_BY_CODE = {"/users/", "/password/reset/"}

INPUT = re.compile(r"<input[^>]*>")
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)+")


def paths(patterns: Any, prefix: str, fill: str) -> Iterator[str]:
    """Give every path of an URLconf, its parameters filled in."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("\\Z", "").strip("^$")
        if isinstance(pattern, URLPattern):
            yield "/" + PARAMETER.sub(fill, route).replace("\\.", ".").replace("/?", "/")
        else:
            yield from paths(pattern.url_patterns, route, fill)


def takes_a_password(html: str) -> bool:
    inputs = [tag for tag in INPUT.findall(html) if 'type="password"' in tag]
    names = {name for tag in inputs for name in re.findall(r'name="(\w+)"', tag)}
    return bool(names - NEW)


def described(path: str, schema: Any) -> bool:
    """Whether the API's description of a path has a password in a body."""
    for operation in schema["paths"].get(path, {}).values():
        content = operation.get("requestBody", {}).get("content", {})
        for body in content.values():
            name = body["schema"].get("$ref", "").rpartition("/")[2]
            properties = schema["components"]["schemas"].get(name, {}).get("properties", {})
            if any("password" in each for each in properties):
                return True
    return False


@pytest.fixture
def pages(admin_user: UserProfile) -> list[str]:
    found = list(paths(get_resolver().url_patterns, "", str(admin_user.pk)))
    return sorted({path for path in found if "<" not in path and "(" not in path})


def test_every_page_with_a_password_is_limited(pages, admin_client, client):
    schema = client.get("/schema/?format=json").json()
    admin_client.raise_request_exception = False
    found = set()
    for path in pages:
        if described(path, schema):
            found.add(path)
        for visitor in (Client(raise_request_exception=False), admin_client):
            if "logout" in path or path.startswith(("/media/", "/alipay")):
                continue
            response = visitor.get(path, headers={"accept": "text/html"})
            if not response.streaming and takes_a_password(response.content.decode()):
                found.add(path)
    assert len(pages) > 100
    assert {"/admin/login/", "/api-auth/login/"} <= found
    assert found - SET_BY_CODE == set(LOG_INS)
