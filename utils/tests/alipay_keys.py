"""Keys for the tests of utils.alipay, and signatures made and verified without it.

By the library that utils.alipay does not use for it: pycryptodome.
"""

import base64
import hashlib
from functools import cache

from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

E = 65537

# How many odd numbers lie between where a prime's seed begins and the prime: tests would spend
# a second looking for these again. What is not here is looked for.
STEPS = {
    "MxShop test vectors: the app's key p": 437,
    "MxShop test vectors: the app's key q": 341,
    "MxShop test vectors: Alipay's key p": 901,
    "MxShop test vectors: Alipay's key q": 8,
    "a key of the tests p": 21,
    "a key of the tests q": 132,
    "another key of the tests p": 462,
    "another key of the tests q": 254,
    "a root Ant Test p": 195,
    "a root Ant Test q": 202,
    "the authority of the tests p": 141,
    "the authority of the tests q": 92,
    "another app's p": 12,
    "another app's q": 221,
}


@cache
def key_from_seed(seed: str) -> rsa.RSAPrivateKey:
    """Return the RSA key of 2048 bits that belongs to ``seed``: secret to nobody.

    A prime is the first one from a number that SHAKE-256 makes of the seed, its two highest
    bits and the lowest one set. So the vectors can be made again, and no private key is kept.
    """
    p, q = _prime(f"{seed} p"), _prime(f"{seed} q")
    d = pow(E, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p, q=q, d=d, iqmp=rsa.rsa_crt_iqmp(p, q),
        dmp1=rsa.rsa_crt_dmp1(d, p), dmq1=rsa.rsa_crt_dmq1(d, q),
        public_numbers=rsa.RSAPublicNumbers(E, p * q),
    ).private_key(unsafe_skip_rsa_key_validation=True)  # fmt: skip


def private_pem(key: rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def public_pem(
    key: rsa.RSAPrivateKey, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo
) -> str:
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def bare(pem: str) -> str:
    """What Alipay's console shows of a key: base64 in one line."""
    return "".join(pem.splitlines()[1:-1])


def sign(content: str | bytes, key: rsa.RSAPrivateKey) -> str:
    """Return the signature of ``content``, in base64: RSA2 has one for each text and key."""
    data = content.encode() if isinstance(content, str) else content
    return base64.b64encode(pkcs1_15.new(_imported(key)).sign(SHA256.new(data))).decode()


def fits(content: str, signature: str, key: rsa.RSAPrivateKey) -> bool:
    """Whether the shop's ``signature`` (base64) is that of ``content``, by ``key``."""
    try:
        pkcs1_15.new(RSA.import_key(public_pem(key))).verify(
            SHA256.new(content.encode()), base64.b64decode(signature, validate=True)
        )
    except ValueError:
        return False
    return True


@cache
def _imported(key: rsa.RSAPrivateKey) -> RSA.RsaKey:
    """The key as pycryptodome has it, which takes longer to import than to sign with."""
    return RSA.import_key(private_pem(key))


def _prime(seed: str) -> int:
    start = int.from_bytes(hashlib.shake_256(seed.encode()).digest(128), "big")
    number = (start | 3 << 1022 | 1) + 2 * STEPS.get(seed, 0)
    while not all(number % small for small in range(3, 2000, 2)) or pow(2, number - 1, number) != 1:
        number += 2
    return number
