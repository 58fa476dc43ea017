"""Tokens: a new one for an old one, and whether one is good."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..serializers import TokenSerializer
from ..tokens import AUTHENTICATE_HEADER, token_refresh, token_user
from .answers import UNKNOWN_CALLER
from .public import PublicAPIView


class _TokenView(PublicAPIView):
    serializer_class = TokenSerializer

    def get_authenticate_header(self, request: Request) -> str:
        # Without it, DRF turns the 401 of a bad token into 403.
        return AUTHENTICATE_HEADER


class TokenRefreshView(_TokenView):
    @extend_schema(
        summary=_("A new token for one that is still good"),
        responses={200: TokenSerializer, **UNKNOWN_CALLER},
    )
    def post(self, request: Request) -> Response:
        return Response({"token": token_refresh(self.validated()["token"])})


class TokenVerifyView(_TokenView):
    @extend_schema(
        summary=_("Whether a token is good: 200, or 401"),
        responses={200: TokenSerializer, **UNKNOWN_CALLER},
    )
    def post(self, request: Request) -> Response:
        token = self.validated()["token"]
        token_user(token)
        return Response({"token": token})
