"""The cart over HTTP."""

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

from utils.api.owned import OwnedViewSet

from ..models import CartLine
from ..models.carts import cart_shown
from ..serializers.carts import CartLineKeySerializer, CartLineNumsSerializer, CartLineSerializer
from ..services.carts import cart_add, cart_remove, cart_set

GOODS_ID = OpenApiParameter("goods_id", int, OpenApiParameter.PATH, description=_("Id of goods."))
NUMS_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Texts by field, such as nums when there are not so many.")
)


@extend_schema_view(
    list=extend_schema(summary=_("The lines of the caller's cart, newest first")),
    retrieve=extend_schema(
        summary=_("How many of the goods are in the cart; 404: none"), parameters=[GOODS_ID]
    ),
)
class ShoppingCartViewSet(mixins.RetrieveModelMixin, OwnedViewSet):
    queryset = CartLine.objects.all()
    lookup_field = "goods_id"

    def get_serializer_class(self) -> Any:
        if self.action == "list":
            return CartLineSerializer
        is_change = self.action in ("update", "partial_update")
        return CartLineNumsSerializer if is_change else CartLineKeySerializer

    def list(self, request: Request) -> Response:
        lines = cart_shown(user_id=self.caller_id)
        return Response(CartLineSerializer.shapes(lines, request))

    @extend_schema(
        summary=_("Put goods into the cart, or more of them; they are held for the caller"),
        responses={201: CartLineKeySerializer, 400: NUMS_REFUSED},
    )
    def create(self, request: Request) -> Response:
        data = self.validated()
        line = cart_add(user_id=self.caller_id, goods_id=data["goods_id"], nums=data["nums"])
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
