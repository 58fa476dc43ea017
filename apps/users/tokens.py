"""Tokens of the clients; nothing else in the project knows which library makes them.

A token names its account (``user_id``, an integer, and ``username``), ends after seven days
and carries a digest of the password's hash: with the password, all older tokens change
into nothing. Every way in which a token can be wrong is 401 with one and the same text.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt import authentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from utils.api.lookups import MAX_BIGINT

from .models import UserProfile

INVALID_TOKEN = _("The token is invalid or has expired.")

AUTHENTICATE_HEADER = 'JWT realm="api"'


def token_make(user: UserProfile) -> str:
    """Return a new token of ``user``, good for seven days (SIMPLE_JWT in the settings)."""
    token = AccessToken.for_user(user)
    token[api_settings.USER_ID_CLAIM] = user.pk
    token["username"] = user.get_username()
    return str(token)


def token_user(token: str) -> UserProfile:
    """Return the account that ``token`` opens; raises AuthenticationFailed (401)."""
    user, _token = _Authentication().open(token)
    return user


class _Authentication(authentication.JWTAuthentication):
    def open(self, raw_token: str | bytes) -> tuple[UserProfile, AccessToken]:
        try:
            token = AccessToken(raw_token)  # type: ignore[arg-type]
            user_id = token[api_settings.USER_ID_CLAIM]
            # A foreign signer of ours might write anything: True is no account number.
            if type(user_id) is not int or not 0 < user_id <= MAX_BIGINT:
                raise AuthenticationFailed(INVALID_TOKEN)
            user: Any = self.get_user(token)
        except (TokenError, AuthenticationFailed, KeyError) as error:
            raise AuthenticationFailed(INVALID_TOKEN) from error
        except (ValueError, TypeError, ArithmeticError, OSError, RecursionError) as error:
            # Endless nesting, an ``exp`` in the year 10**30: the library lets them through.
            raise AuthenticationFailed(INVALID_TOKEN) from error
        return user, token


class JWTAuthentication(_Authentication):
    """``Authorization: JWT <token>``; without that header, somebody else may look."""

    def authenticate(self, request: Request) -> Any:
        header = self.get_header(request)
        parts = header.split() if header else []
        if not parts or parts[0] != b"JWT":
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
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": _("`JWT <token>`, the token being that of `POST /login/`"),
        }
