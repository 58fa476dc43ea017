"""Registration, and the caller's own profile."""

from typing import Any

from django.contrib.auth import logout as session_end
from django.utils.translation import gettext_lazy as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from utils.api.validated import ValidatedMixin
from utils.limits.client_address import client_address

from ..models import UserProfile
from ..serializers import (
    CloseAccountSerializer,
    ProfileSerializer,
    RegisteredSerializer,
    RegisterSerializer,
)
from ..services.accounts import account_register, account_update
from ..services.closing import account_close
from ..tokens import token_make
from .answers import CLOSING_REFUSED

ANYTHING = OpenApiParameter(
    "id", str, OpenApiParameter.PATH, description=_("Anything: it is always the caller.")
)


class UserViewSet(ValidatedMixin, viewsets.ViewSet):
    """Registration, and the profile of the caller.

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
        responses={201: RegisteredSerializer},
    )
    def create(self, request: Request) -> Response:
        data = self.validated()
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
        responses={200: forced_singular_serializer(ProfileSerializer)},
    )
    def list(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        summary=_("The caller's profile"),
        parameters=[ANYTHING],
        responses={200: ProfileSerializer},
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        summary=_("Change the caller's profile"), parameters=[ANYTHING],
        request=ProfileSerializer(partial=True),
        responses={200: ProfileSerializer},
    )  # fmt: skip
    def update(self, request: Request, pk: str) -> Response:
        account: UserProfile = request.user  # type: ignore[assignment]
        # PUT may be partial too: the clients send back whatever they were given.
        changes = self.validated(account, partial=True)
        code = changes.pop("code", None)
        account_update(account=account, changes=changes, code=code, address=client_address(request))
        return Response(self.get_serializer(account).data)

    @extend_schema(
        summary=_("Change the caller's profile"), parameters=[ANYTHING],
        request=ProfileSerializer(partial=True),
        responses={200: ProfileSerializer},
    )  # fmt: skip
    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk)

    @extend_schema(
        summary=_("Close the caller's account with the code sent to its mobile"),
        parameters=[ANYTHING],
        request=CloseAccountSerializer,
        responses={204: None, 400: CLOSING_REFUSED},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        account: UserProfile = request.user  # type: ignore[assignment]
        code = self.validated()["code"]
        account_close(account=account, code=code, address=client_address(request))
        if request.auth is None:
            session_end(request._request)
        return Response(status=204)
