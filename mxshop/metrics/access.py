"""Who may read /metrics: METRICS_ALLOW, addresses and networks."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def is_allowed(request: HttpRequest) -> bool:
    """Whether a request comes from one of METRICS_ALLOW, behind exactly NUM_PROXIES proxies.

    A proxy that the shop was not told of would make everybody its neighbour: who says that he
    was passed on is refused then.
    """
    if not settings.NUM_PROXIES and "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    ident: str | None = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    try:
        address = ip_address((ident or "").strip())
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings.METRICS_ALLOW)
