"""Why an upload is refused: one exception, and the texts that a client reads."""

from django.utils.translation import gettext_lazy as _

UNKNOWN_KIND = _("Only pictures, PDF, text and office documents are accepted.")
ACTIVE_CONTENT = _("The file contains a web page or a script.")
BROKEN_PICTURE = _("The picture is damaged.")
HUGE_PICTURE = _("The picture has too many pixels.")
HUGE_FILE = _("The file is larger than 40 MB.")
ELABORATE_PICTURE = _("The picture has too many parts.")
BROKEN_DOCUMENT = _("The document is damaged.")
WITH_MACROS = _("Documents with macros are not accepted.")


class FileRefusedError(Exception):
    """The content is of no accepted kind; the text says why, for the client to read."""
