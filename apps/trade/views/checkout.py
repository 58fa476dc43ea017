"""Checkout and its preview over HTTP."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.goods.serializers import ShortagesSerializer
from extra_apps.idempotency.decorators import idempotent
from utils.api.owned import OwnedViewSet
from utils.limits.throttling import CallerThrottle

from ..pay_from import PAY_FROM, PayFromMixin
from ..serializers.checkout import (
    CheckoutSerializer,
    PreviewCheckoutSerializer,
    PreviewSerializer,
)
from ..serializers.orders import OrderSerializer
from ..services.checkout import order_create
from ..services.checkout_preview import order_preview
from ..services.lapsed_holds import holds_release_for
from ..services.pay_links import pay_link_make

CHECKOUT_REFUSED = OpenApiResponse(
    ShortagesSerializer,
    description=_(
        "Texts by field, non_field_errors when the cart is empty; or goods that ran out, as a "
        "list of goods (the id), name, wanted and available."
    ),
)


class CheckoutThrottle(CallerThrottle):
    scope = "checkout"


class CheckoutViews(PayFromMixin, OwnedViewSet):
    """The part of OrderViewSet in which there is no order yet."""

    def get_serializer_class(self) -> Any:
        return CheckoutSerializer if self.action == "create" else PreviewCheckoutSerializer

    def get_throttles(self) -> Any:
        throttles = super().get_throttles()
        return [*throttles, CheckoutThrottle()] if self.action == "create" else throttles

    @extend_schema(
        summary=_("Order the cart, some lines of it, or goods beside it"),
        parameters=[PAY_FROM],
        responses={201: OrderSerializer, 400: CHECKOUT_REFUSED},
    )
    @idempotent(retry_if=holds_release_for)
    def create(self, request: Request) -> Response:
        pay_from = self.pay_from  # one that cannot be is refused before anything is ordered
        asked = self._asked()
        order = order_create(
            user_id=self.caller_id, choice=asked.choice, destination=asked.destination,
            shown_total=asked.validated_data["order_mount"],
        )  # fmt: skip
        pay_link_make(order, pay_from=pay_from)
        return Response(OrderSerializer.shape(order, request), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("What an order would cost, and what speaks against it; changes nothing"),
        responses={200: PreviewSerializer},
    )
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        asked = self._asked()
        preview = order_preview(
            user_id=self.caller_id, choice=asked.choice, destination=asked.destination,
            shown_total=asked.validated_data["order_mount"],
        )  # fmt: skip
        return Response(PreviewSerializer(preview, context=self.get_serializer_context()).data)

    def _asked(self) -> Any:
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer
