"""What an idempotent action adds to its description: its decorator puts it there."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from .keys import HEADER, PATTERN, REPLAYED_HEADER
from .services import KeyReusedError, KeyRunningError

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 257, "pattern": f"^{PATTERN}$"},
    OpenApiParameter.HEADER,
    description=_(
        "A value of the client's own, such as a UUID: with the same one the request can be "
        "repeated for 24 hours, and is carried out once."
    ),
)
IDEMPOTENCY_REPLAYED = OpenApiParameter(
    REPLAYED_HEADER,
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200, 201],
    description=_("Present when this is the answer to an earlier request with the same key."),
)
IDEMPOTENCY_PARAMETERS = [IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED]

IDEMPOTENCY_RESPONSES = {
    409: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description=_("A request with the same key is still at work; see Retry-After."),
        examples=[OpenApiExample("409", {"detail": KeyRunningError.message})],
    ),
    422: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description=_("The key was used for a different request."),
        examples=[OpenApiExample("422", {"detail": KeyReusedError.message})],
    ),
}
