"""RSA keys in every form in which Alipay's console and its tools hand them out.

A key is given as its text or as the path of its file: PEM, the bare base64 that the console
shows, or (files alone) DER; a private key as PKCS#1 or PKCS#8, a public one as
SubjectPublicKeyInfo or PKCS#1. A PEM text may have its line breaks written as ``\\n`` or lost.
"""

import base64
import binascii
import re
from pathlib import Path

from Crypto.PublicKey import RSA

from .errors import AlipayKeyError

PRIVATE, PUBLIC = "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"

MIN_BITS = 2048  # what RSA2 asks for: https://opendocs.alipay.com/common/057k53
_MAX_FILE_BYTES = 64 * 1024
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
# The base64 of any DER sequence as long as a key's begins so, and no path does.
_BARE_BASE64 = re.compile(r"MI[A-Za-z0-9+/\s\\]{100,}={0,2}\s*")


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
    if not text:
        raise AlipayKeyError(f"{setting} is empty.")
    if "-----BEGIN" not in text and not _BARE_BASE64.fullmatch(text):
        content = _content(text, setting)
        if content[:1] == b"0":  # DER: a sequence
            return content
        text = content.decode("utf-8-sig", errors="replace").strip()
    if pem := _PEM.search(text):
        label, text = pem.groups()
        if label == "CERTIFICATE":
            raise AlipayKeyError(
                f"{setting} is a certificate; set the app to public keys in Alipay's console."
            )
        if "ENCRYPTED" in label or "ENCRYPTED" in text:
            raise AlipayKeyError(f"{setting} is protected by a password; take that off first.")
    try:
        return base64.b64decode(re.sub(r"\s|\\n", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise AlipayKeyError(f"{setting} is neither PEM nor base64.") from None


def _content(path: str, setting: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except (OSError, ValueError) as error:
        # The value is not quoted: it could be a key with a character lost.
        raise AlipayKeyError(
            f"{setting} is neither a key nor a file that can be read ({type(error).__name__})."
        ) from None
