"""Rules about money: the shop's address, Alipay's gateway, its keys and certificates."""

import re
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http.request import split_domain_port, validate_host

from .allowances import refused, unless

if TYPE_CHECKING:
    from utils.alipay.certificates import CertificateSettings

EXAMPLE = "https://shop.example.com"
CERTIFICATES = ("ALIPAY_APP_CERT", "ALIPAY_ROOT_CERT", "ALIPAY_PUBLIC_CERT")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+", re.I)


def site_url(shop: SimpleNamespace) -> Iterator[str]:
    """Buyers who paid come back to SITE_URL, and Alipay's notices do."""
    url: str = shop.SITE_URL
    if not url:
        return  # merchant() says so
    if not _is_site(url):
        yield f"SITE_URL={url!r} is not the shop's address: write {EXAMPLE}, without a path."
        return
    if not url.startswith("https://") and refused(shop, "ALLOW_HTTP"):
        yield f"SITE_URL={url} is not https, where money is taken: write {EXAMPLE}." + (
            unless("ALLOW_HTTP")
        )
    if not shop.DEBUG and not site_is_answered(url, shop.ALLOWED_HOSTS):
        yield (
            "ALLOWED_HOSTS lacks the host of SITE_URL, so every notice of Alipay's would be "
            f"refused: add {urlsplit(url).hostname}."
        )


def _is_site(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and url == f"{parts.scheme}://{parts.netloc}"
        and "@" not in parts.netloc
        and bool(_HOST.fullmatch(parts.hostname or ""))
    )


def site_is_answered(url: str, allowed_hosts: list[str]) -> bool:
    """Whether a request for the host of ``url`` is let in."""
    host, _port = split_domain_port(urlsplit(url).netloc)
    return bool(host) and validate_host(host, allowed_hosts)


def gateway(shop: SimpleNamespace) -> Iterator[str]:
    if shop.ALIPAY_GATEWAY == "local" and not shop.DEBUG:
        yield "ALIPAY_GATEWAY=local pays with nothing: it needs DEBUG=true."
    if shop.ALIPAY_GATEWAY == "sandbox" and refused(shop, "ALLOW_SANDBOX"):
        yield (
            "ALIPAY_GATEWAY=sandbox is paid with play money: write live."
            + unless("ALLOW_SANDBOX")
        )  # fmt: skip


def merchant(shop: SimpleNamespace) -> Iterator[str]:
    if shop.ALIPAY_GATEWAY == "local":
        return
    with_certificates = any(getattr(shop, name) for name in CERTIFICATES)
    names = ["SITE_URL", "ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY"]
    if not with_certificates:
        names.append("ALIPAY_PUBLIC_KEY")
    for name in names:
        if not getattr(shop, name):
            yield f"{name} must be set, unless ALIPAY_GATEWAY is local."
    for name, form, what in (
        ("ALIPAY_APP_ID", r"[0-9]{16}", "16 digits of the app's page at open.alipay.com"),
        ("ALIPAY_SELLER_ID", r"2088[0-9]{12}", "16 digits that begin with 2088"),
    ):
        if getattr(shop, name) and not re.fullmatch(form, getattr(shop, name)):
            yield f"{name}={getattr(shop, name)[:40]!r} is wrong: write the {what}."
    if with_certificates:
        yield from _certificates(shop)
    elif shop.ALIPAY_PRIVATE_KEY and shop.ALIPAY_PUBLIC_KEY:
        yield from _keys(shop)


def _keys(shop: SimpleNamespace) -> Iterator[str]:
    """A shop whose keys are wrong sells, and learns of no payment."""
    from utils.alipay.keys import read_private_key, read_public_key

    private = yield from _read(shop, "ALIPAY_PRIVATE_KEY", read_private_key)
    public = yield from _read(shop, "ALIPAY_PUBLIC_KEY", read_public_key)
    if private and public and private.n == public.n:
        yield (
            "ALIPAY_PUBLIC_KEY is the app's own, the other half of ALIPAY_PRIVATE_KEY: write "
            "Alipay's, which the app's page at open.alipay.com shows beside it."
        )


def _certificates(shop: SimpleNamespace) -> Iterator[str]:
    """An app is set to keys or to certificates at Alipay; certificates come as three."""
    from utils.alipay.certificate_faults import certificate_faults
    from utils.alipay.keys import read_private_key

    given = certificate_settings(shop)
    set_, missing = (
        [name for name, text in zip(CERTIFICATES, given, strict=True) if bool(text) is wanted]
        for wanted in (True, False)
    )
    if missing:
        yield (
            f"{' and '.join(missing)} must be set beside {' and '.join(set_)}: certificate mode "
            "needs three certificates. Without any of them, ALIPAY_PUBLIC_KEY is used."
        )
    if shop.ALIPAY_PUBLIC_KEY:
        yield (
            f"ALIPAY_PUBLIC_KEY is set beside {' and '.join(set_)}: an app is set to keys or to "
            "certificates at Alipay. Remove what its page at open.alipay.com does not show."
        )
    if shop.ALIPAY_PRIVATE_KEY:
        yield from _read(shop, "ALIPAY_PRIVATE_KEY", read_private_key)
    if not missing:
        yield from certificate_faults(
            given, private_key=shop.ALIPAY_PRIVATE_KEY, now=datetime.now(UTC)
        )


def certificate_settings(shop: Any) -> "CertificateSettings":
    """Return the three certificates of ``shop``, whose attributes are settings."""
    from utils.alipay.certificates import CertificateSettings

    return CertificateSettings(*(getattr(shop, name) for name in CERTIFICATES))


def _read(
    shop: SimpleNamespace, name: str, reader: Callable[[str], Any]
) -> Generator[str, None, Any]:
    from utils.alipay.errors import AlipayKeyError

    try:
        return reader(getattr(shop, name))
    except AlipayKeyError as error:
        yield f"{error} Write the key's text or the path of its file: PEM, or bare base64."


RULES = (site_url, gateway, merchant)
