"""Which cashier the links of an answer lead to: that of a computer, or that of a phone."""

from functools import cached_property
from typing import Any

from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from utils.api.phones import is_phone

from .services.pay_links import PayFrom

PAY_FROM = OpenApiParameter(
    "pay_from",
    str,
    enum=list(PayFrom),
    description=gettext_lazy(
        "Which of Alipay's cashiers alipay_url leads to. Without it the User-Agent decides: a "
        "phone's gets the phone's, every other the computer's."
    ),
)
PAY_FROM_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT, description=gettext_lazy("A text about pay_from.")
)


def pay_from_of(request: Request) -> PayFrom:
    """Return which cashier a request wants. Raises ValidationError (400) on ``pay_from``.

    An empty ``pay_from`` counts as none.
    """
    wanted = request.query_params.get("pay_from", "")
    if wanted:
        try:
            return PayFrom(wanted)
        except ValueError:
            raise ValidationError({"pay_from": [_("It must be phone or computer.")]}) from None
    return PayFrom.PHONE if is_phone(request.headers.get("User-Agent", "")) else PayFrom.COMPUTER


class PayFromMixin(APIView):
    """For a viewset whose answers have links to the cashier."""

    @cached_property
    def pay_from(self) -> PayFrom:
        """Which cashier this request wants. Raises ValidationError."""
        return pay_from_of(self.request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say that the answer is the caller's alone, and differs by device."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["User-Agent"])
        patch_cache_control(answer, private=True)
        return answer
