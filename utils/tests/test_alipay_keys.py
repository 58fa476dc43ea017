"""Keys in every form in which somebody may have one, and everything that is none."""

import base64
import os
import traceback
from datetime import UTC, datetime

import pytest
from Crypto.PublicKey import RSA
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from utils.alipay import AlipayClient, AlipayError, AlipayKeyError, client_from_settings
from utils.alipay.keys import read_private_key, read_public_key

from .alipay_keys import bare, key_from_seed, private_pem, public_pem

pytestmark = pytest.mark.one_database

KEY = key_from_seed("a key of the tests")
NUMBERS = KEY.public_key().public_numbers()

PKCS8, PKCS1 = private_pem(KEY), private_pem(KEY, PrivateFormat.TraditionalOpenSSL)
SPKI, PUBLIC_PKCS1 = public_pem(KEY), public_pem(KEY, PublicFormat.PKCS1)

SHAPES = {
    "PEM": lambda pem: pem,
    "PEM with space around": lambda pem: f"\n  {pem}\n\n",
    "PEM of Windows": lambda pem: pem.replace("\n", "\r\n"),
    "PEM in one line": lambda pem: pem.replace("\n", " "),
    "PEM with written line breaks": lambda pem: pem.replace("\n", "\\n"),
    "base64": bare,
    "base64 with written line breaks": lambda pem: "\\n".join(pem.splitlines()[1:-1]),
    "base64 in lines": lambda pem: "\n".join(pem.splitlines()[1:-1]) + "\n",
}


def der(pem: str) -> bytes:
    return base64.b64decode(bare(pem))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pem", [PKCS8, PKCS1], ids=["PKCS8", "PKCS1"])
@pytest.mark.parametrize("where", ["text", "file"])
def test_private_keys(tmp_path, shape, pem, where):
    given = SHAPES[shape](pem)
    if where == "file":
        (tmp_path / "merchant.pem").write_text(given)
        given = str(tmp_path / "merchant.pem")
    key = read_private_key(given)
    assert (key.n, key.d) == (NUMBERS.n, KEY.private_numbers().d)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pem", [SPKI, PUBLIC_PKCS1], ids=["SPKI", "PKCS1"])
@pytest.mark.parametrize("where", ["text", "file"])
def test_public_keys(tmp_path, shape, pem, where):
    given = SHAPES[shape](pem)
    if where == "file":
        (tmp_path / "alipay.pem").write_text(given)
        given = str(tmp_path / "alipay.pem")
    key = read_public_key(given)
    assert (key.n, key.e, key.has_private()) == (NUMBERS.n, 65537, False)


def test_a_private_key_whose_numbers_do_not_fit_together():
    """It can be read, and would sign what nobody believes: it is refused before it signs."""
    whole = RSA.import_key(PKCS8)
    parts = [whole.n, whole.e, whole.d + 2, whole.p, whole.q]
    damaged = RSA.construct(tuple(map(int, parts)), consistency_check=False).export_key().decode()
    with pytest.raises(AlipayKeyError, match="ALIPAY_PRIVATE_KEY is not an RSA key"):
        read_private_key(damaged)


def test_files_of_bytes(tmp_path):
    path = tmp_path / "key"
    for pem, read in ((PKCS8, read_private_key), (PKCS1, read_private_key),
                      (SPKI, read_public_key), (PUBLIC_PKCS1, read_public_key)):  # fmt: skip
        path.write_bytes(der(pem))
        assert read(str(path)).n == NUMBERS.n
        path.write_bytes(b"\xef\xbb\xbf" + bare(pem).encode())  # as Windows' editor saves it
        assert read(str(path)).n == NUMBERS.n


def test_other_sizes():
    assert (
        read_private_key(private_pem(rsa.generate_private_key(65537, 3072))).size_in_bits() == 3072
    )


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Alipay")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder(name, name, KEY.public_key(), 1, start, start.replace(year=2030))
        .sign(KEY, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        .decode()
    )


SHORT = rsa.generate_private_key(65537, 1024)
CURVE = ec.generate_private_key(ec.SECP256R1())
NO_KEY = "is neither a key nor a file that can be read (FileNotFoundError)."
WRONG = {
    "a public key as the private one": (
        SPKI, None, "is a public key; the app's private key belongs there.",
    ),
    "a private key as the public one": (
        None, PKCS8, "is a private key; Alipay's public key belongs there.",
    ),
    "too short, private": (private_pem(SHORT), None, "has 1024 bits; RSA2 needs 2048 at least."),
    "too short, public": (None, public_pem(SHORT), "has 1024 bits; RSA2 needs 2048 at least."),
    "no file": ("/nowhere/merchant.pem", "/nowhere/alipay.pem", NO_KEY),
    "nothing": ("", " \n", "is empty."),
    "a folder": ("/", "/", "is neither a key nor a file that can be read (IsADirectoryError)."),
    "a word": ("a key", "a key", NO_KEY),
    "a NUL": ("a\0key", "a\0key", "is neither a key nor a file that can be read (ValueError)."),
    "cut": (bare(PKCS8)[:-200], bare(SPKI)[:-40], "is not an RSA key."),
    "one character lost": (bare(PKCS8)[:-2], bare(SPKI)[:-1], "is neither PEM nor base64."),
    "characters that are not base64": (
        PKCS8.replace("M", "?"), SPKI.replace("M", "?"), "is neither PEM nor base64.",
    ),
    "an empty PEM": ("-----BEGIN X-----\n-----END X-----", "-----BEGIN X-----\n-----END X-----",
                     "is not an RSA key."),
    "a PEM without its end": (PKCS8[:-30], SPKI[:-30], "is neither PEM nor base64."),
    "another kind of key": (private_pem(CURVE), public_pem(CURVE), "is not an RSA key."),
    "a certificate": (certificate(), certificate(),
                      "is a certificate; certificates belong into ALIPAY_APP_CERT, "
                      "ALIPAY_ROOT_CERT and ALIPAY_PUBLIC_CERT."),
    "with a password": (
        KEY.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        ).decode(),
        None, "is protected by a password; take that off first.",
    ),
    "with a password, of old": (
        KEY.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")
        ).decode(),
        None, "is protected by a password; take that off first.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_key(case):
    private, public, message = WRONG[case]
    for given, role, other in (
        (private, "ALIPAY_PRIVATE_KEY", {"alipay_public_key": SPKI}),
        (public, "ALIPAY_PUBLIC_KEY", {"private_key": PKCS8}),
    ):
        if given is None:
            continue
        name = "private_key" if role == "ALIPAY_PRIVATE_KEY" else "alipay_public_key"
        with pytest.raises(AlipayKeyError) as error:
            AlipayClient(app_id="1", gateway_url="http://127.0.0.1:9/", **{name: given}, **other)
        assert str(error.value) == f"{role} {message}"
        assert isinstance(error.value, ValueError)
        assert isinstance(error.value, AlipayError)
        # Nothing behind it quotes the key either.
        assert error.value.__cause__ is None
        assert error.value.__suppress_context__ or error.value.__context__ is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_is_closed_to_us(tmp_path):
    path = tmp_path / "merchant.pem"
    path.write_text(PKCS8)
    path.chmod(0)
    with pytest.raises(AlipayKeyError, match=r"can be read \(PermissionError\)\.$"):
        read_private_key(str(path))


def test_the_client_shows_no_key_and_stays_as_it_is():
    client = AlipayClient(
        app_id="1", gateway_url="http://x/", private_key=PKCS8, alipay_public_key=SPKI
    )
    assert repr(client) == "AlipayClient(app_id='1', gateway_url='http://x/')"
    assert client.public_key_is_own
    with pytest.raises(AttributeError):
        client.app_id = "2"
    with pytest.raises(AttributeError):
        client._public = client._private


@pytest.mark.parametrize("setting", ["ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"])
def test_an_error_report_shows_no_key(settings, setting):
    """It has the variables of every frame: here, a private key that is broken, or misplaced."""
    pem = {"ALIPAY_PRIVATE_KEY": PKCS8.replace("A", "*"), "ALIPAY_PUBLIC_KEY": PKCS8}[setting]
    setattr(settings, setting, pem)
    with pytest.raises(AlipayKeyError, match=setting) as raised:
        client_from_settings()
    _here, *frames = traceback.walk_tb(raised.value.__traceback__)
    shown = [repr(frame.f_locals) for frame, _line in frames]
    assert shown
    assert not [text for text in shown if pem.splitlines()[5] in text]
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
