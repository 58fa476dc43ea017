"""Verification codes, sent by SMS."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from utils.limits.client_address import client_address

from ..serializers import CodeRequestSerializer
from ..services.accounts import purpose_check
from ..services.codes import verify_code_send
from .public import PublicAPIView


class CodeViewSet(PublicAPIView, viewsets.ViewSet):
    serializer_class = CodeRequestSerializer
    throttle_scope = "code"

    @extend_schema(
        summary=_("Send a verification code by SMS"),
        responses={201: CodeRequestSerializer},
    )
    def create(self, request: Request) -> Response:
        data = self.validated()
        mobile = data["mobile"]
        purpose_check(mobile=mobile, purpose=data["purpose"])
        verify_code_send(mobile=mobile, purpose=data["purpose"], address=client_address(request))
        return Response({"mobile": mobile}, status=201)
