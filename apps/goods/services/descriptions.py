"""Descriptions as staff bring them: pasted pictures become files, and losses are named."""

import base64
import binascii
import re
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from utils.pictures import picture_path, picture_store
from utils.text.rich_text import clean_html
from utils.text.rich_text_losses import losses
from utils.uploads.refusals import FileRefusedError

FOLDER = "descriptions"

# Pictures in the text itself, as programs paste them. What stands between is checked as it is read.
_INLINE = re.compile(r"""data:image/[\w.+-]{1,40};base64,([A-Za-z0-9+/=\s%]+)""")


class CleanDescription(NamedTuple):
    """``html`` as it may be kept; ``taken_away`` names what was lost, for who wrote it."""

    html: str
    taken_away: list[str]


def description_clean(html: str) -> CleanDescription:
    """Return a description as it may be kept, and what had to go.

    Pictures that were pasted into the text are kept as files (a rolled back transaction leaves
    them to the sweep). What could run in a buyer's browser is taken away, by the same rule that the
    model's field has.
    """
    refused: list[str] = []

    def as_file(match: re.Match[str]) -> str:
        try:
            return picture_path(_kept(match[1]))
        except FileRefusedError as error:
            refused.append(_("a pasted picture (%(reason)s)") % {"reason": error.args[0]})
            return ""

    with_files = _INLINE.sub(as_file, html)
    cleaned = clean_html(with_files)
    return CleanDescription(cleaned, [*refused, *losses(with_files, cleaned)])


def _kept(text: str) -> str:
    try:
        content = base64.b64decode(re.sub(r"\s+|%0A|%0D", "", text))
    except (binascii.Error, ValueError):
        content = b""
    return picture_store(ContentFile(content), folder=FOLDER)
