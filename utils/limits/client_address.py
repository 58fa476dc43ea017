"""Where a request comes from, as far as that can be believed."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

UNKNOWN = "unknown"

# What one household or one phone gets: within it, every address is the same client.
IPV6_PREFIX = 64


def client_address(request: Request | HttpRequest) -> str:
    """Return the client's address, behind exactly NUM_PROXIES proxies.

    X-Forwarded-For is read from its end, where the proxies write; what a client wrote
    there itself stands further left and is never reached (DRF's ``get_ident``, which
    ignores the header altogether when NUM_PROXIES is 0). IPv6 addresses are cut to their
    /64, because a client changes the rest at will. Returns at most 43 characters.
    """
    ident: str | None = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return address_normalise(ident or "")


@lru_cache(maxsize=2_000)
def address_normalise(text: str) -> str:
    """Return what client_address() returns for a client at the address ``text``."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.strip())
    except ValueError:
        # A unix socket has no address; and a proxy that passes on nonsense tells nothing.
        return UNKNOWN
    if address.is_unspecified:
        # What a server says that has lost it.
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
