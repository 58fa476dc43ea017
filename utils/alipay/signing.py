"""RSA2, which is RSA with PKCS#1 v1.5 and SHA-256, over parameters as Alipay joins them.

Alipay's rules: requests https://opendocs.alipay.com/common/057k53 ("sort, leave out empty
values and sign"), answers and notices https://opendocs.alipay.com/common/02mse7 (all received
parameters but ``sign`` and ``sign_type``, empty ones kept).

OpenSSL signs and verifies (``cryptography``), in a third of the time that pycryptodome takes.
pycryptodome reads the keys; the tests and the local gateway sign and verify with it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache

from Crypto.PublicKey import RSA
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
# In a value this could as well be the next parameter: the text signed is the same.
_HIDDEN_PARAMETER = re.compile(r"&[A-Za-z0-9_.-]+=")


def signing_key(key: RSA.RsaKey) -> rsa.RSAPrivateKey:
    """Return a private key as OpenSSL takes it."""
    signing = load_der_private_key(key.export_key("DER"), password=None)
    assert isinstance(signing, rsa.RSAPrivateKey)
    return signing


def sign_request(params: Mapping[str, str], key: rsa.RSAPrivateKey) -> dict[str, str]:
    """Return what is to be sent: ``params``, sorted, without empty values, and their ``sign``."""
    sent = {name: params[name] for name in sorted(params) if params[name] and name != "sign"}
    signature = key.sign(_joined(sent).encode(), padding.PKCS1v15(), SHA256())
    return {**sent, "sign": base64.b64encode(signature).decode()}


def verify_received(params: Mapping[str, str], key: RSA.RsaKey) -> bool:
    """Return whether ``params``, a notice or the query of the return page, is signed by ``key``.

    The algorithm is RSA2 whatever ``sign_type`` says. Parameters that could be read in two
    ways are refused: ``a=1&b=2`` is also what a single ``a`` of ``1&b=2`` signs as. Takes
    anything and never raises.
    """
    signed = {name: params[name] for name in params if name not in ("sign", "sign_type")}
    for name, value in signed.items():
        if not isinstance(name, str) or not isinstance(value, str):
            return False
        if not _NAME.fullmatch(name) or _HIDDEN_PARAMETER.search(value):
            return False
    try:
        content = _joined(signed).encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return verify(content, params.get("sign"), key)


def verify(content: bytes, sign: object, key: RSA.RsaKey) -> bool:
    """Return whether ``sign`` (base64) is the RSA2 signature of ``content``. Never raises."""
    if not isinstance(sign, str) or len(sign) != 4 * ((key.size_in_bytes() + 2) // 3):
        return False
    try:
        signature = base64.b64decode(sign, validate=True)
        _verifying(key.n, key.e).verify(signature, content, padding.PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=8)
def _verifying(n: int, e: int) -> rsa.RSAPublicKey:
    """Return a public key as OpenSSL takes it; raises ValueError for numbers that are none."""
    return rsa.RSAPublicNumbers(e, n).public_key()


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params))
