"""Log-ins are counted by the address they come from, whatever page they are tried at."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from utils.api.errors import DomainError
from utils.cache.breaker import CacheUnreachableError
from utils.limits.throttling import count_address

SCOPE = "login"


class AddressTriesError(DomainError):
    """Too many log-ins from this address."""

    status = 429

    def __init__(self, *, wait: int | None) -> None:
        super().__init__(_("Too many log-ins. Please try again in a minute."), wait=wait)


def address_login_count(request: Request | HttpRequest) -> bool:
    """Count a log-in of the request's address, once per request; say whether it was counted.

    False: the cache does not answer. Whoever calls must then let nobody try but from an address
    that the account knows (``only_known`` of services.passwords). Raises AddressTriesError.
    """
    try:
        verdict = count_address(request, scope=SCOPE)
    except CacheUnreachableError:
        return False
    if not verdict.allowed:
        raise AddressTriesError(wait=verdict.wait)
    return True
