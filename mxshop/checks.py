"""System checks of the project as a whole: ``manage.py check``, and with ``--deploy``."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import split_domain_port, validate_host

from utils.alipay import AlipayKeyError, client_from_settings


@register(Tags.caches, deploy=True)
def shared_cache(**kwargs: Any) -> list[CheckMessage]:
    """Several processes need one cache: limits would multiply, edits would show late."""
    if "locmem" not in settings.CACHES["default"]["BACKEND"]:
        return []
    return [
        Warning(
            "REDIS_URL is not set: every process keeps a cache of its own.",
            hint="Set REDIS_URL when the shop runs in more than one process.",
            id="mxshop.W001",
        )
    ]


@register(Tags.security)
def alipay_keys(**kwargs: Any) -> list[CheckMessage]:
    """A shop whose keys are wrong sells, and learns of no payment."""
    try:
        client = client_from_settings()
    except AlipayKeyError as error:
        return [
            Error(
                str(error),
                hint="A key is its text or the path of its file: PEM, or the console's base64.",
                id="mxshop.E001",
            )
        ]
    if not client.public_key_is_own:
        return []
    return [
        Error(
            "ALIPAY_PUBLIC_KEY is the app's own, the other half of ALIPAY_PRIVATE_KEY: nothing "
            "that Alipay signs would be believed.",
            hint="The app's page at open.alipay.com shows Alipay's public key beside the app's.",
            id="mxshop.E002",
        )
    ]


@register(Tags.security)
def site_url_is_answered(**kwargs: Any) -> list[CheckMessage]:
    """A request for a host that is not listed is refused before any view, and kept nowhere."""
    host, _port = split_domain_port(urlsplit(settings.SITE_URL).netloc)
    if host and validate_host(host, settings.ALLOWED_HOSTS):
        return []
    # A developer may look at the shop under another address, and pay nothing.
    kind = Warning if settings.DEBUG else Error
    return [
        kind(
            "ALLOWED_HOSTS lacks the host of SITE_URL: every notice of Alipay's would be refused.",
            hint="ALLOWED_HOSTS=shop.example.com for SITE_URL=https://shop.example.com",
            id="mxshop.E003",
        )
    ]


@register(Tags.security, deploy=True)
def site_url_is_https(**kwargs: Any) -> list[CheckMessage]:
    """Buyers who paid come back to SITE_URL, and Alipay's notices do."""
    live = settings.ALIPAY_GATEWAY == "live" and not settings.DEBUG
    if not live or settings.SITE_URL.startswith("https://"):
        return []
    return [
        Warning(
            "SITE_URL is not https, where money is taken.",
            hint="SITE_URL=https://shop.example.com",
            id="mxshop.W002",
        )
    ]
