"""Which ways to sign in by another site the shop has."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from extra_apps.social_jwt.services import social_providers

from ..serializers import LoginProviderSerializer


class ProvidersView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary=_("The providers that a log-in page can offer"),
        responses={200: LoginProviderSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return Response(
            [
                {
                    "provider": provider,
                    "url": request.build_absolute_uri(
                        reverse("social-start", kwargs={"provider": provider})
                    ),
                }
                for provider in social_providers()
            ]
        )
