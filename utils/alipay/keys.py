"""RSA keys in every form in which Alipay's console and its tools hand them out.

A key is given as its text or as the path of its file: PEM, the bare base64 that the console
shows, or (files alone) DER; a private key as PKCS#1 or PKCS#8, a public one as
SubjectPublicKeyInfo or PKCS#1. A PEM text may have its line breaks written as ``\\n`` or lost.
"""

import base64
import binascii
import re

from Crypto.PublicKey import RSA

from .errors import AlipayKeyError
from .given import content_of

PRIVATE, PUBLIC = "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"

MIN_BITS = 2048  # what RSA2 asks for: https://opendocs.alipay.com/common/057k53
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)


def read_private_key(text_or_path: str) -> RSA.RsaKey:
    """Return the app's private key. Raises AlipayKeyError."""
    key = _parse(text_or_path, PRIVATE)
    if not key.has_private():
        raise AlipayKeyError(f"{PRIVATE} is a public key; the app's private key belongs there.")
    return key


def read_public_key(text_or_path: str) -> RSA.RsaKey:
    """Return Alipay's public key. Raises AlipayKeyError."""
    key = _parse(text_or_path, PUBLIC)
    if key.has_private():
        raise AlipayKeyError(f"{PUBLIC} is a private key; Alipay's public key belongs there.")
    return key


def _parse(text_or_path: str, setting: str) -> RSA.RsaKey:
    der = _der(text_or_path.strip(), setting)
    try:
        key = RSA.import_key(der)
    except (ValueError, IndexError, TypeError):
        # Without the cause: it could quote the key.
        raise AlipayKeyError(f"{setting} is not an RSA key.") from None
    if key.size_in_bits() < MIN_BITS:
        raise AlipayKeyError(
            f"{setting} has {key.size_in_bits()} bits; RSA2 needs {MIN_BITS} at least."
        )
    return key


def _der(text: str, setting: str) -> bytes:
    content = content_of(text, setting, what="key")
    if isinstance(content, bytes):
        return content
    text = content
    if pem := _PEM.search(text):
        label, text = pem.groups()
        if label == "CERTIFICATE":
            raise AlipayKeyError(
                f"{setting} is a certificate; certificates belong into ALIPAY_APP_CERT, "
                "ALIPAY_ROOT_CERT and ALIPAY_PUBLIC_CERT."
            )
        if "ENCRYPTED" in label or "ENCRYPTED" in text:
            raise AlipayKeyError(f"{setting} is protected by a password; take that off first.")
    try:
        return base64.b64decode(re.sub(r"\s|\\n", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise AlipayKeyError(f"{setting} is neither PEM nor base64.") from None
