"""Certificate mode: what requests must say, and what answers do."""

import os
from pathlib import Path
from typing import Any

import pytest

from extra_apps.alipay_sandbox.certificates import (
    certificate_number,
    certificates_make,
    local_certificates,
    root_numbers,
)
from extra_apps.alipay_sandbox.keys import KeyPair, key_pair_make
from extra_apps.alipay_sandbox.services.notices import notices_send_due

from .merchant import (
    GATEWAY,
    PAGE_PAY,
    WAP_PAY,
    Merchant,
    Order,
    envelope,
    is_signed_notice,
    signed,
)
from .test_link import refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

QUERY = "alipay.trade.query"


@pytest.fixture
def certified(merchant: Merchant, settings: Any) -> Merchant:
    """A merchant whose application is in certificate mode."""
    sandbox = settings.ALIPAY_SANDBOX
    files = certificates_make(
        merchant=KeyPair("", sandbox["MERCHANT_PUBLIC_KEY"]),
        gateway=KeyPair("", os.environ["ALIPAY_PUBLIC_KEY"]),
    )
    settings.ALIPAY_SANDBOX = {
        **sandbox, "APP_CERT": files.app, "ROOT_CERT": files.root, "PUBLIC_CERT": files.gateway,
    }  # fmt: skip
    merchant.serials = {
        "app_cert_sn": certificate_number(files.app),
        "alipay_root_cert_sn": root_numbers(files.root),
    }
    merchant.gateway_serial = certificate_number(files.gateway)
    return merchant


@pytest.mark.parametrize("method", [PAGE_PAY, WAP_PAY])
def test_a_payment_with_right_numbers(certified: Merchant, method: str) -> None:
    order = certified.open(method=method)
    assert certified.pay(order).status_code == 302
    assert certified.query(order)["trade_status"] == "TRADE_SUCCESS"  # checks alipay_cert_sn
    assert certified.refund(order, "1.00", "R1")["fund_change"] == "Y"
    notices_send_due()
    assert [is_signed_notice(notice) for notice in certified.inbox] == [True, True]


@pytest.mark.parametrize("name", ["app_cert_sn", "alipay_root_cert_sn"])
def test_a_request_without_a_number_or_with_another(certified: Merchant, name: str) -> None:
    word = name.replace("_", "-")
    link = certified.link(Order(), **{name: None})
    assert refused(certified, link)[:2] == (name, f"isv.missing-{word}")
    link = certified.link(Order(), **{name: "0" * 32})
    assert refused(certified, link)[:2] == (name, f"isv.invalid-{word}")
    params = signed(envelope(QUERY, {"out_trade_no": "1"}, **{**certified.serials, name: "0" * 32}))
    answer = certified.server.post(GATEWAY, params).json()
    assert list(answer) == ["error_response"]
    assert answer["error_response"]["sub_code"] == f"isv.invalid-{word}"


def test_without_certificates_no_answer_names_one(merchant: Merchant) -> None:
    params = signed(envelope(QUERY, {"out_trade_no": "1"}))
    assert list(merchant.server.post(GATEWAY, params).json()) == [
        "alipay_trade_query_response", "sign",
    ]  # fmt: skip


def test_those_of_a_machine_are_made_once_for_its_keys(tmp_path: Path) -> None:
    pairs = [key_pair_make() for _ in range(2)]
    first, second = (
        local_certificates(tmp_path, merchant=pairs[0], gateway=pairs[1]) for _ in range(2)
    )
    assert first == second
    assert local_certificates(tmp_path, merchant=pairs[1], gateway=pairs[0]) != first
    assert len(list(tmp_path.iterdir())) == 2
    assert "PRIVATE" not in "".join(path.read_text() for path in tmp_path.iterdir())
