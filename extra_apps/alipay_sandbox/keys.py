"""Key pairs for paying on one machine: generated, never shipped.

Made with ``cryptography``, as all the sandbox signs and verifies, so that a fault of the
client's library cannot hide behind itself. Imports no Django: the settings call it.
"""

from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from utils.config.local_secrets import local_secret


class KeyPair(NamedTuple):
    """An RSA key of 2048 bits as PEM texts: PKCS#8, and SubjectPublicKeyInfo."""

    private: str
    public: str


def key_pair_make() -> KeyPair:
    """Return a new key pair."""
    return _pair_of(_private_pem())


def local_key_pair(path: Path) -> KeyPair:
    """Return the key pair whose private half is kept in ``path``, making it first."""
    return _pair_of(local_secret(path, _private_pem))


def _private_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _pair_of(private_pem: str) -> KeyPair:
    public = load_pem_private_key(private_pem.encode(), password=None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private=private_pem, public=pem.decode())
