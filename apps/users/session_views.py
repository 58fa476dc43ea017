"""What ends log-ins: the log-out, and a new password."""

from typing import Any

from django.contrib.auth import logout as session_end
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from utils.limits.client_address import client_address

from .login_address import address_login_count
from .models import UserProfile
from .serializers import (
    LogoutSerializer,
    PasswordChangeSerializer,
    TokenSerializer,
    check_password_strength,
)
from .services.logins import login_end, logins_end_all
from .services.password_change import account_change_password, old_password_check
from .tokens import token_login_id, token_make
from .views import CLOSED, REFUSED, UNKNOWN_CALLER


class CallerAPIView(APIView):
    """One thing that whoever is logged in may do with the own account."""

    permission_classes = (IsAuthenticated,)
    serializer_class: type[BaseSerializer]

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        """The browsable API draws its form from it."""
        return self.serializer_class(*args, **kwargs)

    def get_data(self, request: Request) -> dict[str, Any]:
        """Return the checked body; raises ValidationError."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data


class LogoutView(CallerAPIView):
    serializer_class = LogoutSerializer

    @extend_schema(
        summary=_("Log out: the token is 401 from now on, or all of the account's are"),
        responses={204: None, **REFUSED, **UNKNOWN_CALLER},
    )
    def post(self, request: Request) -> Response:
        assert request.user.pk is not None
        if self.get_data(request)["everywhere"]:
            logins_end_all(user_id=request.user.pk)
        if request.auth is None:
            session_end(request._request)
        else:
            # A session that the browser has besides stays: it may be a member of staff's.
            login_end(user_id=request.user.pk, login_id=token_login_id(request.auth))
        return Response(status=204)


class PasswordChangeView(CallerAPIView):
    serializer_class = PasswordChangeSerializer
    throttle_scope = "login"
    # When the cache is dead, the old password still counts where the account was opened before.
    throttle_fails_open = True

    @extend_schema(
        summary=_("Change the password; all older tokens and sessions die"),
        responses={200: TokenSerializer, **REFUSED, **UNKNOWN_CALLER, **CLOSED},
    )
    def post(self, request: Request) -> Response:
        data = self.get_data(request)
        account: UserProfile = request.user  # type: ignore[assignment]
        address = client_address(request)
        old_password_check(
            account=account,
            password=data["old_password"],
            address=address,
            only_known=not address_login_count(request),
        )
        check_password_strength(data["password"], account)
        account_change_password(account=account, password=data["password"], address=address)
        return Response({"token": token_make(account)})
