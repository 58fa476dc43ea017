"""Tables as downloads."""

from collections.abc import Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils import timezone

from utils.text.csv_files import csv_stream

from .xlsx_stream import Sheet, xlsx_stream

FORMATS = ("xlsx", "csv")
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def table_response(sheets: Sequence[Sheet], *, name: str, format: str) -> StreamingHttpResponse:
    """Return a download of ``name`` (ASCII) and the time; CSV has the first sheet alone."""
    content: Iterator[bytes]
    if format == "csv":
        content = csv_stream(sheets[0].header, sheets[0].rows)
    else:
        content = xlsx_stream(sheets)
    file_name = f"{name}-{timezone.localtime():%Y%m%d-%H%M}.{format}"
    return StreamingHttpResponse(
        content,
        content_type=_KINDS[format],
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Cache-Control": "no-store",
        },
    )
