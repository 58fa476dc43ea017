"""Rules about who gets in: secret key, hosts, origins, https, limits, DEBUG."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from types import SimpleNamespace
from urllib.parse import urlsplit

from utils.limits.rates import parse_rate

from .allowances import refused, unless

MIN_KEY_LENGTH, MIN_KEY_CHARACTERS = 32, 12
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
# Requests per second above which a limit limits nothing: requests that guess a secret; others.
MAX_GUESS_RATE, MAX_RATE = 10, 1000
OPEN_SCOPES = {"anon", "user", "checkout", "search", "upload"}
_LOCAL_ENDINGS = (".localhost", ".local", ".test", ".lan", ".internal", ".home.arpa")
# Registries sell names below these, so ".com.cn" would let in everybody's.
_SECOND_LEVELS = {"ac", "co", "com", "edu", "gov", "net", "org"}
_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.I)
_ORIGIN_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+", re.I)


def secret_key(shop: SimpleNamespace) -> Iterator[str]:
    key: str = shop.SECRET_KEY
    if len(key) < MIN_KEY_LENGTH:
        yield (
            "SECRET_KEY must be set to at least 32 random characters when DEBUG is off "
            "(DEBUG=true makes one under var/)."
        )
        return
    repeats = key in (key + key)[1:-1]
    guessable = len(set(key)) < MIN_KEY_CHARACTERS or repeats or key.startswith("django-insecure-")
    if guessable and not shop.DEBUG:
        yield (
            "SECRET_KEY is easy to guess (few different characters, or made by startproject): "
            f"write what this prints: {MAKE_A_KEY}"
        )


def allowed_hosts(shop: SimpleNamespace) -> Iterator[str]:
    for host in shop.ALLOWED_HOSTS:
        labels = host.lower().removeprefix(".").split(".")
        if host == "*":
            if not shop.DEBUG:  # with DEBUG, debug_is_private() speaks
                yield (
                    "ALLOWED_HOSTS=* lets anybody write the links in the shop's answers: "
                    "write its names, such as shop.example.com."
                )
        elif not _HOST.fullmatch(host):
            yield (
                f"ALLOWED_HOSTS: {host!r} is not a host name: write shop.example.com, "
                "without scheme, port or path."
            )
        elif host.startswith(".") and (
            len(labels) == 1 or (len(labels) == 2 and labels[0] in _SECOND_LEVELS)
        ):
            yield (
                f"ALLOWED_HOSTS: {host!r} lets in names that anybody can buy: "
                "write the shop's own, such as .shop.example.com."
            )


def origins(shop: SimpleNamespace) -> Iterator[str]:
    # Django takes a wildcard for the hosts below a name, django-cors-headers does not.
    for name, wildcards in (("CSRF_TRUSTED_ORIGINS", True), ("CORS_ALLOWED_ORIGINS", False)):
        for origin in getattr(shop, name):
            if not _is_origin(origin, wildcards=wildcards):
                yield (
                    f"{name}: {origin!r} is not an origin: write its scheme, host and port, such "
                    "as https://www.example.com, and no path or *."
                )
            elif not origin.startswith("https://") and refused(shop, "ALLOW_HTTP"):
                yield f"{name}: {origin!r} is not https: write https://." + unless("ALLOW_HTTP")


def _is_origin(text: str, *, wildcards: bool) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        parts.scheme in ("http", "https")
        and text == f"{parts.scheme}://{parts.netloc}"
        and "@" not in parts.netloc
        and bool(_ORIGIN_HOST.fullmatch(host))
        and (wildcards or "*" not in host)
        and (not host.startswith("*.") or "." in host[2:])
    )


def https(shop: SimpleNamespace) -> Iterator[str]:
    if not shop.HTTPS and refused(shop, "ALLOW_HTTP"):
        yield "HTTPS=false sends sessions in the clear: write true." + unless("ALLOW_HTTP")


def limits(shop: SimpleNamespace) -> Iterator[str]:
    rates = {f"THROTTLE_{scope.upper()}": (scope, text) for scope, text in
             shop.THROTTLE_RATES.items()}  # fmt: skip
    rates |= {f"SMS_PER_{scope.upper()}": ("sms", text) for scope, text in shop.SMS_RATES.items()}
    for name, (scope, text) in rates.items():
        try:
            rate = parse_rate(text)
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        if rate is None:
            if refused(shop, "ALLOW_NO_LIMITS"):
                yield f"{name}=off lets anybody try for ever: write a rate, such as 30/min." + (
                    unless("ALLOW_NO_LIMITS")
                )
        elif rate.requests > (MAX_RATE if scope in OPEN_SCOPES else MAX_GUESS_RATE) * rate.seconds:
            yield f"{name}={text} is more than the shop can answer: write less, such as 30/min."


def debug_is_private(shop: SimpleNamespace) -> Iterator[str]:
    """DEBUG shows traces to everybody and opens the demo's logins."""
    if not shop.DEBUG or "ALLOW_PUBLIC_DEBUG" in shop.ALLOWED_DANGERS:
        return
    end = ": write DEBUG=false." + unless("ALLOW_PUBLIC_DEBUG")
    if shop.ALIPAY_GATEWAY == "live":
        yield f"DEBUG=true beside ALIPAY_GATEWAY=live shows traces where money is taken{end}"
    site = urlsplit(shop.SITE_URL)
    if site.scheme == "https" and not is_local(site.hostname or ""):
        yield f"DEBUG=true beside SITE_URL={shop.SITE_URL} shows traces to the public{end}"
    public = [host for host in shop.ALLOWED_HOSTS if not is_local(host)]
    if public:
        yield f"DEBUG=true beside ALLOWED_HOSTS={','.join(public)} shows traces to the public{end}"


def is_local(host: str) -> bool:
    """Whether a host name is one of this machine or its network."""
    bare = host.strip("[]").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        return bare != "*" and ("." not in bare or bare.endswith(_LOCAL_ENDINGS))
    return address.is_private or address.is_loopback


RULES = (secret_key, allowed_hosts, origins, https, limits, debug_is_private)
