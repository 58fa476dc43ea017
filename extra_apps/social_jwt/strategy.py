"""social-auth for a shop without sessions: the state of a sign-in is in one signed cookie."""

from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from social_core.backends.oauth import BaseOAuth2
from social_core.exceptions import AuthAssociationError
from social_django.strategy import DjangoStrategy

COOKIE = "social_state"
SALT = "extra_apps.social_jwt"


class CookieStrategy(DjangoStrategy):
    """Keeps in ``memory`` what social-auth wants to keep in the session.

    The clients hang on cookies that they do not know. This one goes to /complete/<provider>/
    alone, ends by itself, and is never written there; that a state counts once is the
    storage's business.
    """

    def __init__(self, storage: Any, request: HttpRequest | None = None, tpl: Any = None) -> None:
        super().__init__(storage, request, tpl)
        self.memory: dict[str, Any] = {}

    def read_cookie(self) -> None:
        assert self.request is not None
        try:
            self.memory = signing.loads(
                self.request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=BaseOAuth2.STATE_LIFETIME
            )
        except signing.BadSignature:
            self.memory = {}

    def write_cookie(self, response: HttpResponse, *, path: str) -> None:
        assert self.request is not None
        response.set_cookie(
            COOKIE, signing.dumps(self.memory, salt=SALT), max_age=BaseOAuth2.STATE_LIFETIME,
            path=path, httponly=True, samesite="Lax", secure=self.request.is_secure(),
        )  # fmt: skip

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.memory.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.memory[name] = value

    def session_pop(self, name: str) -> Any:
        return self.memory.pop(name, None)

    def session_setdefault(self, name: str, value: Any) -> Any:
        return self.memory.setdefault(name, value)

    def authenticate(self, backend: Any, **kwargs: Any) -> Any:
        """Run the pipeline as a whole or not at all; the provider has been asked before."""
        try:
            with transaction.atomic():
                return super().authenticate(backend, **kwargs)
        except AuthAssociationError:
            if kwargs.get("user") is not None:
                raise
            # The same person in another tab was faster: now there is an account to find.
            with transaction.atomic():
                return super().authenticate(backend, **kwargs)
