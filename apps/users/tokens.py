"""Tokens of the clients; nothing else in the project knows which library makes them.

A token names its account (``user_id``, an integer, and ``username``) and ends after seven days.
Three claims end it earlier:

* a digest of the password's hash: with the password, all older tokens are over;
* ``epoch``, the account's ``login_epoch``: when that moves, all older tokens are over;
* ``sid``, the log-in that the token comes from. A refreshed token keeps it. Revoking a log-in
  therefore ends every token of it, those too whose refresh was under way meanwhile.

No claim is compared with a time, so that a token made within the second of a log-out is judged
right. Every way in which a token can be wrong is 401 with one and the same text.
"""

import re
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt import authentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from utils.api.lookups import MAX_BIGINT
from utils.cache.process_memory import ProcessMemory
from utils.db.written_once import Given, Read

from .models import RevokedLogin, UserProfile

INVALID_TOKEN = _("The token is invalid or has expired.")

AUTHENTICATE_HEADER = 'JWT realm="api"'

# How a header may begin; schemes are the same in any case (RFC 9110, 11.1).
SCHEMES = (b"jwt", b"bearer")

LOGIN_CLAIM = "sid"
EPOCH_CLAIM = "epoch"


def _accounts() -> QuerySet[UserProfile]:
    revoked = RevokedLogin.objects.filter(user_id=Given("user_id"), login_id=Given("login_id"))
    return UserProfile.objects.filter(~Exists(revoked), pk=Given("user_id"), is_active=True)


_ACCOUNT = Read(_accounts)

# Tokens that opened an account, by their text, read and their signature checked: most of what a
# token costs, and as true the next time. 2.4 KB each.
_opened = ProcessMemory[AccessToken](500)

_LOGIN_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def token_make(user: UserProfile, *, login_id: str = "") -> str:
    """Return a new token of ``user``, good for seven days (SIMPLE_JWT in the settings).

    It belongs to the log-in ``login_id``, or begins a new one.
    """
    token = AccessToken.for_user(user)
    token[api_settings.USER_ID_CLAIM] = user.pk
    token["username"] = user.get_username()
    token[LOGIN_CLAIM] = login_id or token[api_settings.JTI_CLAIM]
    token[EPOCH_CLAIM] = user.login_epoch
    return str(token)


def token_refresh(token: str) -> str:
    """Return a new token of the log-in that ``token`` comes from; raises AuthenticationFailed.

    Whatever ended the log-in or the account since ``token`` was checked ends the new one, too.
    """
    user, opened = _Authentication().open(token)
    return token_make(user, login_id=token_login_id(opened))


def token_user(token: str) -> UserProfile:
    """Return the account that ``token`` opens; raises AuthenticationFailed (401)."""
    user, _token = _Authentication().open(token)
    return user


def token_login_id(token: Any) -> str:
    """Return the log-in that a token comes from (``request.auth`` is such a token).

    Raises AuthenticationFailed when its claim is malformed. Tokens from before there was a claim
    are log-ins of their own.
    """
    login_id = token.get(LOGIN_CLAIM, token[api_settings.JTI_CLAIM])
    if not isinstance(login_id, str) or not _LOGIN_ID.fullmatch(login_id):
        raise AuthenticationFailed(INVALID_TOKEN)
    return login_id


class _Authentication(authentication.JWTAuthentication):
    def open(self, raw_token: str | bytes) -> tuple[UserProfile, AccessToken]:
        try:
            token = _opened.get(raw_token)
            if token is None:
                token = AccessToken(raw_token)  # type: ignore[arg-type]
            else:
                token.check_exp(current_time=timezone.now())
            user = self.get_user(token)
            _opened.keep(raw_token, token)
        except (TokenError, AuthenticationFailed, KeyError) as error:
            raise AuthenticationFailed(INVALID_TOKEN) from error
        except (ValueError, TypeError, ArithmeticError, OSError, RecursionError) as error:
            # Endless nesting, an ``exp`` in the year 10**30: the library lets them through.
            raise AuthenticationFailed(INVALID_TOKEN) from error
        return user, token

    def get_user(self, validated_token: Any) -> Any:
        """Return the account; raises AuthenticationFailed unless the token opens it. One query."""
        user_id = validated_token[api_settings.USER_ID_CLAIM]
        epoch = validated_token.get(EPOCH_CLAIM, 0)
        # A foreign signer of ours might write anything: True is not an account number.
        if type(user_id) is not int or not 0 < user_id <= MAX_BIGINT or type(epoch) is not int:
            raise AuthenticationFailed(INVALID_TOKEN)
        login_id = token_login_id(validated_token)
        user = _ACCOUNT.first(user_id=user_id, login_id=login_id)
        if user is None or user.login_epoch != epoch:
            raise AuthenticationFailed(INVALID_TOKEN)
        if validated_token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(
            user.password
        ):
            raise AuthenticationFailed(INVALID_TOKEN)
        return user


class JWTAuthentication(_Authentication):
    """``Authorization: JWT <token>``, or ``Bearer``; without it, somebody else may look."""

    def authenticate(self, request: Request) -> Any:
        header = self.get_header(request)
        parts = header.split() if header else []
        if not parts or parts[0].lower() not in SCHEMES:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(INVALID_TOKEN)
        return self.open(parts[1])

    def authenticate_header(self, request: Request) -> str:
        return AUTHENTICATE_HEADER


class JWTScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI description names it."""

    target_class = "apps.users.tokens.JWTAuthentication"
    name = "jwt"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": _(
                "The token of `POST /login/`. Sent as `Bearer <token>` or `JWT <token>`."
            ),
        }
