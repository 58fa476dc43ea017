"""What the OpenAPI description says of refusals."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

REFUSED = {
    400: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Texts by field.")),
    429: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Too often; see Retry-After.")),
}
CLOSING_REFUSED = {
    **REFUSED,
    400: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description=_("Texts by field, or in detail what must be settled before."),
    ),
}
UNKNOWN_CALLER = {
    401: OpenApiResponse(OpenApiTypes.OBJECT, description=_("No token, or one that is not good.")),
}
CLOSED = {
    503: OpenApiResponse(OpenApiTypes.OBJECT, description=_("Try again soon; see Retry-After.")),
}
