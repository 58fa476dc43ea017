"""New passwords, by a code or by the old password."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from utils.api.validated import BodyAPIView
from utils.limits.client_address import client_address

from ..login_address import address_login_count
from ..models import UserProfile
from ..serializers import (
    CodeRequestSerializer,
    PasswordChangeSerializer,
    ResetSerializer,
    TokenSerializer,
    check_password_strength,
)
from ..services.accounts import account_of_mobile, account_reset_password
from ..services.password_change import account_change_password, old_password_check
from ..tokens import token_make
from .public import PublicAPIView


class PasswordResetView(PublicAPIView):
    serializer_class = ResetSerializer
    throttle_scope = "reset"

    @extend_schema(
        summary=_("Set a new password with the code sent to the mobile; older tokens die"),
        responses={200: CodeRequestSerializer},
    )
    def post(self, request: Request) -> Response:
        data = self.validated()
        account = account_of_mobile(mobile=data["mobile"])
        check_password_strength(data["password"], account)
        account_reset_password(
            account=account,
            code=data["code"],
            password=data["password"],
            address=client_address(request),
        )
        return Response({"mobile": data["mobile"]})


class PasswordChangeView(BodyAPIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = PasswordChangeSerializer
    throttle_scope = "login"
    # When the cache is dead, the old password still counts where the account was opened before.
    throttle_fails_open = True

    @extend_schema(
        summary=_("Change the password; all older tokens and sessions die"),
        responses={200: TokenSerializer},
    )
    def post(self, request: Request) -> Response:
        data = self.validated()
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
