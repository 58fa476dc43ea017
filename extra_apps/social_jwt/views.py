"""The two ends of a sign-in: to the provider, and back to the shop with a token."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from social_core.exceptions import (
    AuthAssociationError,
    AuthCanceled,
    AuthConfigurationError,
    AuthCredentialError,
    AuthInputError,
    AuthProviderError,
    AuthSessionError,
    SocialAuthBaseException,
)
from social_django.utils import load_backend, load_strategy

from utils.cache.breaker import CacheUnreachableError
from utils.db.outages import is_outage
from utils.limits.throttling import count_address

from .strategy import CookieStrategy

logger = logging.getLogger(__name__)

COOKIE_SECONDS = 24 * 3600


@never_cache
@require_GET
def start(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the browser to the provider, with a state that this browser alone brings back."""
    backend = _load(request, provider)
    strategy: CookieStrategy = backend.strategy
    if not backend.setting("KEY"):
        return _back(_("This way to sign in is not set up."))
    # Who is logged in now will be linked to the identity that comes back, nobody else.
    strategy.memory["user"] = _pk(_current_user(request))
    response: HttpResponse = backend.start()
    strategy.write_cookie(response, path=_complete_path(provider))
    return response


@never_cache
@require_GET
def complete(request: HttpRequest, provider: str) -> HttpResponse:
    """Receive the browser from the provider: to the shop, with a token or with a message.

    Asks the provider over the network. An identity that is known opens its account; a new
    one makes an account, or is linked to the account whose session this is.
    """
    backend = _load(request, provider)
    strategy: CookieStrategy = backend.strategy
    strategy.read_cookie()
    if not _may_pass(request):
        return _back(_("Too many attempts, please try again later."))
    current_user = _current_user(request)
    try:
        if strategy.memory.get("user") != _pk(current_user):
            raise AuthSessionError(backend, code="user_mismatch", stage="callback")
        user = backend.complete(user=current_user, request=request)
    except SocialAuthBaseException as error:
        logger.info("sign-in by %s failed: %s at %s", provider, error.code, error.stage)
        return _back(_message(error))
    except Exception as error:
        # A provider may answer anything; the buyer gets a page, we the trace.
        if is_outage(error):
            logger.warning("sign-in by %s failed: %s", provider, error)
        else:
            logger.exception("sign-in by %s failed", provider)
        return _back(_("The sign-in failed, please try again later."))
    if user is None or not user.is_active:
        return _back(_("This account is disabled."))
    return _welcome(request, user)


def _load(request: HttpRequest, provider: str) -> Any:
    try:
        return load_backend(load_strategy(request), provider, _complete_path(provider))
    except AuthConfigurationError as error:
        raise Http404 from error


def _complete_path(provider: str) -> str:
    return reverse("social-complete", args=[provider])


def _current_user(request: HttpRequest) -> AbstractBaseUser | None:
    user = get_user(request)
    return user if user.is_authenticated else None  # type: ignore[return-value]


def _pk(user: AbstractBaseUser | None) -> Any:
    return None if user is None else user.pk


def _may_pass(request: HttpRequest) -> bool:
    try:
        return count_address(request, scope="social").allowed
    except CacheUnreachableError:
        return True  # there is nothing to guess here; the limit spares the provider


def _message(error: SocialAuthBaseException) -> str:
    """Return the text for the buyer; never what the provider wrote."""
    if isinstance(error, AuthCanceled):
        return _("The sign-in was cancelled.")
    if isinstance(error, AuthSessionError | AuthInputError | AuthCredentialError):
        return _("The sign-in has expired, please try again.")
    if isinstance(error, AuthAssociationError):
        return _("This identity already belongs to another account.")
    if isinstance(error, AuthProviderError) and error.code != "http_error":
        return _("The provider does not answer, please try again later.")
    return _("The sign-in failed, please try again later.")


def _back(message: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{settings.SOCIAL_JWT_RETURN_PATH}?message={quote(message)}")


def _welcome(request: HttpRequest, user: Any) -> HttpResponseRedirect:
    """Redirect to the shop with the two cookies of the contract, and no other."""
    token_make: Callable[[Any], str] = import_string(settings.SOCIAL_JWT_TOKEN_MAKER)
    name = getattr(user, "name", "") or user.get_username()
    response = HttpResponseRedirect(settings.SOCIAL_JWT_RETURN_PATH)
    for key, value in (("token", token_make(user)), ("name", "")):
        response.set_cookie(
            key, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure(),
            # With "/", the clients' log-out would not reach them.
            path=settings.SOCIAL_JWT_RETURN_PATH.rstrip("/"),
        )  # fmt: skip
    # The clients show the cookie as it stands, without decoding anything: the bytes must
    # be the UTF-8 that browsers read, not Python's \345\260\217 nor %E5%B0%8F.
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in ';"\\')
    response.cookies["name"].set("name", plain, plain.encode().decode("latin-1"))
    return response
