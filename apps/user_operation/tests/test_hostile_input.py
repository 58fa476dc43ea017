"""Nothing a client sends gives a 500."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.users.models import UserProfile
from tests.clients import client_of, send
from tests.test_hostile_input import NASTY, SHORT

from .test_addresses import HOME

pytestmark = pytest.mark.django_db

RESOURCES = ["userfavs", "messages", "address"]


@pytest.mark.parametrize("value", NASTY, **SHORT)
def test_in_the_path(mine: APIClient, value: str) -> None:
    for resource in RESOURCES:
        for method in ("get", "put", "patch", "delete", "post", "head", "options"):
            response = getattr(mine, method)(f"/{resource}/{value}/")
            # "" is the list, "a/b" leads nowhere
            assert response.status_code in {200, 301, 308, 400, 404, 405}, (method, resource)
            if value and method in {"get", "delete"}:
                assert response.status_code in {301, 404}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["goods", "message_type", "subject", "message", "file", "is_default", *HOME, "id", "user"]
)


@pytest.mark.slow
@pytest.mark.one_database
@given(
    resource=st.sampled_from(RESOURCES),
    method=st.sampled_from(["post", "put", "patch"]),
    body=st.dictionaries(NAMES, JSON, max_size=8) | JSON,
    start=st.sampled_from([{}, HOME, {"subject": "a", "message": "b"}]),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_json(
    buyer: UserProfile, goods: Goods, resource: str, method: str, body: Any, start: dict[str, Any]
) -> None:
    client = client_of(buyer)
    path = f"/{resource}/" if method == "post" else f"/{resource}/{goods.pk}/"
    response = send(client, method, path, {**start, **body} if isinstance(body, dict) else body)
    assert response.status_code in {200, 201, 400, 404, 405}, response.content


@pytest.mark.slow
@pytest.mark.one_database
@given(fields=st.dictionaries(NAMES, st.text(max_size=30), max_size=8))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_form(buyer: UserProfile, fields: dict[str, str]) -> None:
    client = client_of(buyer)
    for resource in RESOURCES:
        response = client.post(f"/{resource}/", fields, format="multipart")
        assert response.status_code in {201, 400}, response.content


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"goods":' * 50_000], ids=range(2))
def test_the_browsable_api_survives_a_broken_body(mine: APIClient, body: bytes) -> None:
    for resource in RESOURCES:
        for accept in ("text/html", "application/json"):
            response = mine.generic(
                "POST", f"/{resource}/", b"{" + body[:20], "application/json", HTTP_ACCEPT=accept
            )
            assert response.status_code == 400


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_browsable_api(mine: APIClient, goods: Goods, resource: str) -> None:
    mine.post("/userfavs/", {"goods": goods.pk})
    mine.post("/address/", HOME)
    mine.post("/messages/", {"subject": "a", "message": "b"})
    page = mine.get(f"/{resource}/", HTTP_ACCEPT="text/html")
    assert page.status_code == 200
    [row] = mine.get(f"/{resource}/").json()
    key = row["goods"]["id"] if resource == "userfavs" else row["id"]
    assert mine.get(f"/{resource}/{key}/", HTTP_ACCEPT="text/html").status_code == 200
    # A form with a mistake in it is shown again.
    assert mine.post(f"/{resource}/", {}, HTTP_ACCEPT="text/html").status_code == 400


def test_a_session_needs_its_csrf_token_for_an_upload_too(buyer: UserProfile) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(buyer)
    body = {"subject": "a", "message": "b"}
    assert client.post("/messages/", body, format="multipart").status_code == 403
    assert client.generic("POST", "/messages/", b"x", "multipart/form-data").status_code in {
        400,
        403,
    }
    client.cookies["csrftoken"] = token = "a" * 32
    with_token = {**body, "csrfmiddlewaretoken": token}
    assert client.post("/messages/", with_token, format="multipart").status_code == 201
    assert client.post("/messages/", body, HTTP_X_CSRFTOKEN=token).status_code == 201
