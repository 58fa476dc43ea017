"""Chains of certificates for the tests of certificate mode, made when a test asks for them.

A chain is as Alipay's: the root file has one root of another algorithm and one of RSA, which signs
an authority, which signs the app's certificate and Alipay's.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .alipay_keys import key_from_seed

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Files(NamedTuple):
    """The three files, PEM, in the order of the settings: app, root, Alipay."""

    app: str
    root: str
    alipay: str


class Authority(NamedTuple):
    """Who signs certificates: a name, its key, and the certificate of both."""

    name: x509.Name
    key: Any
    pem: str


def name_of(common_name: str, organisation: str = "Ant Test") -> x509.Name:
    """Return a name whose parts stand in the order of Alipay's own."""
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])  # fmt: skip


def certificate(
    key: Any,
    *,
    subject: x509.Name,
    issuer: x509.Name,
    signer: Any,
    serial: int,
    begin: datetime = BEGIN,
    end: datetime = END,
    is_authority: bool = False,
) -> str:
    """Return the certificate of ``key``, signed by ``signer``, as PEM."""
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), serial, begin, end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(signer, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@cache
def root_of(
    organisation: str = "Ant Test", *, name: str = "Root R1", seed: str = "a root"
) -> Authority:
    """Return a root of RSA."""
    key, subject = key_from_seed(f"{seed} {organisation}"), name_of(name, organisation)
    pem = certificate(
        key, subject=subject, issuer=subject, signer=key, serial=2292228364100439313,
        is_authority=True,
    )  # fmt: skip
    return Authority(subject, key, pem)


@cache
def other_root() -> str:
    """Return a root that does not count, because RSA has no part in it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), name_of("Root E1")
    return certificate(key, subject=name, issuer=name, signer=key, serial=7, is_authority=True)


@cache
def authority_of(root: Authority, *, is_authority: bool = True, end: datetime = END) -> Authority:
    """Return what stands between a root and the certificates."""
    key = key_from_seed("the authority of the tests")
    organisation = root.name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    name = name_of("Authority Class 2 R1", str(organisation))
    pem = certificate(
        key, subject=name, issuer=root.name, signer=root.key, serial=42, end=end,
        is_authority=is_authority,
    )  # fmt: skip
    return Authority(name, key, pem)


def files_of(
    app_key: rsa.RSAPrivateKey,
    alipay_key: rsa.RSAPrivateKey,
    *,
    root: Authority | None = None,
    authority: Authority | None = None,
    with_authority: bool = True,
    **dates: datetime,
) -> Files:
    """Return a chain for two keys; without its authority's certificate if so asked.

    ``dates`` (``begin``, ``end``) are those of the app's certificate.
    """
    root = root or root_of()
    authority = authority or authority_of(root)
    signed: dict[str, Any] = {"issuer": authority.name, "signer": authority.key}
    link = authority.pem if with_authority else ""
    app = certificate(
        app_key, subject=name_of("2088000000000009-2021000000000009"), **signed,
        serial=42701552708448241360226107228231049510, **dates,
    )  # fmt: skip
    alipay = certificate(alipay_key, subject=name_of("支付宝"), **signed, serial=4270155)
    # A blank line between two, as in Alipay's file.
    return Files(app + link, f"{other_root()}\n{root.pem}", alipay + link)
