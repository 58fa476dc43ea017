"""Alipay's signatures of type RSA2: RSASSA-PKCS1-v1_5 with SHA-256, in Base64.

Written from https://opendocs.alipay.com/common/02kf5q (requests), 02mse7 (notices) on
``cryptography`` alone: it shares no line with the merchant's side, so that a fault of one
cannot be hidden by the same fault of the other. The merchant signs with ``cryptography``, too: what
comes of that is compared with pycryptodome's in the tests of utils.alipay.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from .keys import key_pair_make


def request_text(params: Mapping[str, str]) -> str:
    """Return what a merchant signs: all but ``sign`` and empty values, by name."""
    return _joined({name: value for name, value in params.items() if value and name != "sign"})


def notice_text(params: Mapping[str, str]) -> str:
    """Return what Alipay signs in a notice or a return: all but ``sign`` and ``sign_type``."""
    return _joined(
        {name: value for name, value in params.items() if name not in ("sign", "sign_type")}
    )


def sign(text: str, *, private_key: str) -> str:
    """Return the signature of ``text`` in Base64; the key is PEM."""
    signature = _private(private_key).sign(text.encode(), padding.PKCS1v15(), SHA256())
    return base64.b64encode(signature).decode()


def is_signed(text: str, signature: str, *, public_key: str) -> bool:
    """Tell whether ``signature`` (Base64, strictly) is that of ``text``; the key is PEM."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _public(public_key).verify(raw, text.encode(), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):  # ValueError: no ASCII
        return False
    return True


@lru_cache(maxsize=1)
def strangers_key() -> str:
    """Return a private key that no merchant trusts."""
    return key_pair_make().private


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params))


@lru_cache(maxsize=8)
def _private(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@lru_cache(maxsize=8)
def _public(pem: str) -> rsa.RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return key
