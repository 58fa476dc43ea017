"""Orders over HTTP."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from utils.api.pagination import NewestOrPagePagination

from ..buyer_status import Tab
from ..models import OrderInfo
from ..models.order_queries import order_shown, orders_newest
from ..pay_from import PAY_FROM, PAY_FROM_REFUSED
from ..serializers.orders import (
    CancelSerializer,
    OrderDetailSerializer,
    OrderInListSerializer,
    OrderTabSerializer,
)
from ..services.closing import order_delete
from ..services.orders import OrderPaidError
from ..services.pay_links import pay_links_attach
from .checkout import CheckoutViews
from .order_actions import GATEWAY_SILENT, OrderActionsMixin

SERIALIZERS = {"retrieve": OrderDetailSerializer, "cancel": CancelSerializer}


@extend_schema_view(
    list=extend_schema(
        summary=_("The caller's orders, newest first"),
        parameters=[OrderTabSerializer, PAY_FROM],
        responses={200: OrderInListSerializer(many=True), 400: PAY_FROM_REFUSED},
    ),
    retrieve=extend_schema(
        summary=_("One of the caller's orders, with what was bought"),
        parameters=[PAY_FROM],
        responses={200: OrderDetailSerializer, 400: PAY_FROM_REFUSED},
    ),
)
class OrderViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, CheckoutViews, OrderActionsMixin
):
    queryset = OrderInfo.objects.all()
    pagination_class = NewestOrPagePagination

    def get_serializer_class(self) -> Any:
        if self.action in ("create", "preview"):
            return super().get_serializer_class()
        return SERIALIZERS.get(self.action, OrderInListSerializer)

    def get_queryset(self) -> Any:
        orders = super().get_queryset().shown()
        return orders.for_list() if self.action == "list" else orders

    def list(self, request: Request) -> Response:
        orders: Any = self.paginate_queryset(self._asked_for(request))
        pay_links_attach(orders, pay_from=self.pay_from)
        return self.get_paginated_response(OrderInListSerializer.shapes(orders, request))

    def _asked_for(self, request: Request) -> Any:
        """Return the orders that the query asks for, to be paged; raises ValidationError."""
        if request.query_params.get("status"):
            query = OrderTabSerializer(data=request.query_params)
            query.is_valid(raise_exception=True)
            tab = Tab(query.validated_data["status"])
            return self.get_queryset().in_tab(tab, timezone.now())
        if request.query_params.get("page"):
            return self.get_queryset()
        return orders_newest(user_id=self.caller_id)

    def retrieve(self, request: Request, pk: str) -> Response:
        order = order_shown(user_id=self.caller_id, order_id=self.get_key())
        if order is None:
            raise Http404
        pay_links_attach([order], pay_from=self.pay_from)
        return Response(OrderDetailSerializer.shape(order, request))

    @extend_schema(
        summary=_("Hide an order that is over; an unpaid one is closed before"),
        responses={
            204: None,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description=OrderPaidError.message),
            503: GATEWAY_SILENT,
        },
    )
    def destroy(self, request: Request, pk: str) -> Response:
        order_delete(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
