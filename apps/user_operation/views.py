"""A buyer's own things: every queryset starts from the caller, so that others' are 404."""

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
from utils.api.owned import OwnedViewSet
from utils.api.pagination import NewestOrPagePagination
from utils.api.shape_lists import ShapeListMixin
from utils.uploads.handlers import LimitedUploadMixin

from .models import UserAddress, UserFav, UserLeavingMessage
from .serializers import (
    MAX_FILE_SIZE,
    AddressSerializer,
    MessageSerializer,
    UserFavKeySerializer,
    UserFavSerializer,
)
from .services.addresses import (
    address_add,
    address_change,
    address_remove,
)
from .services.favourites import favourite_add, favourite_remove
from .services.messages import message_leave, message_remove

MESSAGE_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description=_("Texts by field: what is wrong, or that as much is kept as may be."),
)
TOO_LARGE = OpenApiResponse(OpenApiTypes.OBJECT, description=_("More than a file of 10 MB."))
TOO_OFTEN = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Too often, or enough for today; see Retry-After.")
)
GOODS_GONE = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("The goods were removed a moment ago.")
)
GOODS_ID = OpenApiParameter("goods_id", int, OpenApiParameter.PATH, description=_("Id of goods."))


@extend_schema_view(
    list=extend_schema(summary=_("The caller's favourites, newest first")),
    retrieve=extend_schema(
        summary=_("Whether goods are a favourite: 200 or 404"), parameters=[GOODS_ID]
    ),
)
class UserFavViewSet(ShapeListMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    queryset = UserFav.objects.all()
    pagination_class = NewestOrPagePagination
    lookup_field = "goods_id"

    def get_serializer_class(self) -> Any:
        return UserFavSerializer if self.action == "list" else UserFavKeySerializer

    def get_queryset(self) -> Any:
        favourites = super().get_queryset()
        return favourites.for_list() if self.action == "list" else favourites

    @extend_schema(
        summary=_("Add a favourite"), responses={201: UserFavKeySerializer, 404: GOODS_GONE}
    )
    def create(self, request: Request) -> Response:
        goods: Goods = self.validated()["goods"]
        favourite = favourite_add(user_id=self.caller_id, goods_id=goods.pk)
        return Response(self.get_serializer(favourite).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary=_("Remove a favourite"), parameters=[GOODS_ID])
    def destroy(self, request: Request, goods_id: str) -> Response:
        favourite_remove(user_id=self.caller_id, goods_id=self.get_key())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(summary=_("The caller's messages, newest first")),
    retrieve=extend_schema(summary=_("One of the caller's messages")),
)
class MessageViewSet(
    LimitedUploadMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet
):
    queryset = UserLeavingMessage.objects.order_by("-pk")
    serializer_class = MessageSerializer
    pagination_class = NewestOrPagePagination
    upload_limit = MAX_FILE_SIZE

    @extend_schema(
        summary=_("Leave a message, with a file if need be"),
        responses={201: MessageSerializer, 400: MESSAGE_REFUSED, 413: TOO_LARGE, 429: TOO_OFTEN},
    )
    def create(self, request: Request) -> Response:
        data = self.validated()
        left = message_leave(
            user_id=self.caller_id,
            message_type=data["message_type"],
            subject=data["subject"],
            message=data["message"],
            attachment=data["file"],
        )
        return Response(self.get_serializer(left).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary=_("Delete a message and its file"))
    def destroy(self, request: Request, pk: str) -> Response:
        message_remove(user_id=self.caller_id, message_id=self.get_key())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(summary=_("The caller's addresses, oldest first")),
    retrieve=extend_schema(summary=_("One of the caller's addresses")),
)
class AddressViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    queryset = UserAddress.objects.order_by("pk")
    serializer_class = AddressSerializer

    @extend_schema(summary=_("Add an address; the first becomes the default"))
    def create(self, request: Request) -> Response:
        address = address_add(user_id=self.caller_id, fields=self.validated())
        return Response(self.get_serializer(address).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary=_("Change what is sent of an address, as PATCH does"),
        request=AddressSerializer(partial=True),
    )
    def update(self, request: Request, pk: str) -> Response:
        # Somebody else's address is 404 before its fields are looked at.
        fields = self.validated(self.get_object(), partial=True)
        address = address_change(user_id=self.caller_id, address_id=self.get_key(), fields=fields)
        return Response(self.get_serializer(address).data)

    @extend_schema(summary=_("Change what is sent of an address"))
    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk)

    @extend_schema(summary=_("Delete an address; the default passes to the newest left"))
    def destroy(self, request: Request, pk: str) -> Response:
        address_remove(user_id=self.caller_id, address_id=self.get_key())
        return Response(status=status.HTTP_204_NO_CONTENT)
