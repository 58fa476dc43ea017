"""A buyer's refund requests over HTTP."""

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
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from extra_apps.idempotency.decorators import idempotent
from extra_apps.idempotency.schema import IDEMPOTENCY_PARAMETERS, IDEMPOTENCY_RESPONSES
from utils.api.lookups import parse_pk
from utils.api.owned import OwnedViewSet
from utils.api.pagination import NewestOrPagePagination
from utils.uploads.handlers import LimitedUploadMixin

from ..models import OrderInfo, RefundRequest
from ..serializers.refunds import (
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    RefundAskSerializer,
    RefundRequestSerializer,
)
from ..services.refund_pictures import PictureFiles, picture_files
from ..services.refund_requests import (
    refund_request_open,
    refund_request_withdraw,
)

ORDER_ID = OpenApiParameter(
    "order_id", int, OpenApiParameter.PATH, description=_("Id of an order.")
)
REQUEST_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description=_(
        "Texts by field; or detail when a request is open, or nothing can be given back. amount "
        "names what is left."
    ),
)
DECIDED = OpenApiResponse(OpenApiTypes.OBJECT, description=_("The shop has decided it."))
TOO_LARGE = OpenApiResponse(OpenApiTypes.OBJECT, description=_("More than 11 MB."))
TOO_OFTEN = OpenApiResponse(
    OpenApiTypes.OBJECT, description=_("Too often, or enough for today; see Retry-After.")
)


class RefundsOfBuyerViewSet(OwnedViewSet):
    """The caller's requests, whether or not the order is shown in the list."""

    queryset = RefundRequest.objects.all()
    serializer_class: Any = RefundRequestSerializer

    def get_queryset(self) -> Any:
        return RefundRequest.objects.of_buyer(self.caller_id).for_list()


@extend_schema_view(
    list=extend_schema(summary=_("The caller's refund requests, newest first")),
    retrieve=extend_schema(summary=_("One of the caller's refund requests")),
)
class RefundViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RefundsOfBuyerViewSet):
    pagination_class = NewestOrPagePagination

    @extend_schema(
        summary=_("Take a refund request back that nobody has decided"),
        request=None,
        responses={200: RefundRequestSerializer, 400: DECIDED},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        # Somebody else's is 404 before anything is locked.
        withdrawn = refund_request_withdraw(request_id=self.get_object().pk)
        return Response(self.get_serializer(withdrawn).data)


@extend_schema_view(
    list=extend_schema(
        summary=_("The refund requests for one of the caller's orders, newest first"),
        parameters=[ORDER_ID],
    ),
)
class OrderRefundsViewSet(LimitedUploadMixin, RefundsOfBuyerViewSet):
    upload_limit = MAX_PICTURE_BYTES
    # One more, so that the answer can say that there are too many.
    upload_files = MAX_PICTURES + 1

    def get_serializer_class(self) -> Any:
        return RefundAskSerializer if self.action == "create" else RefundRequestSerializer

    def list(self, request: Request, order_id: str) -> Response:
        order = self._order(order_id)
        requests = self.get_queryset().filter(order=order)
        return Response(self.get_serializer(requests, many=True).data)

    @extend_schema(
        summary=_("Ask for money back"),
        parameters=[ORDER_ID, *IDEMPOTENCY_PARAMETERS],
        request=RefundAskSerializer,
        responses={
            201: RefundRequestSerializer, 400: REQUEST_REFUSED, 413: TOO_LARGE, 429: TOO_OFTEN,
            **IDEMPOTENCY_RESPONSES,
        },
    )  # fmt: skip
    def create(self, request: Request, order_id: str) -> Response:
        # Somebody else's order is 404 before the fields are looked at.
        order = self._order(order_id)
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with picture_files(asked.validated_data["pictures"]) as files:
            return self._create(request, order, asked, files)

    @idempotent
    def _create(
        self, request: Request, order: OrderInfo, asked: RefundAskSerializer, files: PictureFiles
    ) -> Response:
        made = refund_request_open(
            user_id=self.caller_id, order_id=order.pk, wish=asked.wish(), files=files
        )
        shape = RefundRequestSerializer(made, context=self.get_serializer_context())
        return Response(shape.data, status=status.HTTP_201_CREATED)

    def _order(self, order_id: str) -> OrderInfo:
        orders = OrderInfo.objects.filter(user=self.caller_id).shown()
        order: OrderInfo = get_object_or_404(orders, pk=parse_pk(order_id))
        return order
