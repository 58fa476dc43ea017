"""Cart and orders over HTTP."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.goods.models import Goods
from apps.goods.services.stock import OutOfStockError
from extra_apps.idempotency.decorators import idempotent
from extra_apps.idempotency.schema import IDEMPOTENCY_PARAMETERS, IDEMPOTENCY_RESPONSES
from utils.api.errors import RequestRefused
from utils.api.owned import OwnedViewSet
from utils.api.pagination import NewestOrPagePagination
from utils.db.transactions import retry_on_deadlock
from utils.limits.throttling import CallerThrottle

from .models import CartLine, OrderInfo
from .order_status import OVER, Event, MoveRefusedError
from .serializers import (
    OUT_OF_STOCK,
    CartLineKeySerializer,
    CartLineNumsSerializer,
    CartLineSerializer,
    CheckoutSerializer,
    OrderDetailSerializer,
    OrderSerializer,
)
from .services.carts import (
    NotOnSaleError,
    TooManyLinesError,
    cart_add,
    cart_remove,
    cart_set,
    retry_after_releasing_holds,
)
from .services.checkout import (
    CartEmptyError,
    Destination,
    TotalDiffersError,
    TotalNotPayableError,
    order_create,
)
from .services.closing import Outcome, order_close_via_gateway
from .services.orders import OrderNotHiddenError, order_hide
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
ORDER_PAID = _("The order is paid: it cannot be deleted before it is finished.")


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
        line = self._write(cart_add, goods_id=goods.pk, nums=data["nums"])
        return Response(self.get_serializer(line).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("Change how many"), parameters=[GOODS_ID],
        request=CartLineNumsSerializer,
        responses={200: CartLineNumsSerializer, 400: NUMS_REFUSED},
    )  # fmt: skip
    def update(self, request: Request, goods_id: str) -> Response:
        # What is not in the cart is 404 before the number is looked at.
        line = self.get_object()
        line = self._write(cart_set, goods_id=line.goods_id, nums=self.validated()["nums"])
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
        try:
            cart_remove(user_id=self.caller_id, goods_id=self.get_key())
        except CartLine.DoesNotExist as error:
            raise Http404 from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _write(self, write: Callable[..., CartLine], **arguments: int) -> CartLine:
        try:
            return write(user_id=self.caller_id, **arguments)
        except CartLine.DoesNotExist as error:
            raise Http404 from error
        except OutOfStockError as error:
            raise ValidationError({"nums": [OUT_OF_STOCK]}) from error
        except TooManyLinesError as error:
            limit = {"limit": settings.CART_MAX_LINES}
            text = _("At most %(limit)d kinds of goods in a cart.") % limit
            raise ValidationError({"non_field_errors": [text]}) from error
        except NotOnSaleError as error:
            raise ValidationError(
                {"goods": [_("These goods are not on sale any more.")]}
            ) from error


class CheckoutThrottle(CallerThrottle):
    scope = "checkout"


def _out_of_stock(error: OutOfStockError) -> Response:
    """Name what ran out. Not an exception of DRF's: those make texts of the numbers."""
    lines = [
        {"goods": line.goods_id, "name": line.name, "wanted": line.wanted,
         "available": line.available}
        for line in error.shortages
    ]  # fmt: skip
    return Response({"goods": lines}, status=status.HTTP_400_BAD_REQUEST)


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
    @retry_on_deadlock
    def create(self, request: Request) -> Response:
        try:
            return retry_after_releasing_holds(lambda: self._checkout(request))
        except OutOfStockError as error:
            return _out_of_stock(error)

    @idempotent
    def _checkout(self, request: Request) -> Response:
        data = self.validated()
        shown_total = data.pop("order_mount")
        try:
            order = order_create(
                user_id=self.caller_id, destination=Destination(**data), shown_total=shown_total
            )
        except CartEmptyError as error:
            raise ValidationError({"non_field_errors": [_("The cart is empty.")]}) from error
        except TotalDiffersError as error:
            text = _("The total is %(total)s yuan now.") % {"total": error.total}
            raise ValidationError({"order_mount": [text]}) from error
        except TotalNotPayableError as error:
            text = _("%(total)s yuan cannot be paid in one order.") % {"total": error.total}
            raise ValidationError({"non_field_errors": [text]}) from error
        pay_link_make(order)
        shape = OrderSerializer(order, context=self.get_serializer_context())
        return Response(shape.data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("Cancel an unpaid order; hide one that is over"),
        responses={
            204: None,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description=ORDER_PAID),
            503: GATEWAY_SILENT,
        },
    )
    def destroy(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        looks_over = order.status_now in OVER
        try:
            if order.pay_status not in OVER:
                event = Event.EXPIRE if looks_over else Event.CANCEL
                if order_close_via_gateway(order_id=order.pk, event=event) == Outcome.PAID:
                    raise RequestRefused(ORDER_PAID)
            if looks_over:
                order_hide(order_id=order.pk)
        except (MoveRefusedError, OrderNotHiddenError) as error:
            raise RequestRefused(ORDER_PAID) from error
        return Response(status=status.HTTP_204_NO_CONTENT)
