"""Cart and orders over HTTP."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.goods.models import Goods
from extra_apps.idempotency.decorators import idempotent
from extra_apps.idempotency.schema import IDEMPOTENCY_PARAMETERS, IDEMPOTENCY_RESPONSES
from utils.api.owned import OwnedViewSet
from utils.api.pagination import NewestOrPagePagination
from utils.limits.throttling import CallerThrottle

from .models import CartLine, OrderInfo
from .serializers import (
    CartLineKeySerializer,
    CartLineNumsSerializer,
    CartLineSerializer,
    CheckoutSerializer,
    OrderDetailSerializer,
    OrderSerializer,
)
from .services.carts import cart_add, cart_remove, cart_set, holds_release_for
from .services.checkout import Destination, order_create
from .services.closing import order_delete
from .services.orders import OrderPaidError
from .services.pay_links import pay_link_make, pay_links_attach

GOODS_ID = OpenApiParameter("goods_id", int, OpenApiParameter.PATH, description=_("Id of goods."))
NUMS_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Texts by field, such as nums when there are not so many.")
)
CHECKOUT_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description=_(
        "Texts by field, non_field_errors when the cart is empty; or goods that ran out, as a "
        "list of goods (the id), name, wanted and available."
    ),
)
GATEWAY_SILENT = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Alipay does not say whether it is paid; try again soon.")
)


@extend_schema_view(
    list=extend_schema(summary=_("The lines of the caller's cart, newest first")),
    retrieve=extend_schema(
        summary=_("How many of the goods are in the cart; 404: none"), parameters=[GOODS_ID]
    ),
)
class ShoppingCartViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    queryset = CartLine.objects.all()
    lookup_field = "goods_id"

    def get_serializer_class(self) -> Any:
        if self.action == "list":
            return CartLineSerializer
        is_change = self.action in ("update", "partial_update")
        return CartLineNumsSerializer if is_change else CartLineKeySerializer

    def get_queryset(self) -> Any:
        lines = super().get_queryset()
        return lines.for_list() if self.action == "list" else lines

    @extend_schema(
        summary=_("Put goods into the cart, or more of them; they are held for the caller"),
        responses={201: CartLineKeySerializer, 400: NUMS_REFUSED},
    )
    def create(self, request: Request) -> Response:
        data = self.validated()
        goods: Goods = data["goods"]
        line = cart_add(user_id=self.caller_id, goods_id=goods.pk, nums=data["nums"])
        return Response(self.get_serializer(line).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("Change how many"), parameters=[GOODS_ID],
        request=CartLineNumsSerializer,
        responses={200: CartLineNumsSerializer, 400: NUMS_REFUSED},
    )  # fmt: skip
    def update(self, request: Request, goods_id: str) -> Response:
        # What is not in the cart is 404 before the number is looked at.
        line = self.get_object()
        nums = self.validated()["nums"]
        line = cart_set(user_id=self.caller_id, goods_id=line.goods_id, nums=nums)
        return Response(self.get_serializer(line).data)

    @extend_schema(
        summary=_("Change how many"), parameters=[GOODS_ID],
        request=CartLineNumsSerializer,
        responses={200: CartLineNumsSerializer, 400: NUMS_REFUSED},
    )  # fmt: skip
    def partial_update(self, request: Request, goods_id: str) -> Response:
        return self.update(request, goods_id)

    @extend_schema(summary=_("Take goods out of the cart"), parameters=[GOODS_ID])
    def destroy(self, request: Request, goods_id: str) -> Response:
        cart_remove(user_id=self.caller_id, goods_id=self.get_key())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CheckoutThrottle(CallerThrottle):
    scope = "checkout"


@extend_schema_view(
    list=extend_schema(summary=_("The caller's orders, newest first")),
    retrieve=extend_schema(summary=_("One of the caller's orders, with what was bought")),
)
class OrderViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    queryset = OrderInfo.objects.all()
    pagination_class = NewestOrPagePagination

    def get_serializer_class(self) -> Any:
        if self.action == "create":
            return CheckoutSerializer
        return OrderDetailSerializer if self.action == "retrieve" else OrderSerializer

    def get_queryset(self) -> Any:
        orders = super().get_queryset().shown()
        return orders.for_detail() if self.action == "retrieve" else orders

    def get_throttles(self) -> Any:
        throttles = super().get_throttles()
        return [*throttles, CheckoutThrottle()] if self.action == "create" else throttles

    def list(self, request: Request) -> Response:
        orders: Any = self.paginate_queryset(self.get_queryset())
        pay_links_attach(orders)
        return self.get_paginated_response(self.get_serializer(orders, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        pay_links_attach([order])
        return Response(self.get_serializer(order).data)

    @extend_schema(
        summary=_("Order all that is in the cart"),
        parameters=IDEMPOTENCY_PARAMETERS,
        responses={201: OrderSerializer, 400: CHECKOUT_REFUSED, **IDEMPOTENCY_RESPONSES},
    )
    @idempotent(retry_if=holds_release_for)
    def create(self, request: Request) -> Response:
        data = self.validated()
        shown_total = data.pop("order_mount")
        order = order_create(
            user_id=self.caller_id, destination=Destination(**data), shown_total=shown_total
        )
        pay_link_make(order)
        shape = OrderSerializer(order, context=self.get_serializer_context())
        return Response(shape.data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("Cancel an unpaid order; hide one that is over"),
        responses={
            204: None,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description=OrderPaidError.message),
            503: GATEWAY_SILENT,
        },
    )
    def destroy(self, request: Request, pk: str) -> Response:
        order_delete(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
