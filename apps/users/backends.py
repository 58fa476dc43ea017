"""How an account is found by what somebody types into a log-in form."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from .models import UserProfile


class UsernameOrMobileBackend(ModelBackend):
    """Django's own, but the username may also be the mobile of the account."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> UserProfile | None:
        if username is None or password is None:
            return None
        accounts = list(UserProfile.objects.filter(Q(username=username) | Q(mobile=username)))
        # An old username may be somebody else's mobile by now: a mobile is proven by a code.
        accounts.sort(key=lambda account: account.mobile != username)
        for account in accounts:
            if account.check_password(password):
                return account if self.user_can_authenticate(account) else None
        if not accounts:
            # As slow as with an account, so that the time does not tell there is none.
            UserProfile().set_password(password)
        return None
