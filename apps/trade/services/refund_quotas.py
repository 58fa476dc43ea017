"""How many refund requests, and how many bytes of pictures, a buyer may leave with the shop.

The limits are settings (REFUND_REQUESTS_PER_DAY and those beside it). Requests are never deleted:
all is counted from the rows.
"""

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.limits.days import day_start, seconds_to_midnight

from ..models import RefundPicture, RefundRequest

MIB = 2**20


class RequestsPerDayError(DomainError):
    """The day's share is used up: 429, and Retry-After tells when the next day begins."""

    status = 429
    message = _("At most %(limit)d refund requests a day; please come back tomorrow.")


class RequestsPerOrderError(DomainError):
    """So many requests were made for the order; nothing was changed."""

    message = _("At most %(limit)d refund requests for one order; please leave a message.")


class PictureBytesError(DomainError):
    """All of the buyer's pictures together would be too large; nothing was changed."""

    field = "pictures"
    message = _("At most %(limit)d MB of pictures are kept; please leave them out.")


def request_quota_check(*, user_id: int, order_id: int, added_bytes: int) -> None:
    """Raise the error of the first limit that one more request would be beyond.

    Of parallel requests exactly as many succeed as fit where the caller has locked the account.
    """
    of_buyer = RefundRequest.objects.filter(order__user_id=user_id)
    per_day, per_order = settings.REFUND_REQUESTS_PER_DAY, settings.REFUND_REQUESTS_PER_ORDER
    if of_buyer.filter(add_time__gte=day_start()).count() >= per_day:
        text = RequestsPerDayError.message % {"limit": per_day}
        raise RequestsPerDayError(text, wait=seconds_to_midnight())
    if RefundRequest.objects.filter(order_id=order_id).count() >= per_order:
        raise RequestsPerOrderError(RequestsPerOrderError.message % {"limit": per_order})
    if not added_bytes:
        return
    pictures = RefundPicture.objects.filter(request__order__user_id=user_id)
    kept = pictures.aggregate(size=Sum("file_size"))["size"] or 0
    limit = settings.REFUND_PICTURES_MB_MAX
    if kept + added_bytes > limit * MIB:
        raise PictureBytesError(PictureBytesError.message % {"limit": limit})
