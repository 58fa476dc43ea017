"""RSA2 as others do it: another library each way, and python-alipay-sdk, with vectors in data/."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import time_machine
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.alipay import AlipayClient
from utils.alipay.keys import read_private_key, read_public_key
from utils.alipay.signing import sign_request, signing_key, verify, verify_received

from .alipay_keys import fits, key_from_seed, private_pem, public_pem, sign
from .data.make_alipay_vectors import ALIPAY_SEED, APP_SEED

pytestmark = pytest.mark.one_database

VECTORS = json.loads((Path(__file__).parent / "data" / "alipay_vectors.json").read_text("utf-8"))
APP, ALIPAY = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
APP_PRIVATE = signing_key(read_private_key(private_pem(APP)))
ALIPAY_PUBLIC = read_public_key(public_pem(ALIPAY))

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=12).filter(
    lambda name: name not in ("sign", "sign_type")
)
CHARACTERS = st.one_of(
    st.sampled_from("=&%+\n\r\t \"'\\/?#{}[]:,中文牛肉元😀\x00\xa0"),
    st.characters(exclude_categories=["Cs"]),
)
VALUES = st.text(CHARACTERS, max_size=30)
# What could be read as two parameters is refused, and has a test of its own.
CLEAR = VALUES.map(lambda value: value.replace("&", "& "))
MESSAGES = st.dictionaries(NAMES, CLEAR, min_size=1, max_size=8)


def joined(params: dict[str, str]) -> str:
    """Alipay's rule, written down once more."""
    return "&".join("=".join(pair) for pair in sorted(params.items()))


def signed_by_alipay(params: dict[str, str]) -> dict[str, str]:
    return {**params, "sign": sign(joined(params), ALIPAY), "sign_type": "RSA2"}


class TestVectorsOfTheSdk:
    def test_they_belong_to_the_keys(self):
        for name, key in (("app_public_key", APP), ("alipay_public_key", ALIPAY)):
            kept = RSA.import_key(base64.b64decode(VECTORS[name]))
            assert kept.n == key.public_key().public_numbers().n
        assert VECTORS["made_with"] == "python-alipay-sdk 3.4.0"
        assert (len(VECTORS["page_pay"]), len(VECTORS["messages"])) == (4, 6)

    @pytest.mark.parametrize("vector", VECTORS["page_pay"], ids=range(4))
    @time_machine.travel(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), tick=False)
    def test_the_address_is_the_sdks_byte_for_byte(self, vector):
        client = AlipayClient(
            app_id="2021000000000001",
            gateway_url="https://openapi.alipay.com/gateway.do",
            private_key=private_pem(APP),
            alipay_public_key=VECTORS["alipay_public_key"],
        )
        order = vector["order"]
        url = client.page_pay_url(
            out_trade_no=order["out_trade_no"],
            total_amount=Decimal(order["total_amount"]),
            subject=order["subject"],
            body=order.get("body", ""),
            notify_url="https://shop.example.com/alipay/return/",
            return_url="https://shop.example.com/alipay/return/",
            time_expire=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
        )
        assert url == f"https://openapi.alipay.com/gateway.do?{vector['order_string']}"

    def test_what_the_sdk_makes_of_its_own_is_signed_alike(self):
        theirs = dict(parse_qsl(VECTORS["page_pay_of_the_sdk"], strict_parsing=True))
        unsigned = {name: value for name, value in theirs.items() if name != "sign"}
        assert sign_request(unsigned, APP_PRIVATE) == theirs

    @pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
    def test_messages(self, vector):
        params = {**vector["params"], "sign": vector["sign"]}
        assert verify_received(params, ALIPAY_PUBLIC)
        assert verify_received({**params, "sign_type": "RSA2"}, ALIPAY_PUBLIC)
        assert not verify_received({**params, "total_amount": "0.01"}, ALIPAY_PUBLIC)
        assert not verify_received(params, read_public_key(public_pem(APP)))


class TestAgainstTheOtherLibrary:
    """``cryptography`` signs and verifies for the shop; here, pycryptodome does."""

    @pytest.mark.slow
    @given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=8))
    @settings(max_examples=150, deadline=None)
    def test_our_signature_is_theirs(self, params):
        sent = sign_request({**params, "sign_type": "RSA2", "sign": "none"}, APP_PRIVATE)
        signature = sent.pop("sign")
        assert sent == {k: v for k, v in params.items() if v} | {"sign_type": "RSA2"}
        assert list(sent) == sorted(sent)
        assert signature == sign(joined(sent), APP)
        assert fits(joined(sent), signature, APP)
        assert not fits(joined(sent) + " ", signature, APP)

    @pytest.mark.slow
    @given(MESSAGES)
    @settings(max_examples=200, deadline=None)
    def test_we_accept_theirs(self, params):
        assert verify_received(signed_by_alipay(params), ALIPAY_PUBLIC)

    @pytest.mark.slow
    @given(st.binary(max_size=200))
    @settings(max_examples=100, deadline=None)
    def test_any_bytes(self, content):
        assert verify(content, sign(content, ALIPAY), ALIPAY_PUBLIC)


class TestTampering:
    """One change of any kind to what was signed, and it is not believed any more."""

    @pytest.mark.slow
    @given(MESSAGES, st.data())
    @settings(max_examples=300, deadline=None)
    def test_one_parameter(self, params, data):
        received = signed_by_alipay(params)
        assert verify_received(received, ALIPAY_PUBLIC)
        name = data.draw(st.sampled_from(sorted(params)))
        kind = data.draw(st.sampled_from(["change", "remove", "empty", "add", "rename", "swap"]))
        tampered = dict(received)
        if kind == "change":
            tampered[name] = data.draw(CLEAR)
        elif kind == "remove":
            del tampered[name]
        elif kind == "empty":
            tampered[name] = ""
        elif kind == "add":
            tampered[data.draw(NAMES)] = data.draw(CLEAR)
        elif kind == "rename":
            tampered[data.draw(NAMES)] = tampered.pop(name)
        else:
            other = data.draw(st.sampled_from(sorted(params)))
            tampered[name], tampered[other] = tampered[other], tampered[name]
        assert verify_received(tampered, ALIPAY_PUBLIC) == (tampered == received)

    @pytest.mark.parametrize("name", VECTORS["messages"][2]["params"])
    def test_every_parameter_of_a_notice(self, name):
        vector = VECTORS["messages"][2]
        params = {**vector["params"], "sign": vector["sign"]}
        assert not verify_received({**params, name: params[name] + " "}, ALIPAY_PUBLIC)
        del params[name]  # the two that are empty as well
        assert not verify_received(params, ALIPAY_PUBLIC)

    def test_an_empty_parameter_more(self):
        received = signed_by_alipay({"a": "1"})
        assert verify_received(received, ALIPAY_PUBLIC)
        assert not verify_received({**received, "b": ""}, ALIPAY_PUBLIC)

    def test_parameters_that_can_be_read_in_two_ways(self):
        received = signed_by_alipay({"out_trade_no": "1", "refund_fee": "1.00", "version": "1"})
        two_in_one = {**received, "out_trade_no": "1&refund_fee=1.00"}
        del two_in_one["refund_fee"]
        assert joined({k: v for k, v in two_in_one.items() if not k.startswith("sign")}) == (
            "out_trade_no=1&refund_fee=1.00&version=1"
        )
        assert not verify_received(two_in_one, ALIPAY_PUBLIC)
        named = {k: v for k, v in received.items() if k not in ("out_trade_no", "refund_fee")}
        assert not verify_received({**named, "out_trade_no=1&refund_fee": "1.00"}, ALIPAY_PUBLIC)


class TestTheAlgorithm:
    PARAMS = {"app_id": "1", "out_trade_no": "2"}

    @pytest.mark.parametrize("sign_type", ["RSA2", "RSA", "MD5", "none", "", None, 1])
    def test_it_is_rsa2_whatever_the_message_says(self, sign_type):
        received = {**signed_by_alipay(self.PARAMS), "sign_type": sign_type}
        assert verify_received(received, ALIPAY_PUBLIC)
        sha1 = ALIPAY.sign(joined(self.PARAMS).encode(), padding.PKCS1v15(), hashes.SHA1())
        received["sign"] = base64.b64encode(sha1).decode()
        assert not verify_received(received, ALIPAY_PUBLIC)

    def test_other_paddings(self):
        content = joined(self.PARAMS).encode()
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
        signature = base64.b64encode(ALIPAY.sign(content, pss, hashes.SHA256())).decode()
        assert not verify(content, signature, ALIPAY_PUBLIC)
        # A padding cut short leaves room behind the digest, as in Bleichenbacher's forgery.
        right = base64.b64decode(sign(content, ALIPAY))
        numbers = ALIPAY.private_numbers()
        n, d = numbers.public_numbers.n, numbers.d
        block = pow(int.from_bytes(right), 65537, n).to_bytes(256)
        assert block[:11] == b"\x00\x01" + b"\xff" * 9
        digest_info = block[block.index(b"\x00", 2) :]
        short = (block[:10] + digest_info).ljust(256, b"\x00")
        forged = pow(int.from_bytes(short), d, n).to_bytes(256)
        assert not verify(content, base64.b64encode(forged).decode(), ALIPAY_PUBLIC)
        assert verify(content, base64.b64encode(right).decode(), ALIPAY_PUBLIC)

    @pytest.mark.parametrize(
        "bad",
        [
            None, 1, b"x", [], "", " ", "=", "a", "*" * 344, "A" * 344, "A" * 343 + "=",
            "A" * 348, "A" * 1_000_000, "é" * 344, "\ud800" * 344, "A" * 342 + "==",
        ],
        ids=lambda value: repr(value)[:12],
    )  # fmt: skip
    def test_no_signature(self, bad):
        assert not verify_received({**self.PARAMS, "sign": bad}, ALIPAY_PUBLIC)

    def test_none_at_all(self):
        assert not verify_received(self.PARAMS, ALIPAY_PUBLIC)
        assert not verify_received({}, ALIPAY_PUBLIC)
        assert not verify_received({"sign_type": "RSA2"}, ALIPAY_PUBLIC)

    def test_a_signature_in_another_spelling(self):
        right = signed_by_alipay(self.PARAMS)["sign"]
        for bad in (right + "\n", right[:76] + "\n" + right[76:], right + right, right[:-4],
                    right.replace("+", " ").replace("/", "_"), right.rstrip("=")):  # fmt: skip
            assert not verify_received({**self.PARAMS, "sign": bad}, ALIPAY_PUBLIC)

    @pytest.mark.parametrize("value", [None, 1, ["1"], [], b"1", "\ud800"])
    def test_a_value_that_is_no_text(self, value):
        received = {**signed_by_alipay(self.PARAMS), "app_id": value}
        assert verify_received(received, ALIPAY_PUBLIC) is False

    @pytest.mark.slow
    @given(st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.text(), st.integers())))
    @settings(max_examples=100, deadline=None)
    def test_never_an_exception(self, params):
        assert verify_received(params, ALIPAY_PUBLIC) is False
