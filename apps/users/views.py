"""Accounts: registration, codes, log-in, the caller's profile."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth import logout as session_end
from django.contrib.auth.models import update_last_login
from django.utils.translation import gettext_lazy as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from utils.limits.client_address import client_address

from .login_address import address_login_count
from .models import UserProfile
from .serializers import (
    CloseAccountSerializer,
    CodeRequestSerializer,
    LoginSerializer,
    ProfileSerializer,
    RegisteredSerializer,
    RegisterSerializer,
    ResetSerializer,
    TokenSerializer,
    check_password_strength,
)
from .services.accounts import (
    LoginRefusedError,
    account_code_login,
    account_of_mobile,
    account_register,
    account_reset_password,
    account_update,
    purpose_check,
)
from .services.closing import account_close
from .services.codes import verify_code_send
from .tokens import AUTHENTICATE_HEADER, token_make, token_refresh, token_user

# What the OpenAPI description says of refusals.
REFUSED = {
    400: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Texts by field.")),
    429: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Too often; see Retry-After.")),
}
CLOSING_REFUSED = {
    **REFUSED,
    400: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description=_("Texts by field, or in detail what must be settled before."),
    ),
}
UNKNOWN_CALLER = {
    401: OpenApiResponse(OpenApiTypes.OBJECT, description=_("No token, or one that is not good.")),
}
CLOSED = {
    503: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Try again soon; see Retry-After.")),
}

ANYTHING = OpenApiParameter(
    "id", str, OpenApiParameter.PATH, description=_("Anything: it is always the caller.")
)


class PublicAPIView(APIView):
    """Nobody is logged in here: a stale token of a client must not matter."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class: type[BaseSerializer]

    def get_data(self, request: Request) -> dict[str, Any]:
        """Return the checked body; raises ValidationError."""
        serializer = self.serializer_class(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        """The browsable API draws its form from it."""
        return self.serializer_class(*args, **kwargs)


class CodeViewSet(PublicAPIView, viewsets.ViewSet):
    serializer_class = CodeRequestSerializer
    throttle_scope = "code"

    @extend_schema(
        summary=_("Send a verification code by SMS"),
        responses={201: CodeRequestSerializer, **REFUSED, **CLOSED},
    )
    def create(self, request: Request) -> Response:
        data = self.get_data(request)
        mobile = data["mobile"]
        purpose_check(mobile=mobile, purpose=data["purpose"])
        verify_code_send(mobile=mobile, purpose=data["purpose"], address=client_address(request))
        return Response({"mobile": mobile}, status=201)


class UserViewSet(viewsets.ViewSet):
    """Registration, and the profile of whoever asks.

    The clients hard-code ``/users/1/``: the key in the path is never looked at.
    """

    lookup_value_regex = "[^/]+"
    delete_has_body = True  # for the schema

    # Set from the method, because authentication happens before ``action`` is known.
    def _is_registration(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [] if self._is_registration() else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self._is_registration() else IsAuthenticated()]  # type: ignore[list-item]

    def get_serializer_class(self) -> type[BaseSerializer]:
        if self.request is not None and self.request.method == "DELETE":
            return CloseAccountSerializer
        return RegisterSerializer if self._is_registration() else ProfileSerializer

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        return self.get_serializer_class()(*args, context={"request": self.request}, **kwargs)

    @property
    def throttle_scope(self) -> str | None:
        return "register" if self._is_registration() else None

    @extend_schema(
        summary=_("Register with the code sent to a mobile"),
        request=RegisterSerializer,
        responses={201: RegisteredSerializer, **REFUSED, **CLOSED},
    )
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        account = account_register(
            mobile=data["username"],
            code=data["code"],
            password=data["password"],
            address=client_address(request),
        )
        answer = {
            "username": account.username,
            "mobile": account.mobile,
            "token": token_make(account),
            "name": account.name or account.username,
        }
        return Response(answer, status=201)

    @extend_schema(
        summary=_("The caller's profile"),
        responses={200: forced_singular_serializer(ProfileSerializer), **UNKNOWN_CALLER},
    )
    def list(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        summary=_("The caller's profile"),
        parameters=[ANYTHING],
        responses={200: ProfileSerializer, **UNKNOWN_CALLER},
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        summary=_("Change the caller's profile"), parameters=[ANYTHING],
        request=ProfileSerializer(partial=True),
        responses={200: ProfileSerializer, **REFUSED, **UNKNOWN_CALLER},
    )  # fmt: skip
    def update(self, request: Request, pk: str) -> Response:
        account: UserProfile = request.user  # type: ignore[assignment]
        # PUT may be partial too: the clients send back whatever they were given.
        serializer = self.get_serializer(account, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        code = changes.pop("code", None)
        account_update(account=account, changes=changes, code=code, address=client_address(request))
        return Response(self.get_serializer(account).data)

    @extend_schema(
        summary=_("Change the caller's profile"), parameters=[ANYTHING],
        request=ProfileSerializer(partial=True),
        responses={200: ProfileSerializer, **REFUSED, **UNKNOWN_CALLER},
    )  # fmt: skip
    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk)

    @extend_schema(
        summary=_("Close the caller's account with the code sent to its mobile"),
        parameters=[ANYTHING],
        request=CloseAccountSerializer,
        responses={204: None, **CLOSING_REFUSED, **UNKNOWN_CALLER},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        account: UserProfile = request.user  # type: ignore[assignment]
        account_close(
            account=account,
            code=serializer.validated_data["code"],
            address=client_address(request),
        )
        if request.auth is None:
            session_end(request._request)
        return Response(status=204)


class LoginView(PublicAPIView):
    serializer_class = LoginSerializer
    throttle_scope = "login"
    # When the cache is dead, whoever logs in where the account was opened before still may.
    throttle_fails_open = True

    @extend_schema(
        summary=_("Log in by username or mobile, with a password or a code"),
        responses={200: TokenSerializer, **REFUSED, **CLOSED},
    )
    def post(self, request: Request) -> Response:
        data = self.get_data(request)
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


class _TokenView(PublicAPIView):
    serializer_class = TokenSerializer

    def get_authenticate_header(self, request: Request) -> str:
        # Without it, DRF turns the 401 of a bad token into 403.
        return AUTHENTICATE_HEADER


class TokenRefreshView(_TokenView):
    @extend_schema(
        summary=_("A new token for one that is still good"),
        responses={200: TokenSerializer, **REFUSED, **UNKNOWN_CALLER},
    )
    def post(self, request: Request) -> Response:
        return Response({"token": token_refresh(self.get_data(request)["token"])})


class TokenVerifyView(_TokenView):
    @extend_schema(
        summary=_("Whether a token is good: 200, or 401"),
        responses={200: TokenSerializer, **REFUSED, **UNKNOWN_CALLER},
    )
    def post(self, request: Request) -> Response:
        token = self.get_data(request)["token"]
        token_user(token)
        return Response({"token": token})


class PasswordResetView(PublicAPIView):
    serializer_class = ResetSerializer
    throttle_scope = "reset"

    @extend_schema(
        summary=_("Set a new password with the code sent to the mobile; older tokens die"),
        responses={200: CodeRequestSerializer, **REFUSED, **CLOSED},
    )
    def post(self, request: Request) -> Response:
        data = self.get_data(request)
        account = account_of_mobile(mobile=data["mobile"])
        check_password_strength(data["password"], account)
        account_reset_password(
            account=account,
            code=data["code"],
            password=data["password"],
            address=client_address(request),
        )
        return Response({"mobile": data["mobile"]})
