"""Certificate mode: serial numbers as Alipay counts them, requests, answers and notices."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from cryptography import x509

from utils.alipay import (
    AlipayAnswerForgedError,
    AlipayAnswerUnsignedError,
    AlipayClient,
    AlipayKeyError,
    AlipayRefusedError,
)
from utils.alipay.answers import read_answer
from utils.alipay.certificates import (
    CertificateSettings,
    certificate_sn,
    read_certificates,
    root_sn,
)
from utils.alipay.certificates import read_file as read
from utils.alipay.keys import read_public_key

from .alipay_certificates import files_of, other_root, root_of
from .alipay_keys import bare, key_from_seed, private_pem, public_pem, sign
from .data.make_alipay_vectors import ADDRESSES, ALIPAY_SEED, APP_ID, APP_SEED, ORDERS, QUIT_URL
from .test_alipay_signing import VECTORS

pytestmark = pytest.mark.one_database

SDK = VECTORS["certificates"]
APP, ALIPAY = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
FILES = files_of(APP, ALIPAY)
GIVEN = CertificateSettings(*FILES)
ORDER_SN = ORDERS[1]["out_trade_no"]


def client_of(given: CertificateSettings = GIVEN) -> AlipayClient:
    return AlipayClient(
        app_id=APP_ID,
        gateway_url="https://openapi.alipay.com/gateway.do",
        private_key=private_pem(APP),
        certificates=read_certificates(given),
    )


class TestSerialNumbers:
    def test_they_are_those_of_the_sdk(self) -> None:
        read = read_certificates(GIVEN)
        assert (read.app_cert_sn, read.alipay_root_cert_sn, read.alipay_cert_sn) == (
            SDK["app_cert_sn"], SDK["alipay_root_cert_sn"], SDK["alipay_cert_sn"],
        )  # fmt: skip
        assert read_public_key(read.alipay_public_key).n == ALIPAY.public_key().public_numbers().n

    def test_every_root_of_rsa_counts_in_its_order(self) -> None:
        roots = [root_of().pem, other_root(), root_of("Others").pem]
        numbers = [
            certificate_sn(x509.load_pem_x509_certificate(roots[n].encode())) for n in (0, 2)
        ]
        assert root_sn(read("".join(roots), "ALIPAY_ROOT_CERT")) == "_".join(numbers)

    def test_a_root_file_without_rsa(self) -> None:
        with pytest.raises(AlipayKeyError, match="holds no certificate that is signed with RSA"):
            read_certificates(GIVEN._replace(root=other_root()))


LEAF = FILES.app[: FILES.app.index("-----END") + len("-----END CERTIFICATE-----\n")]
FORMS = {
    "PEM": FILES.app,
    "one alone": LEAF,
    "PEM of Windows": FILES.app.replace("\n", "\r\n"),
    "PEM in one line": FILES.app.replace("\n", " "),
    "PEM with written line breaks": FILES.app.replace("\n", "\\n"),
    "base64 of one": bare(LEAF),
}


class TestFiles:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("where", ["text", "file"])
    def test_forms(self, tmp_path: Any, form: str, where: str) -> None:
        given = FORMS[form]
        if where == "file":
            (tmp_path / "app.crt").write_text(given)
            given = str(tmp_path / "app.crt")
        assert read_certificates(GIVEN._replace(app=given)).app_cert_sn == SDK["app_cert_sn"]

    def test_a_file_of_bytes(self, tmp_path: Any) -> None:
        (tmp_path / "app.crt").write_bytes(base64.b64decode(bare(LEAF)))
        given = GIVEN._replace(app=str(tmp_path / "app.crt"))
        assert read_certificates(given).app_cert_sn == SDK["app_cert_sn"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "is empty."),
            ("/nowhere.crt", "is neither a certificate nor a file that can be read (FileNotFound"),
            (public_pem(APP), "is not a certificate."),
            (LEAF.replace("M", "?"), "is neither PEM nor base64."),
            (bare(LEAF)[:400], "is not a certificate."),
        ],
        ids=["empty", "no file", "a key", "no base64", "cut"],
    )
    def test_what_is_none(self, text: str, says: str) -> None:
        for setting, field in (("ALIPAY_APP_CERT", "app"), ("ALIPAY_ROOT_CERT", "root")):
            with pytest.raises(AlipayKeyError) as error:
                read_certificates(GIVEN._replace(**{field: text}))
            assert str(error.value).startswith(f"{setting} {says}")

    def test_one_that_cannot_be_read_is_left_out_of_the_roots_when_it_is_not_of_rsa(self) -> None:
        """Alipay's file has one whose two algorithms are written differently."""
        der = bytearray(base64.b64decode(bare(other_root())))
        der[der.index(b"\x30", 4) + 1] ^= 1  # a length that is not true
        text = base64.b64encode(der).decode()
        broken = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"
        with pytest.raises(ValueError, match="pars"):
            x509.load_pem_x509_certificate(broken.encode())
        given = GIVEN._replace(root=broken + FILES.root)
        assert read_certificates(given).alipay_root_cert_sn == SDK["alipay_root_cert_sn"]


class TestRequests:
    @pytest.mark.parametrize("method", SDK["links"])
    @time_machine.travel(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), tick=False)
    def test_a_link_is_the_sdks_byte_for_byte(self, method: str) -> None:
        terms: Any = {
            "out_trade_no": ORDER_SN,
            "total_amount": Decimal(ORDERS[1]["total_amount"]),
            "subject": ORDERS[1]["subject"],
            "time_expire": datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
            **ADDRESSES,
        }
        client = client_of()
        url = (
            client.wap_pay_url(**terms, quit_url=QUIT_URL)
            if method == "alipay.trade.wap.pay"
            else client.page_pay_url(**terms)
        )
        assert url == f"https://openapi.alipay.com/gateway.do?{SDK['links'][method]}"

    def test_another_certificate_is_another_identity(self) -> None:
        other = files_of(APP, ALIPAY, root=root_of("Others"))
        without = AlipayClient(
            app_id=APP_ID, gateway_url="https://openapi.alipay.com/gateway.do",
            private_key=private_pem(APP), alipay_public_key=public_pem(ALIPAY),
        )  # fmt: skip
        identities = {
            client.identity
            for client in (client_of(), client_of(CertificateSettings(*other)), without)
        }
        assert len(identities) == 3


RIGHT = {"code": "10000", "msg": "Success", "out_trade_no": ORDER_SN}
REFUSED = {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST"}


def answer(says: dict[str, str], label: str | None, *, is_signed: bool = True) -> bytes:
    node = json.dumps(says)
    parts = {"alipay_trade_query_response": node}
    if label is not None:
        parts["alipay_cert_sn"] = json.dumps(label)
    if is_signed:
        parts["sign"] = json.dumps(sign(node, ALIPAY))
    return ("{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}").encode()


class TestAnswers:
    def read(self, body: bytes) -> dict[str, Any]:
        return read_answer(
            body, node="alipay_trade_query_response", out_trade_no=ORDER_SN,
            key=client_of()._public, cert_sn=SDK["alipay_cert_sn"],
        )  # fmt: skip

    def test_of_the_certificate(self) -> None:
        assert self.read(answer(RIGHT, SDK["alipay_cert_sn"])) == RIGHT
        with pytest.raises(AlipayRefusedError, match="TRADE_NOT_EXIST"):
            self.read(answer(REFUSED, SDK["alipay_cert_sn"]))

    @pytest.mark.parametrize("label", [SDK["app_cert_sn"], "", None])
    @pytest.mark.parametrize("says", [RIGHT, REFUSED], ids=["right", "refused"])
    def test_of_another_certificate(self, says: dict[str, str], label: str | None) -> None:
        """Signed with the right key all the same: the label alone is wrong."""
        with pytest.raises(AlipayAnswerForgedError, match=r"alipay_cert_sn .* ALIPAY_PUBLIC_CERT"):
            self.read(answer(says, label))

    def test_the_label_alone_proves_nothing(self) -> None:
        body = answer(RIGHT, SDK["alipay_cert_sn"]).replace(b'"Success"', b'"success"')
        with pytest.raises(AlipayAnswerForgedError, match="signature"):
            self.read(body)

    def test_an_error_of_an_unknown_app_has_neither(self) -> None:
        says = {"code": "40002", "msg": "x", "sub_code": "isv.app-cert-not-exist"}
        with pytest.raises(AlipayAnswerUnsignedError, match=r"isv\.app-cert-not-exist"):
            self.read(answer(says, None, is_signed=False))


class TestNotices:
    PARAMS = {"app_id": APP_ID, "out_trade_no": ORDER_SN, "body": ""}

    def signed(self, params: dict[str, str]) -> dict[str, str]:
        text = "&".join(f"{name}={params[name]}" for name in sorted(params))
        return {**params, "sign": sign(text, ALIPAY), "sign_type": "RSA2"}

    def test_the_key_is_that_of_the_certificate(self) -> None:
        received = self.signed(self.PARAMS)
        assert client_of().verify_notify(received)
        assert not client_of(GIVEN._replace(alipay=FILES.app)).verify_notify(received)
        assert not client_of().verify_notify({**received, "body": "x"})

    def test_one_that_names_the_certificate(self) -> None:
        label = {"alipay_cert_sn": SDK["alipay_cert_sn"]}
        client = client_of()
        assert client.verify_notify(self.signed({**self.PARAMS, **label}))
        assert client.verify_notify({**self.signed(self.PARAMS), **label})
        other = {"alipay_cert_sn": SDK["app_cert_sn"]}
        assert not client.verify_notify(self.signed({**self.PARAMS, **other}))
        assert not client.verify_notify({**self.signed(self.PARAMS), **other})
