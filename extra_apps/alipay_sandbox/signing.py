"""Alipay's signatures of type RSA2: RSASSA-PKCS1-v1_5 with SHA-256, in Base64.

Written from https://opendocs.alipay.com/common/02kf5q (requests), 02mse7 (notices) on
pycryptodome, where the merchant's side signs and verifies with ``cryptography``: they share no line
and no library, so that a fault of one cannot be hidden by the same fault of the other.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache

from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

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
    signature = pkcs1_15.new(_key(private_key)).sign(SHA256.new(text.encode()))
    return base64.b64encode(signature).decode()


def is_signed(text: str, signature: str, *, public_key: str) -> bool:
    """Tell whether ``signature`` (Base64, strictly) is that of ``text``; the key is PEM."""
    try:
        raw = base64.b64decode(signature, validate=True)
        pkcs1_15.new(_key(public_key)).verify(SHA256.new(text.encode()), raw)
    except (binascii.Error, ValueError):  # ValueError: wrong, or no ASCII
        return False
    return True


@lru_cache(maxsize=1)
def strangers_key() -> str:
    """Return a private key that no merchant trusts."""
    return key_pair_make().private


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params))


@lru_cache(maxsize=8)
def _key(pem: str) -> RSA.RsaKey:
    return RSA.import_key(pem)
