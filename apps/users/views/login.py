"""Log-in and log-out."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth import logout as session_end
from django.contrib.auth.models import update_last_login
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from utils.api.validated import BodyAPIView
from utils.limits.client_address import client_address

from ..login_address import address_login_count
from ..models import UserProfile
from ..serializers import LoginSerializer, LogoutSerializer, TokenSerializer
from ..services.accounts import LoginRefusedError, account_code_login
from ..services.logins import login_end, logins_end_all
from ..tokens import token_login_id, token_make
from .public import PublicAPIView


class LoginView(PublicAPIView):
    serializer_class = LoginSerializer
    throttle_scope = "login"
    # When the cache is down, an address that the account knows may still log in.
    throttle_fails_open = True

    @extend_schema(
        summary=_("Log in by username or mobile, with a password or a code"),
        responses={200: TokenSerializer},
    )
    def post(self, request: Request) -> Response:
        data = self.validated()
        if "password" in data:
            user: Any = authenticate(
                request._request, username=data["username"], password=data["password"]
            )
        else:
            user = self._user_of_code(request, data["username"], data["code"])
        if user is None:
            raise LoginRefusedError
        update_last_login(UserProfile, user)
        return Response({"token": token_make(user)})

    @staticmethod
    def _user_of_code(request: Request, mobile: str, code: str) -> UserProfile:
        only_known = not address_login_count(request)
        return account_code_login(
            mobile=mobile, code=code, address=client_address(request), only_known=only_known
        )


class LogoutView(BodyAPIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = LogoutSerializer

    @extend_schema(
        summary=_("Log out: the token is 401 from now on, or all of the account's are"),
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        assert request.user.pk is not None
        if self.validated()["everywhere"]:
            logins_end_all(user_id=request.user.pk)
        if request.auth is None:
            session_end(request._request)
        else:
            # A session that the browser has besides stays: it may be a member of staff's.
            login_end(user_id=request.user.pk, login_id=token_login_id(request.auth))
        return Response(status=204)
