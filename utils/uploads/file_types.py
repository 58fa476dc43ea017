"""What an upload really is, told by its content: the name and type a client gives are ignored.

Pictures (JPEG, PNG, GIF, WebP, BMP), PDF, plain text and office documents are known; all
else is refused, and so is a file of a known kind that is something else as well: HTML,
SVG or a script inside a picture, a PDF or an archive behind one.

Signature libraries (filetype, puremagic, libmagic) answer "what does this look like",
which is the wrong question for a polyglot: it looks like what it wants to pass for. So the
few kinds the shop accepts are read here, each by a module of its own. This is not a virus
scanner: macros are refused where the document declares them, and whatever is accepted is only
ever served as a download.

Files are mapped, walked and searched, never decoded: whatever 10 MB are sent, an answer costs at
most 0.3 s of CPU, and a few megabytes of memory beside the file's own pages
(`python -m bench uploads`).
"""

from collections.abc import Callable
from typing import Any

from .active_content import refuse_active_content
from .archives import LOCAL, ends_as_archive
from .compound import compound_suffix
from .content import Content, content_of, starts_with
from .documents import open_xml_suffix, pdf_suffix
from .pictures import picture_suffix
from .refusals import UNKNOWN_KIND, FileRefusedError
from .text import text_suffix

_PDF_START = b"%PDF-"
_DOCUMENTS: tuple[tuple[bytes, Callable[[Content], str]], ...] = (
    (_PDF_START, pdf_suffix),
    (LOCAL, open_xml_suffix),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", compound_suffix),
)


def upload_suffix(upload: Any) -> str:
    """Return the suffix (``.png``) of what an uploaded file is; raises FileRefusedError."""
    with content_of(upload) as content:
        return file_suffix(content)


def file_suffix(content: Content) -> str:
    """Return the suffix (``.png``) of what ``content`` is; raises FileRefusedError."""
    if picture := picture_suffix(content):
        return picture
    for start, judge in _DOCUMENTS:
        if starts_with(content, start):
            suffix = judge(content)
            _refuse_second_nature(content, start)
            return suffix
    return text_suffix(content)


def _refuse_second_nature(content: Content, start: bytes) -> None:
    refuse_active_content(content)
    if start != _PDF_START and _PDF_START in content[:1024]:
        raise FileRefusedError(UNKNOWN_KIND)
    # An archive is read from its end, whatever stands before it.
    if start != LOCAL and ends_as_archive(content):
        raise FileRefusedError(UNKNOWN_KIND)
