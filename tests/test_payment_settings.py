"""What of the payments' settings stops the start."""

from pathlib import Path

import pytest
from django.core.checks import run_checks

from extra_apps.alipay_sandbox.keys import key_pair_make
from utils.alipay.keys import read_private_key, read_public_key

from .shop_settings import PRODUCTION, faults_of, settings_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

MERCHANT_NEEDS = (
    "SITE_URL", "ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY",
)  # fmt: skip
FORMS = " Write the key's text or the path of its file: PEM, or bare base64."


@pytest.mark.parametrize("name", MERCHANT_NEEDS)
def test_production_does_not_start_without(tmp_path: Path, name: str) -> None:
    line = f"{name} must be set, unless ALIPAY_GATEWAY is local."
    assert faults_of(tmp_path, **PRODUCTION | {name: ""}) == [line]


def test_neither_does_a_developers_shop_at_alipays_sandbox(tmp_path: Path) -> None:
    assert faults_of(tmp_path, DEBUG="true", ALIPAY_GATEWAY="sandbox") == [
        f"{name} must be set, unless ALIPAY_GATEWAY is local." for name in MERCHANT_NEEDS[1:]
    ]


def test_the_local_gateway_needs_debug(tmp_path: Path) -> None:
    line = "ALIPAY_GATEWAY=local pays with nothing: it needs DEBUG=true."
    assert faults_of(tmp_path, **PRODUCTION, ALIPAY_GATEWAY="local") == [line]


@pytest.mark.parametrize("gateway", ["Live", "https://openapi.alipay.com/gateway.do", "none"])
def test_no_other_gateway(tmp_path: Path, gateway: str) -> None:
    line = f"ALIPAY_GATEWAY must be live, sandbox or local, not {gateway!r}."
    assert faults_of(tmp_path, **PRODUCTION, ALIPAY_GATEWAY=gateway) == [line]
    assert faults_of(tmp_path, DEBUG="true", ALIPAY_GATEWAY=gateway) == [line]


@pytest.mark.parametrize(
    ("environment", "gateway", "url"),
    [
        (PRODUCTION, "live", "https://openapi.alipay.com/gateway.do"),
        (
            {**PRODUCTION, "ALIPAY_GATEWAY": "sandbox", "ALLOW_SANDBOX": "true"},
            "sandbox",
            "https://openapi-sandbox.dl.alipaydev.com/gateway.do",
        ),
        ({"DEBUG": "true"}, "local", "http://127.0.0.1:8000/alipay-sandbox/gateway.do"),
        (
            {"DEBUG": "true", "SITE_URL": "http://192.168.1.5:8000/"},
            "local",
            "http://192.168.1.5:8000/alipay-sandbox/gateway.do",
        ),
    ],
)
def test_gateways(tmp_path: Path, environment: dict[str, str], gateway: str, url: str) -> None:
    shop = settings_of(tmp_path, **environment)
    assert (shop["ALIPAY_GATEWAY"], shop["ALIPAY_GATEWAY_URL"]) == (gateway, url)
    assert ("ALIPAY_SANDBOX" in shop) == (gateway == "local")


def test_a_developers_keys_are_right_and_are_made_once(tmp_path: Path) -> None:
    first, second = (settings_of(tmp_path, DEBUG="true") for _ in range(2))
    names = ("ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY", "ALIPAY_SANDBOX")
    assert [first[name] for name in names] == [second[name] for name in names]
    private = read_private_key(first["ALIPAY_PRIVATE_KEY"])
    assert private.n != read_public_key(first["ALIPAY_PUBLIC_KEY"]).n


PAIR = key_pair_make()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"ALIPAY_PRIVATE_KEY": "/nowhere.pem"}, "ALIPAY_PRIVATE_KEY is neither a key nor a file "
         "that can be read (FileNotFoundError)." + FORMS),
        ({"ALIPAY_PUBLIC_KEY": "none"}, "ALIPAY_PUBLIC_KEY is neither a key nor a file that can be "
         "read (FileNotFoundError)." + FORMS),
        ({"ALIPAY_PUBLIC_KEY": PAIR.private}, "ALIPAY_PUBLIC_KEY is a private key; Alipay's public "
         "key belongs there." + FORMS),
        ({"ALIPAY_PRIVATE_KEY": PAIR.private, "ALIPAY_PUBLIC_KEY": PAIR.public},
         "ALIPAY_PUBLIC_KEY is the app's own, the other half of ALIPAY_PRIVATE_KEY: write "
         "Alipay's, which the app's page at open.alipay.com shows beside it."),
        ({"ALIPAY_APP_ID": "2021"},
         "ALIPAY_APP_ID='2021' is wrong: write the 16 digits of the app's page at "
         "open.alipay.com."),
        ({"ALIPAY_SELLER_ID": "2021000000000009"},
         "ALIPAY_SELLER_ID='2021000000000009' is wrong: write the 16 digits that begin with 2088."),
    ],
    ids=["private", "public", "private as public", "own", "app", "seller"],
)  # fmt: skip
def test_what_alipay_would_not_know(tmp_path: Path, changes: dict[str, str], line: str) -> None:
    assert faults_of(tmp_path, **PRODUCTION | changes) == [line]


@pytest.mark.parametrize(
    ("url", "hosts", "word"),
    [
        ("https://shop.example.com", "shop.example.com", ""),
        ("https://shop.example.com:8443", "localhost,.example.com", ""),
        ("https://[2001:db8::1]", "[2001:db8::1]", ""),
        ("https://pay.example.com", "shop.example.com", "ALLOWED_HOSTS lacks"),
        ("shop.example.com", "shop.example.com", "is not the shop's address"),
        ("https://shop.example.com/shop", "shop.example.com", "is not the shop's address"),
        ("https://shop.example.com?a=b", "shop.example.com", "is not the shop's address"),
        ("https://me:pw@shop.example.com", "shop.example.com", "is not the shop's address"),
        ("https://shop.example.com:port", "shop.example.com", "is not the shop's address"),
        ("ftp://shop.example.com", "shop.example.com", "is not the shop's address"),
        ("http://shop.example.com", "shop.example.com", "is not https, where money is taken"),
    ],
)
def test_notices_are_let_in(tmp_path: Path, url: str, hosts: str, word: str) -> None:
    found = faults_of(tmp_path, **PRODUCTION | {"SITE_URL": url, "ALLOWED_HOSTS": hosts})
    assert len(found) == bool(word)
    assert word in "".join(found)


def test_a_developer_may_look_at_the_shop_under_another_address(settings) -> None:
    settings.DEBUG, settings.SITE_URL, settings.ALLOWED_HOSTS = True, "http://10.0.0.1", ["box"]
    found = {message.id: message.is_serious() for message in run_checks(tags=["security"])}
    assert found["mxshop.W001"] is False
