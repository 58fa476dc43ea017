"""How an account is found by what somebody types into a log-in form."""

from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from utils.limits.client_address import UNKNOWN, client_address

from .login_address import address_login_count
from .models import UserProfile
from .services.passwords import password_try, unknown_name_try


class GuardedBackend(ModelBackend):
    """What every backend that takes a password derives from (the check users.E001 sees to it).

    Every log-in leads here: the API, the administration, the browsable API. Address and account
    are limited here, so that no page can forget it. A refusal is a DomainError, which the API
    answers itself and mxshop.refusals answers for all other views.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> UserProfile | None:
        """Return the account; raises AddressTriesError, PasswordTriesError, LoginClosedError."""
        if username is None or password is None:
            return None
        # Without a request it is a management command.
        is_counted = request is None or address_login_count(request)
        address = UNKNOWN if request is None else client_address(request)
        return self.find(username, password, address=address, only_known=not is_counted)

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> UserProfile | None:
        # Django's own compares by itself.
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)

    def find(
        self, username: str, password: str, *, address: str, only_known: bool
    ) -> UserProfile | None:
        """Return the account that the password opens; it is compared by services.passwords."""
        raise NotImplementedError


class UsernameOrMobileBackend(GuardedBackend):
    """Django's own, but the username may also be the mobile of the account."""

    def find(
        self, username: str, password: str, *, address: str, only_known: bool
    ) -> UserProfile | None:
        accounts = list(UserProfile.objects.filter(Q(username=username) | Q(mobile=username)))
        # An old username may be somebody else's mobile by now: a mobile is proven by a code.
        accounts.sort(key=lambda account: account.mobile != username)
        for account in accounts:
            is_right = password_try(
                account=account,
                compare=partial(self._opens, account, password),
                address=address,
                only_known=only_known,
            )
            if is_right:
                return account
        if not accounts:
            unknown_name_try(
                name=username, password=password, address=address, only_known=only_known
            )
        return None

    def _opens(self, account: UserProfile, password: str) -> bool:
        return account.check_password(password) and self.user_can_authenticate(account)
