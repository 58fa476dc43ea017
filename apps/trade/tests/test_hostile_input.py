"""Nothing a client or a gateway sends gives a 500, and what is refused changes nothing."""

from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.goods.models import Goods, StockMovement
from apps.trade.models import CartLine, OrderGoods, OrderInfo, Payment, PaymentNotice, Refund
from apps.users.models import UserProfile
from tests.audit import assert_audit_clean
from tests.clients import client_of, send
from tests.rollback import undone
from tests.test_hostile_input import NASTY, SHORT

from .addresses import DESTINATION
from .notices import FORM, TRADE_NO, notice_of, send_notice, signed, status_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PATHS = ["/alipay/notify/", "/alipay/return/"]
RESOURCES = ["shopcarts", "orders", "refunds"]
quick = hypothesis_settings(
    max_examples=150, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip

HALF = "\ud83d"  # of a surrogate pair
NUMBERS: list[Any] = [
    0, -1, 10**30, -(10**30), 2**31, 2**63, 1.5, 1e400, -1e400, float("nan"), True, False, None,
    "", " ", "1.5", "1e3", "1e400", "NaN", "0x1", "9" * 5000, "\0", "1\0", HALF,
    "null", "undefined", [], [1], {}, {"a": 1}, [[[]]], "'", "a" * 4000,
]  # fmt: skip
TEXTS: list[Any] = [
    None, 1, 1.5, True, [], {}, ["a"], "\0", "a\0b", HALF, f"a{HALF}", "\ud83d\ude00" * 30,
    "长" * 5000, "\u202e", "\r\n", "😀" * 20, "<script>", "{}", "%s %(a)s",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_throttles(settings: Any) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")


def money_and_stock() -> dict[str, Any]:
    """Everything but the notices, which are kept whatever they say, and when was asked."""
    models = [Goods, StockMovement, CartLine, OrderInfo, OrderGoods, Payment, Refund]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.fixture
def unchanged(db: None) -> Callable[[], None]:
    """Call it at the end: nothing has changed since the test's own preparations."""
    before: list[dict[str, Any]] = []

    def check() -> None:
        if not before:
            before.append(money_and_stock())
            return
        assert money_and_stock() == before[0]
        assert_audit_clean()

    return check


@pytest.fixture
def order(order_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return order_of(2)


# --- Paths, queries, headers ----------------------------------------------------------------


@pytest.mark.parametrize("value", NASTY, **SHORT)
def test_in_the_path(mine: APIClient, order: Any, unchanged: Any, value: str) -> None:
    unchanged()
    for resource in RESOURCES:
        for method in ("get", "put", "patch", "delete", "post", "head", "options"):
            if not value and method == "post":
                continue
            answer = getattr(mine, method)(f"/{resource}/{value}/", {"nums": 1})
            assert answer.status_code in {200, 301, 308, 400, 404, 405}, (method, resource)
    for path in (f"/orders/{value}/refunds/", f"/refunds/{value}/withdraw/"):
        assert mine.post(path, {"reason": "wrong"}).status_code in {301, 308, 404, 405}, path
    unchanged()


@pytest.mark.parametrize("value", NASTY, **SHORT)
def test_in_the_query(mine: APIClient, order: Any, unchanged: Any, value: str) -> None:
    unchanged()
    for name in ("goods", "user", "page", "format", "out_trade_no", "sign", "next"):
        mine_alone = f"/orders/{order['id']}/"
        lists = ("/shopcarts/", "/orders/", "/refunds/", f"{mine_alone}refunds/")
        for path in (*lists, mine_alone, *PATHS):
            answer = mine.get(f"{path}?{name}={value}&{name}=1")
            assert answer.status_code in {200, 302, 404, 405}, (path, name)
            if answer.status_code == 302:
                assert answer["Location"] == "/index/"
    unchanged()


@pytest.mark.parametrize(
    "header", ["HTTP_IDEMPOTENCY_KEY", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_IMOOC"]
)
def test_in_a_header(mine: APIClient, unchanged: Any, header: str) -> None:
    unchanged()
    for value in ["", '"', "x" * 9000, "\0", "é", ";;,,", '"a";b=', "*/*;q=x"]:
        for path in ("/shopcarts/", "/orders/"):
            answer = mine.post(path, {}, format="json", **{header: value})
            assert answer.status_code in {400, 406}, (path, value)
    unchanged()


# --- Bodies ---------------------------------------------------------------------------------


def test_a_number_of_pieces(mine: APIClient, goods: Goods, unchanged: Any) -> None:
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    unchanged()
    calls = [("post", "/shopcarts/"), ("patch", f"/shopcarts/{goods.pk}/")]
    for value, (method, path) in product(NUMBERS, calls):
        answer = send(mine, method, path, {"goods": goods.pk, "nums": value})
        # A word of JavaScript that is not JSON is refused as a whole.
        said = (answer.status_code, list(answer.json()))
        assert said in [(400, ["nums"]), (400, ["detail"])], (path, value)
    unchanged()


def test_goods_that_are_none(mine: APIClient, goods: Goods, unchanged: Any) -> None:
    unchanged()
    for value in NUMBERS:
        answer = send(mine, "post", "/shopcarts/", {"goods": value, "nums": 1})
        said = (answer.status_code, list(answer.json()))
        assert said in [(400, ["goods"]), (400, ["detail"])], value
    unchanged()


def test_a_total(mine: APIClient, goods: Goods, unchanged: Any) -> None:
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    unchanged()
    for value in NUMBERS:
        if value is None or value == "":  # as good as absent
            continue
        answer = send(mine, "post", "/orders/", {**DESTINATION, "order_mount": value})
        said = (answer.status_code, list(answer.json()))
        assert said in [(400, ["order_mount"]), (400, ["detail"])], value
    unchanged()
    for absent in (None, ""):
        with undone():
            answer = send(mine, "post", "/orders/", {**DESTINATION, "order_mount": absent})
            assert answer.status_code == 201, absent


@pytest.mark.parametrize("name", ["address", "signer_name", "singer_mobile", "post_script"])
def test_a_text(mine: APIClient, goods: Goods, unchanged: Any, name: str) -> None:
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    unchanged()
    for value in TEXTS:
        with undone():
            answer = send(mine, "post", "/orders/", {**DESTINATION, name: value})
            assert answer.status_code in {201, 400}, (value, answer.content)
            if answer.status_code == 201:
                shown = mine.get(f"/orders/{answer.json()['id']}/").json()
                assert shown[name] == answer.json()[name], value
                assert_audit_clean()
            else:
                assert list(answer.json()) in [[name], ["detail"]], value
                unchanged()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["goods", "nums", "order_mount", "pay_status", "order_sn", "user", "id", "shop_price",
     *DESTINATION, "post_script"]
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.one_database
@given(
    resource=st.sampled_from(RESOURCES),
    method=st.sampled_from(["post", "put", "patch", "delete"]),
    body=st.dictionaries(NAMES, JSON, max_size=8) | JSON,
    is_complete=st.booleans(),
)
@quick
def test_any_json(
    buyer: UserProfile, goods: Goods, resource: str, method: str, body: Any, is_complete: bool
) -> None:
    with transaction.atomic():
        client = client_of(buyer)
        client.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
        path = f"/{resource}/" if method == "post" else f"/{resource}/{goods.pk}/"
        if is_complete and isinstance(body, dict):
            body = {"goods": goods.pk, "nums": 1, **DESTINATION, **body}
        answer = send(client, method, path, body)
        assert answer.status_code in {200, 201, 204, 400, 404, 405}, answer.content
        assert_audit_clean()
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.one_database
@given(fields=st.dictionaries(NAMES, st.text(max_size=30), max_size=8))
@quick
def test_any_form(buyer: UserProfile, fields: dict[str, str]) -> None:
    client = client_of(buyer)
    for path in ("/shopcarts/", "/orders/"):
        for content_type in ("multipart", None):
            if content_type:
                answer = client.post(path, fields, format=content_type)
            else:
                answer = client.post(path, urlencode(fields, errors="replace"), content_type=FORM)
            assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * 100_000, "application/json"),
        (b'{"goods":' * 50_000, "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b'{"nums": 1', "application/json"),
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b"1" * 5000, "application/json"),
        (b"nums=%ff&goods=%00", FORM),
        (b"&" * 5000, FORM),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"a", "text/xml"),
        (b"a", "nonsense"),
    ],
    ids=range(14),
)
def test_a_broken_body(
    mine: APIClient, goods: Goods, unchanged: Any, body: bytes, content_type: str
) -> None:
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    unchanged()
    calls = [("POST", "/shopcarts/"), ("POST", "/orders/"), ("PATCH", f"/shopcarts/{goods.pk}/")]
    for method, path in calls:
        answer = mine.generic(method, path, body, content_type)
        assert answer.status_code in {400, 415}, (method, path, answer.content)
    unchanged()


# --- Callbacks ------------------------------------------------------------------------------


BROKEN_NOTICES = [
    (b"", FORM),
    (b"sign=", FORM),
    (b"\xff\xfe\x00%00=%ff", FORM),
    (b"a=1&" * 2000, FORM),
    (b"sign=%ed%a0%80&out_trade_no=%00", FORM),
    (b"{}", "application/json"),
    (b"[" * 100_000, "application/json"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"x", "multipart/form-data"),
    (b"x", "text/plain; charset=nonsense"),
    (b"sign=1", f"{FORM}; charset=nonsense"),
    (b"sign=1", f"{FORM}; charset=utf-16"),
    (b"sign=1", f"{FORM}; charset=\xe9".encode().decode("latin-1")),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_broken_notice(order: Any, unchanged: Any, path: str) -> None:
    unchanged()
    for body, content_type in BROKEN_NOTICES:
        answer = APIClient().generic("POST", path, body, content_type)
        assert (answer.status_code, answer.content) == (400, b"failure"), (body, content_type)
    unchanged()


@pytest.mark.parametrize("path", PATHS)
def test_a_notice_of_three_megabytes(order: Any, unchanged: Any, path: str) -> None:
    unchanged()
    params = notice_of(order, body="x" * 3_000_000)
    for answer in (send_notice(params, path), APIClient().post(path, params, format="multipart")):
        assert (answer.status_code, answer.content) == (400, b"failure")
    unchanged()


@pytest.mark.parametrize("path", PATHS)
def test_ten_thousand_fields(order: Any, unchanged: Any, path: str) -> None:
    unchanged()
    params = {**notice_of(order), **{f"f{n}": "1" for n in range(10_000)}}
    answer = send_notice(params, path)
    assert (answer.status_code, answer.content) == (400, b"failure")
    answer = APIClient().get(f"/alipay/return/?{urlencode(params)}")
    assert (answer.status_code, answer["Location"]) == (302, "/index/")
    unchanged()


NONSENSE: list[dict[str, str | None]] = [
    {"total_amount": "abc"},
    {"total_amount": ""},
    {"total_amount": None},
    {"total_amount": "NaN"},
    {"total_amount": "-24.60"},
    {"total_amount": "+24.60"},
    {"total_amount": "2.46e1"},
    {"total_amount": "24.600"},
    {"total_amount": " 24.60"},
    {"total_amount": "24.60\n"},
    {"total_amount": "２４.６０"},
    {"total_amount": "24,60"},
    {"total_amount": "9" * 5000},
    {"gmt_payment": "yesterday"},
    {"gmt_payment": "2026-02-30 10:00:00"},
    {"gmt_payment": "0000-00-00 00:00:00"},
    {"gmt_payment": "2026-11-23T10:05:00+08:00"},
    {"gmt_payment": "9" * 5000},
    {"gmt_payment": "\0"},
    {"refund_fee": "abc"},
    {"refund_fee": "-1"},
    {"refund_fee": "NaN"},
    {"trade_no": ""},
    {"trade_no": None},
    {"trade_no": "x" * 65},
    {"trade_no": "a b"},
    {"trade_no": "\0"},
    {"trade_no": "1\n"},
    {"trade_no": "貿易"},
    {"out_trade_no": ""},
    {"out_trade_no": None},
    {"out_trade_no": "9" * 10_000},
    {"out_trade_no": "\0"},
    {"out_trade_no": "' or 1=1 --"},
    {"app_id": ""},
    {"app_id": None},
    {"app_id": "x" * 5000},
    {"seller_id": ""},
    {"seller_id": None},
]


@pytest.mark.parametrize("path", PATHS)
def test_signed_nonsense(order: Any, unchanged: Any, path: str) -> None:
    unchanged()
    for fields in NONSENSE:
        answer = send_notice(notice_of(order, **fields), path)
        assert (answer.status_code, answer.content) == (400, b"failure"), fields
    unchanged()
    assert not PaymentNotice.objects.filter(verdict="received").exists()


HARMLESS: list[dict[str, str | None]] = [
    {"trade_status": ""},
    {"trade_status": None},
    {"trade_status": "trade_success"},
    {"trade_status": "TRADE_SUCCESS\n"},
    {"trade_status": "x" * 5000},
    {"trade_status": "\0"},
]


@pytest.mark.parametrize("fields", HARMLESS, ids=range(len(HARMLESS)))
def test_a_status_that_is_none(order: Any, unchanged: Any, fields: Any) -> None:
    unchanged()
    assert send_notice(notice_of(order, **fields)).status_code == 200
    unchanged()


@pytest.mark.parametrize("name", ["subject", "body", "notify_id", "passback_params", "out_biz_no"])
def test_what_does_not_matter_hides_no_payment(order: Any, name: str) -> None:
    for value in ["\0", "a\0b", "x" * 10_000, "😀", "é\u202e", "%00", "=&", "&x=1", "\r\n"]:
        with undone():
            answer = send_notice(notice_of(order, **{name: value}))
            # "&x=1" could be read as another field: nobody can tell what was signed.
            is_paid = value != "&x=1"
            assert answer.status_code == (200 if is_paid else 400), value
            assert status_of(order) == ("TRADE_SUCCESS" if is_paid else "paying"), value
            assert_audit_clean()


@pytest.mark.parametrize("charset", ["gbk", "GB2312", "utf-16", "nonsense", "", "\0"])
def test_another_charset_in_the_notice(order: Any, charset: str) -> None:
    """The bytes are UTF-8, as we asked for: whatever the field says, they are signed so."""
    assert send_notice(notice_of(order, charset=charset)).status_code == 200
    assert status_of(order) == "TRADE_SUCCESS"


def test_a_notice_in_gbk(order: Any, unchanged: Any) -> None:
    unchanged()
    body = "&".join(f"{k}={quote(v, encoding='gbk')}" for k, v in notice_of(order).items())
    assert APIClient().post(PATHS[0], body, content_type=FORM).status_code == 400
    unchanged()


@pytest.mark.parametrize("name", ["total_amount", "out_trade_no", "app_id", "sign", "trade_status"])
def test_a_field_twice(order: Any, unchanged: Any, name: str) -> None:
    unchanged()
    params = notice_of(order)
    for body in (
        urlencode([*params.items(), (name, params[name])]),
        urlencode([(name, "x"), *params.items()]),
    ):
        for path in PATHS:
            assert APIClient().post(path, body, content_type=FORM).status_code == 400
        assert APIClient().get(f"/alipay/return/?{body}")["Location"] == "/index/"
    unchanged()


# What only the gateway's key can sign, and no gateway ever should. None of it may stop the
# notices that come after it, nor the job that takes up what was left unprocessed.
CONTRADICTIONS: dict[str, list[dict[str, str | None]]] = {
    "refunded in full after the time for refunds": [
        {"trade_status": "TRADE_FINISHED"},
        {"trade_status": "TRADE_CLOSED", "refund_fee": "24.60", "out_biz_no": "a"},
    ],
    "more is refunded than was paid": [
        {"refund_fee": "99999999.99", "out_biz_no": "a"},
        {"refund_fee": "99999999.99", "out_biz_no": "b"},
    ],
    "less is refunded than before": [
        {"refund_fee": "10.00", "out_biz_no": "a"},
        {"refund_fee": "5.00", "out_biz_no": "b"},
    ],
    "refunds without a number": [
        {"refund_fee": "10.00"},
        {"refund_fee": "12.00"},
        {"refund_fee": "24.60", "trade_status": "TRADE_CLOSED"},
    ],
    "refunded and paid again": [
        {"refund_fee": "24.60", "trade_status": "TRADE_CLOSED", "out_biz_no": "a"},
        {},
        {"trade_status": "TRADE_FINISHED"},
        {"trade_status": "WAIT_BUYER_PAY", "gmt_payment": None},
    ],
    "closed unpaid after it was paid": [
        {},
        {"trade_status": "TRADE_CLOSED", "gmt_payment": None},
    ],
    "refunded nothing": [{"refund_fee": "0.00", "out_biz_no": "a"}],
    "paid without a time": [{"gmt_payment": None}],
    "paid in another age": [{"gmt_payment": "0001-01-01 00:00:00"}],
    "paid at the end of time": [{"gmt_payment": "9999-12-31 23:59:59"}],
}


@pytest.mark.parametrize("said", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradictions_are_survived(order: Any, said: list[Any]) -> None:
    for fields in said:
        assert send_notice(notice_of(order, **fields)).status_code in {200, 400}
        assert_audit_clean()
    assert not PaymentNotice.objects.filter(verdict="received").exists()


def test_refunds_without_a_number_add_up(order: Any, stock: Any, goods: Goods) -> None:
    for fee, status in [("10.00", "TRADE_SUCCESS"), ("24.60", "TRADE_CLOSED")]:
        send_notice(notice_of(order, refund_fee=fee, trade_status=status))
    assert float(Payment.objects.get().refunded) == 24.6
    assert status_of(order) == "TRADE_CLOSED"
    assert stock(goods) == 10


def test_two_trades_with_the_same_refund_number(order_of: Any) -> None:
    """Alipay's numbers of refunds are unique within a trade alone."""
    for number, made in enumerate([order_of(1), order_of(2)]):
        fee = f"{made['order_mount']:.2f}"
        params = notice_of(
            made, trade_no=f"{TRADE_NO[:-1]}{number}", refund_fee=fee, out_biz_no="1",
            trade_status="TRADE_CLOSED",
        )  # fmt: skip
        assert send_notice(params).status_code == 200
        assert status_of(made) == "TRADE_CLOSED"
    assert_audit_clean()


@pytest.mark.slow
@pytest.mark.one_database
@given(
    fields=st.dictionaries(
        st.sampled_from(sorted({
            "notify_id", "charset", "app_id", "seller_id", "trade_no", "out_trade_no",
            "trade_status", "total_amount", "gmt_payment", "refund_fee", "out_biz_no", "body",
        })),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        | st.sampled_from([*NASTY, "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED", "24.60"]),
        min_size=1, max_size=4,
    )
)  # fmt: skip
@quick
def test_any_signed_notice(order: Any, fields: dict[str, str]) -> None:
    with transaction.atomic():
        for _time in range(2):
            assert send_notice(notice_of(order, **fields)).status_code in {200, 400}
        assert_audit_clean()
        transaction.set_rollback(True)


@pytest.mark.parametrize("value", ["abc", "", "9" * 10_000, "\0", "x" * 64], **SHORT)
def test_a_signed_return(order: Any, unchanged: Any, value: str) -> None:
    unchanged()
    answer = APIClient().get("/alipay/return/", signed({"out_trade_no": value, "a": "b"}))
    assert (answer.status_code, answer["Location"]) == (302, "/index/")
    unchanged()
