"""Certificates for paying on one machine, and the serial numbers that Alipay gives certificates.

As at Alipay, a root signs an authority, and the authority signs the certificates of the app's key
and of the gateway's. The keys of root and authority are thrown away at once. Imports no Django:
the settings call it.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509.oid import NameOID

from utils.config.local_secrets import local_secret

from .keys import KeyPair

YEARS = timedelta(days=3650)

_SHORT_NAMES = {
    NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O", NameOID.COUNTRY_NAME: "C",
}  # fmt: skip
_ONE_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)
_RSA = "1.2.840.113549.1.1."  # what the names of its signatures begin with
# Between the three files, which are kept as one.
_SEPARATOR = "\n# --\n"


class CertificateFiles(NamedTuple):
    """The three files of certificate mode, PEM; the first certificate of each is the one meant."""

    app: str
    root: str
    gateway: str


def certificates_make(*, merchant: KeyPair, gateway: KeyPair) -> CertificateFiles:
    """Return new certificates for two keys, valid for ten years."""
    root_key, authority_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    other_key = ec.generate_private_key(ec.SECP256R1())
    root = _name("Sandbox Certification Authority R1")
    authority = _name("Sandbox Certification Authority Class 1 R1")
    other = _name("Sandbox Certification Authority E1")
    root_pem = _certificate(root, root_key.public_key(), issuer=root, key=root_key)
    # As in Alipay's file, one of another algorithm, which does not count.
    other_pem = _certificate(other, other_key.public_key(), issuer=other, key=other_key)
    authority_pem = _certificate(authority, authority_key.public_key(), issuer=root, key=root_key)
    app, alipay = (
        _certificate(
            _name(name), _public(pair), issuer=authority, key=authority_key, is_authority=False
        )
        for name, pair in (("MxShop", merchant), ("Sandbox", gateway))
    )
    return CertificateFiles(
        app=app + authority_pem, root=other_pem + root_pem, gateway=alipay + authority_pem
    )


def local_certificates(folder: Path, *, merchant: KeyPair, gateway: KeyPair) -> CertificateFiles:
    """Return the certificates of these keys that are kept in ``folder``, making them first."""
    keys = hashlib.sha256((merchant.public + gateway.public).encode()).hexdigest()[:8]
    text = local_secret(
        folder / f"certificates-{keys}.pem",
        lambda: _SEPARATOR.join(certificates_make(merchant=merchant, gateway=gateway)),
    )
    app, root, alipay = text.split(_SEPARATOR)
    return CertificateFiles(app, root, alipay)


@lru_cache(maxsize=16)
def certificate_number(file: str) -> str:
    """Return the serial number of the first certificate of a PEM file, as Alipay counts it."""
    return _numbers(file)[0][1]


@lru_cache(maxsize=16)
def root_numbers(file: str) -> str:
    """Return the serial numbers of those certificates of a PEM file that RSA has signed."""
    return "_".join(number for oid, number in _numbers(file) if oid.startswith(_RSA))


def _numbers(file: str) -> list[tuple[str, str]]:
    """Return each certificate's algorithm, as an OID, and its serial number."""
    found = []
    for pem in _ONE_PEM.findall(file):
        certificate = x509.load_pem_x509_certificate(pem.encode())
        parts = [
            f"{_SHORT_NAMES[part.oid]}={part.value!s}"
            for part in reversed(list(certificate.issuer))
        ]
        text = ",".join(parts) + str(certificate.serial_number)
        number = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        found.append((certificate.signature_algorithm_oid.dotted_string, number))
    return found


def _name(common_name: str) -> x509.Name:
    texts = {
        NameOID.COUNTRY_NAME: "CN",
        NameOID.ORGANIZATION_NAME: "Sandbox",
        NameOID.ORGANIZATIONAL_UNIT_NAME: "Certification Authority",
        NameOID.COMMON_NAME: common_name,
    }
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in texts.items()])


def _public(pair: KeyPair) -> rsa.RSAPublicKey:
    key = load_pem_public_key(pair.public.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _certificate(
    subject: x509.Name,
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    *,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    is_authority: bool = True,
) -> str:
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()
