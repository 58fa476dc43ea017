"""Why a file is not read: one exception, and the texts that staff read."""

from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

TOO_LARGE = _("The file is larger than %(limit)d MB.")
EMPTY_FILE = _("The file is empty.")
UNKNOWN_NAME = _("Only .xlsx and .csv files are read; this is “%(name)s”.")
OLD_WORKBOOK = _(
    "This is a workbook of Excel 97–2003 (.xls) or one with a password. Save it as .xlsx without "
    "a password."
)
MACROS = _("This workbook has macros. Save it as .xlsx without macros.")
NOT_A_WORKBOOK = _("The file is named .xlsx, but is not an Excel workbook.")
WORKBOOK_AS_CSV = _("The file is named .csv, but is an Excel workbook. Rename it to .xlsx.")
BROKEN_WORKBOOK = _("The workbook is damaged. Open it in Excel and save it again.")
ELABORATE_WORKBOOK = _(
    "The workbook unpacks to far more than a list of goods needs. Copy its cells into a new one."
)
NO_SHEET = _("The workbook has no visible sheet.")
TOO_MANY_ROWS = _("More than %(limit)d rows. Split the file.")
TOO_MANY_COLUMNS = _("Row %(row)d has more than %(limit)d columns.")
LONG_CELL = _("Row %(row)d has a cell of more than %(limit)d characters.")
BINARY = _("This is not a text file. Save it as .xlsx or as CSV.")
WEB_PAGE = _("This is a web page, not a table. Open it in Excel and save it as .xlsx.")
UNKNOWN_ENCODING = _("The characters of this file are neither UTF-8 nor GBK (GB18030).")
AMBIGUOUS_ENCODING = _(
    "The characters of this file can be read as UTF-8 and as GBK. Save it as .xlsx or as "
    "“CSV UTF-8”."
)
BROKEN_CSV = _("The CSV file cannot be read at line %(line)d: a quotation mark is missing.")


class TableRefusedError(DomainError):
    """The file cannot be read as a table; the text says why."""

    def __init__(self, text: object, **values: object) -> None:
        super().__init__(str(text) % values if values else str(text))
