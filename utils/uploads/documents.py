"""PDF, and office documents since 2007: Open XML (ECMA-376), which is a zip archive."""

from .archives import BrokenArchiveError, archive_entries, entry_content
from .content import Content
from .refusals import BROKEN_DOCUMENT, UNKNOWN_KIND, WITH_MACROS, FileRefusedError

# What an office document may claim to unpack to. Nothing but its list of parts is unpacked here.
MAX_UNPACKED = 500 * 2**20
MAX_CONTENT_TYPES = 2**20

OPEN_XML = {
    b"wordprocessingml.document.main+xml": ".docx",
    b"spreadsheetml.sheet.main+xml": ".xlsx",
    b"presentationml.presentation.main+xml": ".pptx",
}


def pdf_suffix(content: Content) -> str:
    """Return ``.pdf``; raises FileRefusedError."""
    # ISO 32000-1, 7.5.5: the last line is %%EOF; readers take it within the last 1,024 bytes.
    if b"%%EOF" not in content[max(0, len(content) - 1024) :]:
        raise FileRefusedError(BROKEN_DOCUMENT)
    return ".pdf"


def open_xml_suffix(content: Content) -> str:
    """Return ``.docx``, ``.xlsx`` or ``.pptx``; raises FileRefusedError."""
    # Nothing after the archive, no comment in it.
    if content[max(0, len(content) - 22) :][:4] != b"PK\x05\x06":
        raise FileRefusedError(UNKNOWN_KIND)
    try:
        entries = archive_entries(content)
        parts = {entry.name: entry for entry in entries}
        if "[Content_Types].xml" not in parts or "META-INF/MANIFEST.MF" in parts:
            raise FileRefusedError(UNKNOWN_KIND)
        content_types = entry_content(
            content, parts["[Content_Types].xml"], limit=MAX_CONTENT_TYPES
        )
    except BrokenArchiveError as error:
        raise FileRefusedError(BROKEN_DOCUMENT) from error
    if b"macroEnabled" in content_types or any(
        name.lower().endswith("vbaproject.bin") for name in parts
    ):
        raise FileRefusedError(WITH_MACROS)
    if min(entry.offset for entry in entries) != 0 or len(parts) != len(entries):
        raise FileRefusedError(UNKNOWN_KIND)
    if sum(entry.size for entry in entries) > MAX_UNPACKED:
        raise FileRefusedError(BROKEN_DOCUMENT)
    for content_type, suffix in OPEN_XML.items():
        if content_type in content_types:
            return suffix
    raise FileRefusedError(UNKNOWN_KIND)
