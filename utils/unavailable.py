from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException


class ServiceUnavailable(APIException):
    """Something the shop depends on does not answer; the client may try again soon."""

    status_code = 503
    default_detail = _("The service is temporarily unavailable, please try again later.")
    default_code = "unavailable"
    wait = 5  # seconds, sent as Retry-After
