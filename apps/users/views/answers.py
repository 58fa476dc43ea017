"""What the OpenAPI description says of refusals that cannot be seen from the view."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

CLOSING_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description=_("Texts by field, or in detail what must be settled before."),
)
UNKNOWN_CALLER = {
    401: OpenApiResponse(OpenApiTypes.OBJECT, description=_("No token, or one that is not good.")),
}
