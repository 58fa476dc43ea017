"""What of the payments' settings stops the start."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from extra_apps.alipay_sandbox.certificates import CertificateFiles, certificates_make
from extra_apps.alipay_sandbox.keys import KeyPair, key_pair_make
from utils.alipay.keys import read_private_key, read_public_key
from utils.tests.alipay_certificates import files_of
from utils.tests.alipay_keys import key_from_seed, private_pem

from .shop_settings import PRODUCTION, faults_of, settings_of, with_keys

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
    folder = with_keys(tmp_path)
    line = f"ALIPAY_GATEWAY must be live, sandbox or local, not {gateway!r}."
    assert faults_of(folder, **PRODUCTION, ALIPAY_GATEWAY=gateway) == [line]
    assert faults_of(folder, DEBUG="true", ALIPAY_GATEWAY=gateway) == [line]


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
    shop = settings_of(with_keys(tmp_path), **environment)
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


CERTIFICATES = ("ALIPAY_APP_CERT", "ALIPAY_ROOT_CERT", "ALIPAY_PUBLIC_CERT")
NEEDS_THREE = (
    "certificate mode needs three certificates. Without any of them, ALIPAY_PUBLIC_KEY is used."
)


@pytest.fixture(scope="module")
def certified() -> dict[str, str]:
    """The environment of a shop in certificate mode."""
    merchant = KeyPair(PRODUCTION["ALIPAY_PRIVATE_KEY"], read_public_half())
    files = certificates_make(merchant=merchant, gateway=PAIR)
    return {**PRODUCTION, "ALIPAY_PUBLIC_KEY": "", **dict(zip(CERTIFICATES, files, strict=True))}


def read_public_half() -> str:
    key = read_private_key(PRODUCTION["ALIPAY_PRIVATE_KEY"])
    return key.public_key().export_key().decode()


def test_certificates_in_place_of_alipays_key(tmp_path: Path, certified: dict[str, str]) -> None:
    assert faults_of(tmp_path, **certified) == []
    line = "ALIPAY_PRIVATE_KEY must be set, unless ALIPAY_GATEWAY is local."
    assert faults_of(tmp_path, **certified | {"ALIPAY_PRIVATE_KEY": ""}) == [line]
    [line] = faults_of(tmp_path, **certified | {"ALIPAY_PRIVATE_KEY": PAIR.private})[:1]
    assert line.startswith("ALIPAY_APP_CERT is not the certificate of ALIPAY_PRIVATE_KEY")


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_come_as_three(tmp_path: Path, certified: dict[str, str], name: str) -> None:
    first, second = (other for other in CERTIFICATES if other != name)
    line = f"{name} must be set beside {first} and {second}: {NEEDS_THREE}"
    assert faults_of(tmp_path, **certified | {name: ""}) == [line]
    assert faults_of(tmp_path, **PRODUCTION | {name: certified[name], "ALIPAY_PUBLIC_KEY": ""}) == [
        f"{first} and {second} must be set beside {name}: {NEEDS_THREE}"
    ]


def test_a_key_beside_certificates(tmp_path: Path, certified: dict[str, str]) -> None:
    [line] = faults_of(tmp_path, **certified | {"ALIPAY_PUBLIC_KEY": PAIR.public})
    assert line == (
        "ALIPAY_PUBLIC_KEY is set beside ALIPAY_APP_CERT and ALIPAY_ROOT_CERT and "
        "ALIPAY_PUBLIC_CERT: an app is set to keys or to certificates at Alipay. Remove what its "
        "page at open.alipay.com does not show."
    )


def test_a_certificate_that_is_wrong_stops_the_start(
    tmp_path: Path, certified: dict[str, str]
) -> None:
    root = tmp_path / "root.crt"
    root.write_text(certificates_make(merchant=PAIR, gateway=PAIR).root)
    found = faults_of(tmp_path, **certified | {"ALIPAY_ROOT_CERT": str(root)})
    assert [line.partition(":")[0] for line in found] == [
        f"{name} does not lead to ALIPAY_ROOT_CERT" for name in CERTIFICATES[::2]
    ]


def test_a_developers_shop_with_certificates_of_its_own(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    first, second = (
        settings_of(folder, DEBUG="true", ALIPAY_LOCAL_CERTIFICATES="true") for _ in range(2)
    )
    assert first["ALIPAY_PUBLIC_KEY"] == ""
    assert [first[name] for name in CERTIFICATES] == [second[name] for name in CERTIFICATES]
    sandbox = first["ALIPAY_SANDBOX"]
    assert [sandbox[name] for name in ("APP_CERT", "ROOT_CERT", "PUBLIC_CERT")] == [
        first[name] for name in CERTIFICATES
    ]
    assert "APP_CERT" not in settings_of(folder, DEBUG="true")["ALIPAY_SANDBOX"]


def checks_of(settings, files: CertificateFiles) -> list[tuple[str | None, str]]:
    for name, text in zip(CERTIFICATES, files, strict=True):
        setattr(settings, name, text)
    found = run_checks(tags=["security"])
    return [(m.id, m.msg) for m in found if m.id in ("mxshop.W006", "mxshop.I001")]


def test_the_check_warns_of_a_certificate_before_its_end(settings) -> None:
    own, alipay = key_from_seed("a key of the tests"), key_from_seed("another key of the tests")
    settings.ALIPAY_PRIVATE_KEY = private_pem(own)
    soon, later = (timezone.now() + timedelta(days=days) for days in (29, 31))
    line = ("mxshop.W006", f"ALIPAY_APP_CERT expires on {soon:%Y-%m-%d}.")
    assert checks_of(settings, files_of(own, alipay, end=soon)) == [line]
    assert checks_of(settings, files_of(own, alipay, end=later)) == []
    found = checks_of(settings, files_of(own, alipay, with_authority=False))
    assert [id_ for id_, _line in found] == ["mxshop.I001"] * 2
    assert found[0][1] == (
        "ALIPAY_APP_CERT does not hold the certificate of its authority (CN=Authority Class 2 R1,"
        "OU=Certification Authority,O=Ant Test,C=CN), so that its way to ALIPAY_ROOT_CERT is known "
        "by name alone."
    )


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
