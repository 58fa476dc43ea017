"""alipay_url: signed once, until something that it says changes."""

import json
from base64 import b64decode
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from django.core.cache import caches
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisDown

from apps.trade.models import OrderInfo
from apps.trade.services import pay_links
from apps.trade.services.pay_links import pay_links_attach
from extra_apps.alipay_sandbox.keys import key_pair_make
from utils.alipay import AlipayClient
from utils.cache.process_memory import ProcessMemory

from .addresses import DESTINATION

pytestmark = pytest.mark.django_db

CACHE = type(caches["default"])


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers of the orders that a link was signed for."""
    numbers: list[str] = []
    sign = AlipayClient.page_pay_url

    def note(client: AlipayClient, **terms: Any) -> str:
        numbers.append(terms["out_trade_no"])
        return sign(client, **terms)

    monkeypatch.setattr(AlipayClient, "page_pay_url", note)
    return numbers


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of the cache about links, each a round trip."""
    calls: list[str] = []

    def noted(name: str) -> Any:
        call = getattr(CACHE, name)

        def note(cache: Any, keys: Any, *args: Any) -> Any:
            if any(key.startswith("pay-link") for key in keys):
                calls.append(name)
            return call(cache, keys, *args)

        return note

    for name in ("get_many", "set_many"):
        monkeypatch.setattr(CACHE, name, noted(name))
    return calls


def links(client: Any) -> list[str | None]:
    return [row["alipay_url"] for row in client.get("/orders/").json()]


def test_signed_at_checkout_and_read_from_then_on(
    mine, order_of, signed, trips, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answers = [order_of(1) for _ in range(3)]
    assert (len(signed), trips) == (3, ["set_many"] * 3)
    trips.clear()
    made = [answer["alipay_url"] for answer in reversed(answers)]
    assert links(mine) == made
    assert mine.get(f"/orders/{answers[0]['id']}/").json()["alipay_url"] == made[-1]
    assert (len(signed), trips) == (3, [])


def test_another_process_asks_the_cache_once(
    mine, order_of, signed, trips, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = [order_of(1)["alipay_url"] for _ in range(3)]
    trips.clear()
    ProcessMemory.forget_all()
    for _ in range(2):
        assert links(mine) == made[::-1]
    assert (len(signed), trips) == (3, ["get_many"])
    with django_capture_on_commit_callbacks(execute=True):
        newest = order_of(1)["alipay_url"]
    assert links(mine) == [newest, *made[::-1]]
    assert (len(signed), trips) == (4, ["get_many", "set_many"])


def test_one_round_trip_more_for_those_that_are_not_kept(
    mine, order_of, signed, trips, django_capture_on_commit_callbacks
):
    for _ in range(3):
        order_of(1)
    caches["default"].clear()
    ProcessMemory.forget_all()
    signed.clear()
    trips.clear()
    with django_capture_on_commit_callbacks(execute=True):
        first = links(mine)
    assert (len(signed), trips) == (3, ["get_many", "set_many"])
    ProcessMemory.forget_all()
    assert links(mine) == first
    assert len(signed) == 3


def test_reading_orders_writes_no_row(mine, order_of, django_assert_num_queries):
    order_of(1)
    before = OrderInfo.objects.values().get()
    with django_assert_num_queries(2 + 2):
        links(mine)
    assert OrderInfo.objects.values().get() == before


def is_signed(link: str, private_key: str) -> bool:
    """Whether a link is signed by the key, told by another library than the one that signs."""
    params = dict(parse_qsl(urlsplit(link).query, strict_parsing=True))
    signature = b64decode(params.pop("sign"), validate=True)
    text = "&".join("=".join(pair) for pair in sorted(params.items()))
    try:
        pkcs1_15.new(RSA.import_key(private_key)).verify(SHA256.new(text.encode()), signature)
    except ValueError:
        return False
    return True


CHANGES = {
    "amount": lambda order, settings: setattr(order, "order_mount", Decimal("1.23")),
    "expiry": lambda order, settings: setattr(
        order, "expires_at", order.expires_at + timedelta(minutes=5)
    ),
    "gateway": lambda order, settings: setattr(
        settings, "ALIPAY_GATEWAY_URL", "https://other.example/gateway.do"
    ),
    "app": lambda order, settings: setattr(settings, "ALIPAY_APP_ID", "2021000000000777"),
    "key": lambda order, settings: setattr(settings, "ALIPAY_PRIVATE_KEY", key_pair_make().private),
    "site": lambda order, settings: setattr(settings, "SITE_URL", "https://other.example"),
    "language": lambda order, settings: setattr(settings, "LANGUAGE_CODE", "en"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_signed_again(
    order_of, signed, settings, what, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        order_of(1)
    order = OrderInfo.objects.get()
    keys = [settings.ALIPAY_PRIVATE_KEY]
    pay_links_attach([order])
    old = order.alipay_url
    assert signed == [order.order_sn]
    signed.clear()
    CHANGES[what](order, settings)
    pay_links_attach([order])
    assert order.alipay_url != old
    assert signed == [order.order_sn]
    is_old_key = what != "key"
    assert (is_signed(old, keys[0]), is_signed(order.alipay_url, keys[0])) == (True, is_old_key)
    assert is_signed(order.alipay_url, settings.ALIPAY_PRIVATE_KEY)


def test_a_caller_s_language_changes_no_link(
    mine, order_of, signed, django_capture_on_commit_callbacks
):
    """Alipay keeps the subject of the link that is opened first, for staff and buyer alike."""
    with django_capture_on_commit_callbacks(execute=True):
        link = order_of(1)["alipay_url"]
    signed.clear()
    answers = [
        mine.get("/orders/", HTTP_ACCEPT_LANGUAGE=language).json()[0]["alipay_url"]
        for language in ("en", "zh-CN", "fr")
    ]
    assert (answers, signed) == ([link] * 3, [])
    subject = json.loads(parse_qs(urlsplit(link).query)["biz_content"][0])["subject"]
    assert subject == f"MxShop 订单 {OrderInfo.objects.get().order_sn}"


@pytest.mark.parametrize("is_dead", ["reading", "writing"])
def test_a_dead_cache_costs_the_signing_and_no_more(mine, order_of, signed, monkeypatch, is_dead):
    monkeypatch.setattr(pay_links, "_links", pay_links.OptionalCache("default"))
    answer = order_of(1)
    signed.clear()
    asked = []

    def down(*args: Any, **kwargs: Any) -> Any:
        asked.append(args)
        raise RedisDown("no route")

    monkeypatch.setattr(CACHE, "get_many" if is_dead == "reading" else "set_many", down)
    for _ in range(2):
        ProcessMemory.forget_all()
        [link] = links(mine)
        params, made = (
            {**parse_qs(urlsplit(url).query), "timestamp": "", "sign": ""}
            for url in (link, answer["alipay_url"])
        )
        assert params == made
        assert links(mine) == [link]
    assert len(signed) == 2
    if is_dead == "reading":
        assert len(asked) == 1  # it is left alone for a while


def test_no_link_is_kept_for_what_is_not_to_be_paid(mine, order_of, signed, trips):
    order_of(1)
    OrderInfo.objects.update(expires_at=timezone.now())
    signed.clear()
    trips.clear()
    assert links(mine) == [None]
    assert (signed, trips) == ([], [])


def test_under_a_key_nothing_is_sent_to_the_cache_before_the_commit(mine, goods, trips):
    """The order's transaction holds its goods: no network while it does."""
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    response = mine.post("/orders/", DESTINATION, headers={"Idempotency-Key": "once"})
    assert response.status_code == 201
    assert trips == []  # the test's own transaction never commits
