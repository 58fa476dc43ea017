"""Nothing a client can send gives a 500."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.goods.tests.factories import make_category, make_goods

pytestmark = pytest.mark.django_db

NASTY = [
    "", "%00", "a%00b", "٣", "1" + "0" * 30, "-1" + "0" * 30, "1e400", "9" * 5000, "NaN", "-inf",
    "null", "undefined", "[]", "{}", "'", '"', "';--", "\\", "%25", "_", "%ff%fe", "%ED%A0%80",
    "x" * 4000, ("a%20" * 900), "𝟛", "true", "1,2", "../", "%2e%2e%2f", "<script>", "0x10", "1_0",
]  # fmt: skip

PARAMETERS = [
    "page", "p", "page_size", "pricemin", "pricemax", "min_price", "max_price", "top_category",
    "is_hot", "is_new", "search", "ordering", "format", "unknown",
]  # fmt: skip

# A long value in the name of a test makes a folder name that is too long.
SHORT = {"ids": lambda value: value[:12]}

PATHS = ["/goods/{}/", "/categorys/{}/", "/banners/{}/", "/media/{}", "/index/{}", "/{}/"]


@pytest.fixture
def shop(db: None) -> None:
    goods = make_goods(make_category(is_tab=True), stock=1, pictures=1)
    assert goods.pk


@pytest.mark.parametrize("value", NASTY, **SHORT)
def test_in_the_query(api: APIClient, shop: None, value: str) -> None:
    for parameter in PARAMETERS:
        for query in (f"{parameter}={value}", f"{parameter}={value}&{parameter}={value}"):
            response = api.get(f"/goods/?{query}")
            assert response.status_code in {200, 400, 404}, query
            if response.status_code == 400:
                assert list(response.json()) == [parameter]
            elif response.status_code == 404:
                assert list(response.json()) == ["detail"]


@pytest.mark.parametrize("value", NASTY, **SHORT)
def test_in_the_path(api: APIClient, shop: None, value: str) -> None:
    for path in PATHS:
        response = api.get(path.format(value))
        assert response.status_code in {200, 301, 404}, path


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text/html",
        "image/png",
        "*/*",
        "application/json; indent=x",
        "application/json; indent=99999",
        "a" * 9000,
        ";;;,,,",
        "\x00",
    ],
    **SHORT,
)
def test_in_the_accept_header(api: APIClient, shop: None, value: str) -> None:
    assert api.get("/goods/", HTTP_ACCEPT=value).status_code in {200, 406}


@pytest.mark.parametrize("value", ["*", '"', "W/", 'W/"x"', "x" * 9000, "\x00", ","], **SHORT)
def test_in_the_conditional_header(api: APIClient, shop: None, value: str) -> None:
    assert api.get("/goods/", HTTP_IF_NONE_MATCH=value).status_code in {200, 304}


@pytest.mark.parametrize("debug", [False, True])
def test_more_fields_than_django_reads(
    api: APIClient, shop: None, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    monkeypatch.setattr("django.conf.settings.DEBUG", debug)
    api.raise_request_exception = False
    for response in (
        api.get("/goods/?" + "a=1&" * 2000),
        api.post("/login/", "a=1&" * 2000, content_type="application/x-www-form-urlencoded"),
        api.post("/login/", {"username": "x" * 3_000_000}),
    ):
        assert (response.status_code, response.json()) == (400, {"detail": "错误的请求。"})


@pytest.mark.slow
@pytest.mark.one_database
@given(
    query=st.dictionaries(
        st.sampled_from(PARAMETERS), st.text(max_size=60) | st.integers().map(str)
        | st.decimals().map(str) | st.floats().map(str), max_size=5,
    )
)  # fmt: skip
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_query(api: APIClient, shop: None, query: dict[str, str]) -> None:
    assert api.get("/goods/", query).status_code in {200, 400, 404}
