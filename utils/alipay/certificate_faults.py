"""Why three certificates cannot be the app's, Alipay's roots' and Alipay's."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from .certificates import ALIPAY, APP, ROOT, CertificateSettings, read_file, rsa_key, rsa_roots
from .errors import AlipayKeyError
from .keys import read_private_key

_CLASS = re.compile(r"\bClass [0-9]\b")
# How Alipay's console names the three files.
FILES = {
    APP: "appCertPublicKey_<app id>.crt",
    ROOT: "alipayRootCert.crt",
    ALIPAY: "alipayCertPublicKey_RSA2.crt",
}


def certificate_faults(
    given: CertificateSettings, *, private_key: str, now: datetime
) -> Iterator[str]:
    """Yield one line for each certificate that is wrong at ``now``, naming its setting.

    A certificate is wrong when it cannot be read, is another than the setting is for, is not
    valid now, or does not lead to a root. ``private_key`` is ALIPAY_PRIVATE_KEY.
    """
    files: dict[str, list[x509.Certificate]] = {}
    for setting, text in zip((APP, ROOT, ALIPAY), given, strict=True):
        try:
            files[setting] = read_file(text, setting)
        except AlipayKeyError as error:
            yield f"{error} {_write(setting)}"
    misplaced = [*_misplaced(files, private_key), *_no_roots(files.get(ROOT))]
    yield from misplaced
    for setting in (APP, ALIPAY):
        if setting in files:
            yield from _time_faults(files[setting][0], setting, now)
        if len(files) == len(given) and not misplaced:
            yield from _chain_faults(files[setting], rsa_roots(files[ROOT]), setting, now)


def certificates_end(given: CertificateSettings) -> list[tuple[str, datetime]]:
    """Return until when the app's and Alipay's certificates are valid. Raises AlipayKeyError."""
    return [
        (setting, read_file(text, setting)[0].not_valid_after_utc)
        for setting, text in ((APP, given.app), (ALIPAY, given.alipay))
    ]


def unproven_chains(given: CertificateSettings) -> list[tuple[str, str]]:
    """Return the settings whose chain lacks a link, and who issued the last one that is there.

    Alipay hands out the app's certificate without that of the authority between it and the
    root. Raises AlipayKeyError.
    """
    roots = rsa_roots(read_file(given.root, ROOT))
    lacking = []
    for setting, text in ((APP, given.app), (ALIPAY, given.alipay)):
        chain = _chain(read_file(text, setting), roots)
        if chain[-1] not in roots:
            lacking.append((setting, chain[-1].issuer.rfc4514_string()))
    return lacking


def _write(setting: str) -> str:
    return f"Write the path of {FILES[setting]}, as Alipay's console gives it out, or its text."


def _misplaced(files: dict[str, list[x509.Certificate]], private_key: str) -> Iterator[str]:
    """Yield what is not the app's certificate, or not Alipay's."""
    try:
        own = read_private_key(private_key).n
    except AlipayKeyError:
        own = None  # which is a fault of its own
    for setting in (APP, ALIPAY):
        if setting not in files:
            continue
        if _signs_itself(files[setting][0]):
            yield f"{setting} is a root certificate. {_write(setting)}"
            continue
        try:
            is_own = rsa_key(files[setting][0], setting).public_numbers().n == own
        except AlipayKeyError as error:
            yield f"{error} {_write(setting)}"
            continue
        if setting == APP and own is not None and not is_own:
            yield (
                f"{APP} is not the certificate of ALIPAY_PRIVATE_KEY: each belongs to another "
                "key. Write the key that the certificate was asked for with."
            )
        if setting == ALIPAY and is_own:
            yield f"{ALIPAY} is the app's own certificate. {_write(ALIPAY)}"


def _no_roots(file: list[x509.Certificate] | None) -> Iterator[str]:
    """Yield why a file that could be read is not that of the roots."""
    if file is None:
        return
    if not rsa_roots(file):
        yield f"{ROOT} holds no certificate that is signed with RSA. {_write(ROOT)}"
    elif not all(map(_signs_itself, rsa_roots(file))):
        yield f"{ROOT} is not a file of root certificates. {_write(ROOT)}"


def _time_faults(certificate: x509.Certificate, setting: str, now: datetime) -> Iterator[str]:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now >= end:
        yield f"{setting} expired on {end:%Y-%m-%d}: get a new one from Alipay's console."
    elif now < begin:
        yield f"{setting} is not valid before {begin:%Y-%m-%d %H:%M} UTC: is the clock right?"


def _chain_faults(
    file: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], setting: str, now: datetime
) -> Iterator[str]:
    chain = _chain(file, roots)
    for authority in chain[1:]:
        where = ROOT if authority in roots else f"An authority in {setting}"
        name = authority.subject.rfc4514_string()
        if not authority.not_valid_before_utc <= now < authority.not_valid_after_utc:
            yield f"{where} is not valid now ({name}): get the file again from Alipay's console."
        elif not _may_sign(authority):
            yield f"{setting} is signed by a certificate that may not sign ({name})."
    last = chain[-1]
    if last in roots:
        return
    named = [root for root in (*roots, *file) if root.subject == last.issuer]
    if named or not any(_is_class_of(last.issuer, root.subject) for root in roots):
        yield (
            f"{setting} does not lead to {ROOT}: nobody there has signed it (issuer "
            f"{last.issuer.rfc4514_string()}). One of the two files is from elsewhere."
        )


def _chain(
    file: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Return the first of ``file`` and who signed it, as far as that can be followed."""
    chain = [file[0]]
    while chain[-1] not in roots:
        signer = next(
            (c for c in (*roots, *file) if c not in chain and _has_signed(c, chain[-1])), None
        )
        if signer is None:
            break
        chain.append(signer)
    return chain


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _signs_itself(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return _signs_itself(certificate)  # old roots say nothing
    return constraints.value.ca


def _is_class_of(issuer: x509.Name, root: x509.Name) -> bool:
    """Whether a name is one that Alipay gives to what stands between a root and certificates.

    Such as "Ant Financial Certification Authority Class 1 R1", under the root "Ant Financial
    Certification Authority R1" of the same organisation.
    """
    organisation = _texts(root, NameOID.ORGANIZATION_NAME)
    return (
        bool(organisation)
        and organisation == _texts(issuer, NameOID.ORGANIZATION_NAME)
        and any(_CLASS.search(text) for text in _texts(issuer, NameOID.COMMON_NAME))
    )


def _texts(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(oid)]
