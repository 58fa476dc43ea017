"""What an Idempotency-Key may be, and what else clients send."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from .conftest import post, worked

pytestmark = [pytest.mark.django_db, pytest.mark.urls("extra_apps.idempotency.tests.shop")]

MALFORMED = {"detail": "Idempotency-Key 必须是 1 至 255 个可见的 ASCII 字符，且中间不含引号。"}


@pytest.mark.parametrize(
    "key", ["a", "x" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", "!#$%&'()*+,-./[]{}~|:;=?@^_`"]
)
def test_keys(mine: APIClient, key: str) -> None:
    """Quoted, as the draft writes them, or not, as most clients do."""
    answers = [post(mine, text) for text in (key, f'"{key}"', f" \t{key} ")]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert worked() == 1


@pytest.mark.parametrize(
    "key",
    ["", " ", '""', '"', '"a', 'a"', 'a"b', '"a"b"', '"a";b=1', '"a", "b"', "a b", '"a b"', "a\\",
     "x" * 256, f'"{"x" * 256}"', "键", "\xe9", "a\x00", "a\x7f", "a\nb", "a\tb", "x" * 9000],
    ids=lambda key: ascii(key)[:12],
)  # fmt: skip
def test_no_keys(mine: APIClient, key: str) -> None:
    answer = post(mine, key)
    assert (answer.status_code, answer.json()) == (400, MALFORMED)
    assert worked() == 0


@given(key=st.text(alphabet=st.characters(max_codepoint=255), max_size=300))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_header(mine: APIClient, key: str) -> None:
    assert post(mine, key).status_code in {201, 400}


def test_pages_of_other_origins_may_send_and_read_it(mine: APIClient, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    origin = {"HTTP_ORIGIN": "https://shop.example"}
    preflight = mine.options(
        "/groups/", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST", **origin
    )  # fmt: skip
    assert "idempotency-key" in preflight["Access-Control-Allow-Headers"]
    exposed = post(mine, **origin)["Access-Control-Expose-Headers"]
    assert exposed == "idempotency-replayed, retry-after, x-request-id"
