"""Certificates, Alipay's second way to say whose keys are used.

A request names the certificate of the app's key and Alipay's root certificates, an answer that
of the key that has signed it. They are named by "SN", a hash of issuer and serial number, as
AntCertificationUtil of alipay-sdk-java makes it:

* SN = MD5, in hex, of the issuer as RFC 2253 writes it (the last part of the name first, such as
  ``CN=…,OU=…,O=…,C=CN``) with the serial number in decimal behind it.
* The root file holds several certificates. Those that are signed with RSA count, in the file's
  order, joined with ``_``; those of China's own algorithms (SM2) do not.
"""

import base64
import binascii
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .errors import AlipayKeyError
from .given import content_of
from .keys import MIN_BITS

APP, ROOT, ALIPAY = "ALIPAY_APP_CERT", "ALIPAY_ROOT_CERT", "ALIPAY_PUBLIC_CERT"

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_RSA_SIGNATURES = "1.2.840.113549.1.1."  # PKCS #1: sha1WithRSAEncryption and its kin
_RSA_SIGNATURES_DER = bytes.fromhex("2a864886f70d0101")


class CertificateSettings(NamedTuple):
    """ALIPAY_APP_CERT, ALIPAY_ROOT_CERT and ALIPAY_PUBLIC_CERT as they are set."""

    app: str
    root: str
    alipay: str


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """What a client in certificate mode needs: serial numbers, and Alipay's key as PEM."""

    app_cert_sn: str
    alipay_root_cert_sn: str
    alipay_cert_sn: str
    alipay_public_key: str


def read_certificates(given: CertificateSettings) -> Certificates:
    """Return what three certificate settings say.

    Whether the certificates are the right ones is not asked (certificate_faults.py). Raises
    AlipayKeyError.
    """
    [app, *_], [alipay, *_] = read_file(given.app, APP), read_file(given.alipay, ALIPAY)
    return Certificates(
        app_cert_sn=certificate_sn(app),
        alipay_root_cert_sn=root_sn(read_file(given.root, ROOT)),
        alipay_cert_sn=certificate_sn(alipay),
        alipay_public_key=rsa_key(alipay, ALIPAY)
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


def read_file(text_or_path: str, setting: str) -> list[x509.Certificate]:
    """Return the certificates of a setting: its text, or the file whose path it is.

    The first one is the one that is meant; those of its authorities may follow. PEM, with its
    line breaks or without; one certificate alone as bare base64, or (files alone) DER. A
    certificate without RSA that cannot be read is left out: Alipay's root file has one.
    Raises AlipayKeyError.
    """
    content = content_of(text_or_path, setting, what="certificate")
    if isinstance(content, bytes):
        ders = [content]
    else:
        if "-----BEGIN" in content and not _PEM.search(content):
            raise AlipayKeyError(f"{setting} is not a certificate.")
        ders = [_der(text, setting) for text in _PEM.findall(content) or [content]]
    found = [certificate for der in ders if (certificate := _certificate(der, setting))]
    if not found:
        raise AlipayKeyError(f"{setting} is not a certificate.")
    return found


def certificate_sn(certificate: x509.Certificate) -> str:
    """Return the serial number that Alipay gives a certificate: 32 hex digits."""
    named = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


def root_sn(certificates: list[x509.Certificate]) -> str:
    """Return the serial numbers of the roots. Raises AlipayKeyError when none counts."""
    counted = [certificate_sn(root) for root in rsa_roots(certificates)]
    if not counted:
        raise AlipayKeyError(f"{ROOT} holds no certificate that is signed with RSA.")
    return "_".join(counted)


def rsa_roots(certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates of the root file that count."""
    return [
        certificate for certificate in certificates
        if certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES)
    ]  # fmt: skip


def rsa_key(certificate: x509.Certificate, setting: str) -> rsa.RSAPublicKey:
    """Return the key that a certificate is about. Raises AlipayKeyError."""
    key: object = None
    with suppress(ValueError, UnsupportedAlgorithm):  # a curve of China's own, say
        key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise AlipayKeyError(f"{setting} is not the certificate of an RSA key.")
    if key.key_size < MIN_BITS:
        raise AlipayKeyError(
            f"{setting} is of a key of {key.key_size} bits; RSA2 needs {MIN_BITS} at least."
        )
    return key


def _der(text: str, setting: str) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s|\\n", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise AlipayKeyError(f"{setting} is neither PEM nor base64.") from None


def _certificate(der: bytes, setting: str) -> x509.Certificate | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.issuer, certificate.subject
    except ValueError:
        if _RSA_SIGNATURES_DER in der:
            raise AlipayKeyError(f"{setting} is not a certificate.") from None
        return None
    return certificate
