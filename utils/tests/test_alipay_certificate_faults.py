"""Which certificate is the wrong one, and why."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from utils.alipay.certificate_faults import (
    certificate_faults,
    certificates_end,
    unproven_chains,
)
from utils.alipay.certificates import CertificateSettings

from .alipay_certificates import NOW, Files, authority_of, files_of, root_of
from .alipay_keys import key_from_seed, private_pem
from .data.make_alipay_vectors import ALIPAY_SEED, APP_SEED

pytestmark = pytest.mark.one_database

APP, ALIPAY = key_from_seed(APP_SEED), key_from_seed(ALIPAY_SEED)
GIVE_APP, GIVE_ROOT, GIVE_ALIPAY = (
    f" Write the path of {file}, as Alipay's console gives it out, or its text."
    for file in ("appCertPublicKey_<app id>.crt", "alipayRootCert.crt",
                 "alipayCertPublicKey_RSA2.crt")
)  # fmt: skip
AUTHORITY = "CN=Authority Class 2 R1,OU=Certification Authority,O=Ant Test,C=CN"
ROOT = "CN=Root R1,OU=Certification Authority,O=Ant Test,C=CN"
EARLIER, LATER = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)


def right(**changes: object) -> Files:
    return files_of(APP, ALIPAY, **changes)  # type: ignore[arg-type]


def elsewhere(setting: str) -> str:
    return (
        f"{setting} does not lead to ALIPAY_ROOT_CERT: nobody there has signed it (issuer "
        f"{AUTHORITY}). One of the two files is from elsewhere."
    )


FAULTS: dict[str, tuple[Callable[[], Files], list[str]]] = {
    "none": (right, []),
    "none, without the authority between": (lambda: right(with_authority=False), []),
    "app: of another key": (
        lambda: files_of(key_from_seed("another app's"), ALIPAY),
        ["ALIPAY_APP_CERT is not the certificate of ALIPAY_PRIVATE_KEY: each belongs to another "
         "key. Write the key that the certificate was asked for with."],
    ),
    "app and Alipay in each other's place": (
        lambda: Files(right().alipay, right().root, right().app),
        ["ALIPAY_APP_CERT is not the certificate of ALIPAY_PRIVATE_KEY: each belongs to another "
         "key. Write the key that the certificate was asked for with.",
         f"ALIPAY_PUBLIC_CERT is the app's own certificate.{GIVE_ALIPAY}"],
    ),
    "the root in the app's place": (
        lambda: right()._replace(app=right().root),
        [f"ALIPAY_APP_CERT is a root certificate.{GIVE_APP}"],
    ),
    "Alipay's in the root's place": (
        lambda: right()._replace(root=right().alipay),
        [f"ALIPAY_ROOT_CERT is not a file of root certificates.{GIVE_ROOT}"],
    ),
    "no file": (
        lambda: right()._replace(root="/nowhere.crt"),
        ["ALIPAY_ROOT_CERT is neither a certificate nor a file that can be read "
         f"(FileNotFoundError).{GIVE_ROOT}"],
    ),
    "a private key": (
        lambda: right()._replace(alipay=private_pem(ALIPAY)),
        [f"ALIPAY_PUBLIC_CERT is not a certificate.{GIVE_ALIPAY}"],
    ),
    "app: expired": (
        lambda: right(end=EARLIER),
        ["ALIPAY_APP_CERT expired on 2026-11-22: get a new one from Alipay's console."],
    ),
    "app: expires now": (
        lambda: right(end=NOW),
        ["ALIPAY_APP_CERT expired on 2026-11-23: get a new one from Alipay's console."],
    ),
    "app: too early": (
        lambda: right(begin=LATER),
        ["ALIPAY_APP_CERT is not valid before 2026-11-24 08:00 UTC: is the clock right?"],
    ),
    "a root of the same name, and another key": (
        lambda: right()._replace(root=root_of("Ant Test", seed="a rival").pem),
        [f"{name} does not lead to ALIPAY_ROOT_CERT: nobody there has signed it (issuer {ROOT}). "
         "One of the two files is from elsewhere." for name in
         ("ALIPAY_APP_CERT", "ALIPAY_PUBLIC_CERT")],
    ),
    "a root of others": (
        lambda: right(with_authority=False)._replace(root=root_of("Others").pem),
        [elsewhere("ALIPAY_APP_CERT"), elsewhere("ALIPAY_PUBLIC_CERT")],
    ),
    "signed by a root that is missing, of the same organisation": (
        lambda: right(authority=root_of("Ant Test", name="Root R2")),
        [f"{name} does not lead to ALIPAY_ROOT_CERT: nobody there has signed it (issuer "
         f"{ROOT.replace('R1', 'R2')}). One of the two files is from elsewhere." for name in
         ("ALIPAY_APP_CERT", "ALIPAY_PUBLIC_CERT")],
    ),
    "Alipay's from elsewhere": (
        lambda: right()._replace(alipay=right(root=root_of("Others")).alipay),
        ["ALIPAY_PUBLIC_CERT does not lead to ALIPAY_ROOT_CERT: nobody there has signed it (issuer "
         f"{ROOT.replace('Ant Test', 'Others')}). One of the two files is from elsewhere."],
    ),
    "signed by what is not an authority": (
        lambda: right(authority=authority_of(root_of(), is_authority=False)),
        [f"{name} is signed by a certificate that may not sign ({AUTHORITY})."
         for name in ("ALIPAY_APP_CERT", "ALIPAY_PUBLIC_CERT")],
    ),
    "an authority that expired": (
        lambda: right(authority=authority_of(root_of(), end=EARLIER)),
        [f"An authority in {name} is not valid now ({AUTHORITY}): get the file again from "
         "Alipay's console." for name in ("ALIPAY_APP_CERT", "ALIPAY_PUBLIC_CERT")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_faults(case: str) -> None:
    files, expected = FAULTS[case]
    found = certificate_faults(CertificateSettings(*files()), private_key=private_pem(APP), now=NOW)
    assert list(found) == expected


def test_a_chain_that_lacks_a_link_is_not_proven() -> None:
    """So Alipay hands out the app's certificate; its authority is known by name alone."""
    short, whole = right(with_authority=False), right()
    assert unproven_chains(CertificateSettings(*whole)) == []
    assert unproven_chains(CertificateSettings(*short._replace(alipay=whole.alipay))) == [
        ("ALIPAY_APP_CERT", AUTHORITY)
    ]


def test_until_when_they_are_valid() -> None:
    assert certificates_end(CertificateSettings(*right(end=LATER))) == [
        ("ALIPAY_APP_CERT", LATER),
        ("ALIPAY_PUBLIC_CERT", datetime(2050, 1, 1, tzinfo=UTC)),
    ]
