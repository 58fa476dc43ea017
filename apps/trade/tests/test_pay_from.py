"""Which cashier an answer leads to, on each request anew."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from apps.trade.models import OrderInfo
from apps.trade.services.pay_links import PayFrom, pay_links_attach
from extra_apps.alipay_sandbox.certificates import certificates_make
from extra_apps.alipay_sandbox.keys import KeyPair
from utils.alipay import AlipayAnswerForgedError
from utils.alipay.keys import read_private_key

from ..services.asking import order_ask
from .addresses import DESTINATION

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0.0.0 Safari/537.36"
PAGE, WAP = "alipay.trade.page.pay", "alipay.trade.wap.pay"
QUIT_URL = "http://testserver/index/#/app/home/member/order"


def said(link: str) -> tuple[str, dict[str, str]]:
    """The method of a link, and its biz_content."""
    params = dict(parse_qsl(urlsplit(link).query, strict_parsing=True))
    return params["method"], json.loads(params["biz_content"])


def links_by_endpoint(client: Any, goods: Any, query: str, **headers: str) -> list[str]:
    """The link of a new order, of the list, and of the order's own page."""
    client.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    made = client.post(f"/orders/{query}", DESTINATION, headers=headers).json()
    listed = client.get(f"/orders/{query}", headers=headers).json()[0]
    shown = client.get(f"/orders/{made['id']}/{query}", headers=headers).json()
    return [answer["alipay_url"] for answer in (made, listed, shown)]


@pytest.mark.parametrize(
    ("query", "agent", "method"),
    [
        ("", DESKTOP, PAGE),
        ("", IPHONE, WAP),
        ("?pay_from=phone", DESKTOP, WAP),
        ("?pay_from=computer", IPHONE, PAGE),
        ("?pay_from=", IPHONE, WAP),
    ],
    ids=["computer", "phone", "asked for phone", "asked for computer", "asked for nothing"],
)
def test_every_answer_leads_to_one_cashier(mine, goods, query, agent, method):
    links = links_by_endpoint(mine, goods, query, **{"User-Agent": agent})
    order = OrderInfo.objects.get()
    expected = (
        method,
        {
            "out_trade_no": order.order_sn, "total_amount": "12.30",
            "subject": f"MxShop 订单 {order.order_sn}",
            "product_code": {PAGE: "FAST_INSTANT_TRADE_PAY", WAP: "QUICK_WAP_WAY"}[method],
            "time_expire": f"{timezone.localtime(order.expires_at):%Y-%m-%d %H:%M:%S}",
            **({"quit_url": QUIT_URL} if method == WAP else {}),
        },
    )  # fmt: skip
    assert [said(link) for link in links] == [expected] * 3


def test_a_client_that_says_nothing_gets_the_computers(mine, goods):
    assert said(links_by_endpoint(mine, goods, "")[0])[0] == PAGE


def test_both_are_kept_apart(mine, order_of, django_capture_on_commit_callbacks):
    def link(pay_from: str) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            return mine.get(f"/orders/?pay_from={pay_from}").json()[0]["alipay_url"]

    order_of(1)
    first = {kind: link(kind) for kind in ("computer", "phone")}
    assert {kind: said(url)[0] for kind, url in first.items()} == {"computer": PAGE, "phone": WAP}
    assert {kind: link(kind) for kind in first} == first
    # Beside one that is kept, one that is not.
    order_of(1)
    assert [said(row["alipay_url"])[0] for row in mine.get("/orders/?pay_from=phone").json()] == [
        WAP, WAP,
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["SITE_URL", "ALIPAY_APP_ID"])
def test_a_change_is_signed_again(order_of, settings, what, django_capture_on_commit_callbacks):
    order_of(1)
    order = OrderInfo.objects.get()
    links = []
    for value in (getattr(settings, what), "https://2.example", "https://2.example"):
        setattr(settings, what, value)
        with django_capture_on_commit_callbacks(execute=True):
            pay_links_attach([order], pay_from=PayFrom.PHONE)
        links.append(order.alipay_url)
    assert (links[0] != links[1], links[1] == links[2]) == (True, True)


@pytest.mark.parametrize("wanted", ["Phone", "tablet", "phone ", "0", "\x00", "手机"])
def test_one_that_cannot_be_is_refused(mine, goods, wanted):
    answer = {"pay_from": ["只能是 phone 或 computer。"]}
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    made = mine.post("/orders/", DESTINATION).json()
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    for response in (
        mine.post(f"/orders/?pay_from={wanted}", DESTINATION),
        mine.get("/orders/", {"pay_from": wanted}),
        mine.get(f"/orders/{made['id']}/", {"pay_from": wanted}),
    ):
        assert (response.status_code, response.json()) == (400, answer)
    assert OrderInfo.objects.count() == 1  # nothing was ordered
    assert mine.get(f"/shopcarts/{goods.pk}/").status_code == 200


def test_nobody_but_the_caller_may_keep_an_answer(mine, order_of):
    order_of(1)
    for response in (mine.get("/orders/"), mine.get(f"/orders/{OrderInfo.objects.get().pk}/")):
        assert "User-Agent" in response["Vary"]
        assert "private" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_a_repeated_request_of_a_phone(mine, goods):
    """Under a key the first answer comes again, with the link that was made for it."""
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    key = {"Idempotency-Key": "once", "User-Agent": IPHONE}
    first, again = (mine.post("/orders/", DESTINATION, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert said(first.json()["alipay_url"])[0] == WAP
    assert OrderInfo.objects.count() == 1
    # Another device repeats what it does not know to be another's: it is the same answer.
    other = mine.post("/orders/", DESTINATION, headers={**key, "User-Agent": DESKTOP})
    assert other.json() == first.json()
    # To ask for another cashier is to ask for something else.
    asked = mine.post("/orders/?pay_from=computer", DESTINATION, headers=key)
    assert asked.status_code == 422
    # What was refused leaves its key free.
    mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1})
    key["Idempotency-Key"] = "twice"
    refused = mine.post("/orders/?pay_from=tablet", DESTINATION, headers=key)
    assert refused.status_code == 400
    made = mine.post("/orders/", DESTINATION, headers=key)
    assert made.status_code == 201
    assert "Idempotency-Replayed" not in made


def test_it_is_paid_at_the_phones_cashier(mine, order_of, gateway):
    order = order_of(2)
    shown = mine.get(f"/orders/{order['id']}/?pay_from=phone").json()
    gateway.pay(shown["alipay_url"])
    paid = mine.get(f"/orders/{order['id']}/?pay_from=phone").json()
    assert (paid["pay_status"], paid["alipay_url"]) == ("TRADE_SUCCESS", None)


class TestCertificates:
    @pytest.fixture
    def files(self, settings: Any) -> Any:
        """The shop and its gateway in certificate mode."""
        public = read_private_key(settings.ALIPAY_PRIVATE_KEY).public_key().export_key().decode()
        files = certificates_make(
            merchant=KeyPair("", public), gateway=KeyPair("", settings.ALIPAY_PUBLIC_KEY)
        )
        settings.ALIPAY_APP_CERT, settings.ALIPAY_ROOT_CERT = files.app, files.root
        settings.ALIPAY_PUBLIC_CERT, settings.ALIPAY_PUBLIC_KEY = files.gateway, ""
        settings.ALIPAY_SANDBOX = {
            **settings.ALIPAY_SANDBOX,
            "APP_CERT": files.app, "ROOT_CERT": files.root, "PUBLIC_CERT": files.gateway,
        }  # fmt: skip
        return files

    @pytest.mark.parametrize("pay_from", PayFrom)
    @pytest.mark.parametrize("drop", [False, True], ids=["by notice", "by query"])
    def test_an_order_is_paid(self, files, mine, order_of, gateway, pay_from, drop):
        order = order_of(2)
        shown = mine.get(f"/orders/{order['id']}/?pay_from={pay_from}").json()
        gateway.pay(shown["alipay_url"], **({"drop": "on"} if drop else {}))
        if drop:
            order_ask(order_id=order["id"])
        assert OrderInfo.objects.get().pay_status == "TRADE_SUCCESS"

    def test_a_link_that_was_kept_before_is_made_anew(
        self, mine, order_of, gateway, request, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            without = order_of(1)["alipay_url"]
        assert "cert_sn" not in without
        request.getfixturevalue("files")
        link = mine.get("/orders/").json()[0]["alipay_url"]
        assert "app_cert_sn=" in link
        assert "alipay_root_cert_sn=" in link

    def test_an_answer_of_another_certificate_is_not_believed(
        self, files, mine, order_of, gateway, settings
    ):
        order = order_of(1)
        gateway.pay(order["alipay_url"], drop="on")
        settings.ALIPAY_SANDBOX = {**settings.ALIPAY_SANDBOX, "PUBLIC_CERT": files.app}
        with pytest.raises(AlipayAnswerForgedError, match="alipay_cert_sn"):
            order_ask(order_id=order["id"])
        assert OrderInfo.objects.get().pay_status == "paying"
