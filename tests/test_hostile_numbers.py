"""Whatever number a client sends, wherever one can stand: never a 500."""

from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.template import engines
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.users.models import UserProfile

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NUMBERS = [
    "1e1000000", "-1e1000000", "1e-1000000", "1E+999999999999999999", "1e400", "NaN", "sNaN",
    "-sNaN123", "Infinity", "-inf", "-0", "-0.0", "+1", "1e3", "1.5", ".5", "5.", "0x10", "1_0",
    "1" + "0" * 30, "-1" + "0" * 30, "9" * 5000, "1." + "9" * 400, "99999999.995", "-99999999.995",
    "2147483648", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "٣", "１２", "𝟛", "½", "²", "0000-00-00", "99999-01-01", "10000-01-01", "2026-02-30",
    "0001-01-01", "9999-12-31", "1" * 4299, "1" * 4301, "true", "null", "[]", "\x00", " 1 ",
]  # fmt: skip

# For where each costs many requests.
FEW = ["1e1000000", "-1e-1000000", "1E+999999999999999999", "sNaN", "Infinity", "-0", "1e3", "1.5",
       "1" + "0" * 30, "9" * 5000, "99999999.995", "٣", "99999-01-01", "\x00"]  # fmt: skip

ANY_NUMBER = st.one_of(
    st.sampled_from(NUMBERS),
    st.integers().map(str),
    st.floats().map(str),
    st.decimals().map(str),
    st.from_regex(r"\A[-+]?[0-9٣１]{1,6}(\.[0-9]{0,4})?([eE][-+]?[0-9]{1,9})?\Z"),
)

MANY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

LIST_PARAMETERS = [
    "page", "p", "page_size", "pricemin", "pricemax", "min_price", "max_price", "top_category",
    "is_hot", "is_new", "search", "ordering",
]  # fmt: skip

PATHS = [
    "/goods/{}/", "/categorys/{}/", "/shopcarts/{}/", "/orders/{}/", "/userfavs/{}/",
    "/messages/{}/", "/address/{}/", "/users/{}/",
]  # fmt: skip

ADDRESS = {"address": "街 1", "signer_name": "小满", "singer_mobile": "13800000001"}

# Every request with a body, and the fields in it that are or may be numbers.
BODIES: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("post", "/shopcarts/", {"goods": 1, "nums": 1}, ["goods", "nums"]),
    ("post", "/orders/", {**ADDRESS, "order_mount": 1}, ["order_mount", "address", "goods"]),
    ("post", "/userfavs/", {"goods": 1}, ["goods"]),
    ("post", "/messages/", {"message_type": 1, "subject": "x", "message": "y"}, ["message_type"]),
    ("post", "/address/",
     {"address": "街 1", "signer_name": "小满", "signer_mobile": "13800000001"},
     ["signer_mobile", "is_default", "id"]),
    ("patch", "/users/1/", {"name": "x"}, ["birthday", "mobile", "code", "gender"]),
    ("post", "/codes/", {"mobile": "13800000009"}, ["mobile"]),
    ("post", "/users/", {"username": "13800000009", "code": "1234", "password": "x"},
     ["username", "code"]),
    ("post", "/login/", {"username": "13800000009", "password": "x"}, ["username", "password"]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")


@pytest.fixture
def goods(db: None) -> Goods:
    return make_goods(make_category(is_tab=True), stock=9, pictures=1)


def assert_no_error(response: Any, what: Any) -> None:
    assert response.status_code < 500, what


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: value[:12])
def test_in_a_query(api: APIClient, mine: APIClient, goods: Goods, value: str) -> None:
    for name in LIST_PARAMETERS:
        assert_no_error(api.get("/goods/", {name: [value, value]}), name)
    for path in ("/orders/", "/userfavs/", "/messages/", "/shopcarts/", "/address/"):
        asked = {"page": value, "page_size": value, "status": value}
        assert_no_error(mine.get(path, asked), path)


@given(query=st.dictionaries(st.sampled_from(LIST_PARAMETERS), ANY_NUMBER, max_size=4))
@MANY
def test_any_query(api: APIClient, goods: Goods, query: dict[str, str]) -> None:
    assert_no_error(api.get("/goods/", query), query)


@pytest.mark.parametrize("value", FEW, ids=lambda value: value[:12])
def test_in_a_path(mine: APIClient, goods: Goods, value: str) -> None:
    for path in PATHS:
        for method in ("get", "patch", "delete"):
            if path.startswith("/users/") and method == "delete":
                continue
            response = getattr(mine, method)(path.format(value), {"nums": 1})
            assert_no_error(response, (method, path))


def send(client: APIClient, method: str, path: str, body: dict[str, Any], name: str, text: str):
    """Give the answers to a number as text, as a form's field, and bare in JSON, as it stands."""
    call = getattr(client, method)
    yield call(path, {**body, name: text}, format="json")
    yield call(path, {**body, name: text}, format="multipart")
    others = ", ".join(f'"{key}": "{value}"' for key, value in body.items() if key != name)
    raw = "{" + ", ".join(filter(None, [others, f'"{name}": {text}'])) + "}"
    yield call(path, raw.encode(), content_type="application/json")


@pytest.mark.parametrize("value", FEW, ids=lambda value: value[:12])
def test_in_a_body(mine: APIClient, goods: Goods, value: str) -> None:
    for method, path, body, names in BODIES:
        body = body | ({"goods": goods.pk} if "goods" in body else {})
        for name in names:
            for response in send(mine, method, path, body, name, value):
                assert_no_error(response, (path, name, response.content[:100]))


@given(value=ANY_NUMBER, body=st.sampled_from(BODIES))
@MANY
def test_any_number_in_a_body(mine: APIClient, goods: Goods, value: str, body: Any) -> None:
    method, path, fields, names = body
    for name in names:
        for response in send(mine, method, path, fields, name, value):
            assert_no_error(response, (path, name))


@pytest.mark.parametrize("value", FEW, ids=lambda value: value[:12])
def test_in_a_header(mine: APIClient, goods: Goods, value: str) -> None:
    headers = (
        "HTTP_IDEMPOTENCY_KEY", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE",
        "HTTP_X_FORWARDED_FOR", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE", "CONTENT_LENGTH",
    )  # fmt: skip
    value = value.encode().decode("latin-1")  # as a server hands it on
    for header in headers:
        for path in ("/goods/", f"/goods/{goods.pk}/", "/media/x.png"):
            assert_no_error(mine.get(path, **{header: value}), (header, path))
        body = {"goods": goods.pk, "nums": 1}
        if header != "CONTENT_LENGTH":
            assert_no_error(mine.post("/shopcarts/", body, **{header: value}), header)


@pytest.mark.parametrize("value", FEW, ids=lambda value: value[:12])
def test_in_a_callback(client: Client, goods: Goods, value: str) -> None:
    fields = {"out_trade_no": value, "total_amount": value, "notify_id": value, "sign": value}
    assert_no_error(client.post("/alipay/notify/", fields), "notify")
    assert_no_error(client.get("/alipay/return/", fields), "return")
    for path in ("/complete/qq/", "/login/qq/"):
        assert_no_error(client.get(path, {"code": value, "state": value}), path)


def filter_names(model_admin: Any) -> list[str]:
    names = ["q", "p", "o", "all", "id__exact", "id__in", "pk", "id__gte", "e", "_popup"]
    for entry in model_admin.list_filter:
        field = entry[0] if isinstance(entry, tuple) else entry
        if isinstance(field, str):
            names += [f"{field}__exact", f"{field}__gte", f"{field}__from", f"{field}__until",
                      f"{field}__id__exact", f"{field}__isnull", field]  # fmt: skip
        else:
            names.append(field.parameter_name)
    return names


# Of the page, what depends on the query: menus and the rest are most of the work.
LIST = (
    "{% load admin_list %}{% search_form cl %}{% date_hierarchy cl %}{% result_list cl %}"
    "{% for spec in cl.filter_specs %}{% admin_list_filter cl spec %}{% endfor %}"
    "{% pagination cl %}"
)

OURS = [model for model in admin.site._registry if model.__module__.startswith("apps.")]


@pytest.mark.parametrize(
    "model", sorted(OURS, key=lambda model: model._meta.label_lower),
    ids=lambda model: model._meta.label_lower,
)  # fmt: skip
def test_in_a_list_of_the_staff(
    admin_client: Client, goods: Goods, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserProfile.objects.create_user("13800000007")
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    names = filter_names(admin.site._registry[model])
    assert_no_error(admin_client.get(address, {"q": "1" + "0" * 30}), "the whole page")
    page = engines["django"].from_string(LIST)
    monkeypatch.setattr(admin.site._registry[model], "change_list_template", page)
    monkeypatch.setattr(admin.site, "get_app_list", lambda *_args: [])
    for name in names:
        response = admin_client.get(address, {name: "1" + "0" * 30})
        assert_no_error(response, name)
    dates = [name for name in names if "from" in name or "gte" in name]
    for name, value in product([*dates, "p", "o"], ["1e1000000", "99999-01-01"]):
        assert_no_error(admin_client.get(address, {name: value}), (name, value))
    for value in ("1" + "0" * 30, "٣", "1e1000000"):
        assert_no_error(admin_client.get(f"{address}{value}/change/"), value)
