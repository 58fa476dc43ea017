"""The language of a text that is kept, or sent to others."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def in_shop_language() -> AbstractContextManager[None]:
    """Translate into LANGUAGE_CODE inside of the ``with``, whatever language the request asks for.

    For texts that other people read later: the history of a row, the subject of a payment.
    """
    return translation.override(settings.LANGUAGE_CODE)
