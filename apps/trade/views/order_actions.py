"""What a buyer does to an order beside paying it, and the numbers beside the tabs."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from utils.api.owned import OwnedViewSet

from ..models import OrderInfo
from ..models.order_queries import orders_counted
from ..order_status import ReceivedBy
from ..serializers.orders import CancelSerializer, OrderCountsSerializer, OrderDetailSerializer
from ..services.closing import order_cancel
from ..services.orders import CancelPaidError
from ..services.pay_links import pay_links_attach
from ..services.shipping import OrderNotShippedError, order_confirm

GATEWAY_SILENT = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Alipay does not say whether it is paid; try again soon.")
)


class OrderActionsMixin(OwnedViewSet):
    """Of the viewset of orders, whose ``get_queryset()`` gives what the buyer has not deleted."""

    @extend_schema(
        summary=_("How many orders wait in the tabs that show a number"),
        responses={200: OrderCountsSerializer},
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def counts(self, request: Request) -> Response:
        counts = orders_counted(user_id=self.caller_id, now=timezone.now())
        return Response(OrderCountsSerializer(counts).data)

    @extend_schema(
        summary=_("Close an unpaid order, which stays in the list"),
        request=CancelSerializer,
        responses={
            200: OrderDetailSerializer,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description=CancelPaidError.message),
            503: GATEWAY_SILENT,
        },
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        order_cancel(order, reason=self.validated()["reason"])
        return self._as_it_is_now(order)

    @extend_schema(
        summary=_("Say that what was ordered has arrived"),
        request=None,
        responses={
            200: OrderDetailSerializer,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description=OrderNotShippedError.message),
        },
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
        return self._as_it_is_now(order)

    def _as_it_is_now(self, order: OrderInfo) -> Response:
        changed: Any = OrderInfo.objects.for_detail().get(pk=order.pk)
        pay_links_attach([changed])
        return Response(OrderDetailSerializer.shape(changed, self.request))
