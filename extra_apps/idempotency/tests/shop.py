"""A small API whose work is to make groups, and whose answers are hard to repeat exactly."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter

from extra_apps.idempotency.decorators import idempotent


class GroupSerializer(serializers.Serializer):
    name = serializers.CharField()


def nothing(request: Request) -> None:
    pass


class GroupViewSet(viewsets.ViewSet):
    # What else happens while the work is done and not yet committed; an answer that it
    # returns takes the place of the usual one.
    meanwhile: Callable[[Request], Any] = staticmethod(nothing)

    @extend_schema(
        request=GroupSerializer,
        responses={201: GroupSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        group = Group.objects.create(name=uuid4().hex)
        returned = self.meanwhile(request)
        if isinstance(returned, HttpResponse):
            return returned
        data = {
            "name": group.name,
            "z before a": {"b": None, "a": [True, -0.0]},
            "amounts": [Decimal("156.00"), Decimal("0.10"), 123.30000000000001, 1e22, 10**30],
            "time": datetime(2026, 11, 23, 10, 55, 19, 89841, tzinfo=UTC),
            "text": '汉字 😀 \u2028 \x00 \\ "',
        }
        headers = {"Location": f"/groups/{group.pk}/"}
        return Response(data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"])
    @idempotent
    def silently(self, request: Request) -> Response:
        Group.objects.create(name=uuid4().hex)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OpenViewSet(GroupViewSet):
    permission_classes = (AllowAny,)


def refuse(request: Request) -> None:
    raise ValidationError({"name": ["no"]})


router = DefaultRouter()
router.register("groups", GroupViewSet, basename="group")
router.register("open", OpenViewSet, basename="open")
urlpatterns = router.urls
