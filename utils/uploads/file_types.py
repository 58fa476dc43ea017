"""What an upload really is, told by its content: the name and type a client gives are ignored.

Pictures (JPEG, PNG, GIF, WebP, BMP), PDF, plain text and office documents are known; all
else is refused, and so is a file of a known kind that is something else as well: HTML,
SVG or a script inside a picture, a PDF or an archive behind one.

Signature libraries (filetype, puremagic, libmagic) answer "what does this look like",
which is the wrong question for a polyglot: it looks like what it wants to pass for. So the
few kinds the shop accepts are opened and read here. This is no virus scanner: macros are
refused where the document declares them, and whatever is accepted is only ever served as
a download.
"""

import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image

# A phone's largest ordinary photo; opening one takes at most some 200 MB for a moment.
MAX_PIXELS = 50_000_000

# What an office document may claim to unpack to.
MAX_UNPACKED = 500 * 2**20
MAX_CONTENT_TYPES = 2**20

UNKNOWN_KIND = _("Only pictures, PDF, text and office documents are accepted.")
ACTIVE_CONTENT = _("The file contains a web page or a script.")
BROKEN_PICTURE = _("The picture is damaged.")
HUGE_PICTURE = _("The picture has too many pixels.")
BROKEN_DOCUMENT = _("The document is damaged.")
WITH_MACROS = _("Documents with macros are not accepted.")


class FileRefusedError(Exception):
    """The content is of no accepted kind; the text says why, for the client to read."""


def file_suffix(content: bytes) -> str:
    """Return the suffix (``.png``) of what ``content`` is; raises FileRefusedError."""
    judge = next((judge for start, judge in _JUDGES if start.match(content)), None)
    if judge is None:
        return _judge_text(content)
    suffix = judge(content)
    _refuse_second_nature(content, suffix)
    return suffix


# --- More than one thing at once --------------------------------------------------------

_ACTIVE_TAGS = (
    "html|head|body|title|script|style|iframe|frame|frameset|object|embed|applet|form|input|"
    "button|textarea|meta|link|base|template|noscript|marquee"
)
# Every repetition is bounded, and none crosses the next "<": no content takes long.
_ACTIVE_MARKUP = (
    r"<(?=[!?a-z])(?:"
    r"!doctype\s{1,20}html|(?:" + _ACTIVE_TAGS + r")(?=[\s/>])"
    # Four bytes can be chance in a photo: what follows must be readable too.
    r"|svg[\s/>][\t-\r\x20-\x7e]{6}"
    r"|[a-z][a-z0-9]{0,20}[\s/][\t-\r\x20-;=?-~]{0,200}?\bon[a-z]{3,20}\s{0,20}=\s{0,20}[\"'\w]"
    r"|\?php|\?xml-stylesheet)"
    r"|\bjavascript:|\bvbscript:|data:text/html"
)
_ACTIVE_BYTES = re.compile(_ACTIVE_MARKUP.encode(), re.I)

_ZIP_END = b"PK\x05\x06"
_PDF_START = b"%PDF-"


def _refuse_second_nature(content: bytes, suffix: str) -> None:
    if _ACTIVE_BYTES.search(content):
        raise FileRefusedError(ACTIVE_CONTENT)
    # "GIF89a/*" begins a script, if nobody stops the browser from running it.
    if b"/*" in content[:12]:
        raise FileRefusedError(ACTIVE_CONTENT)
    # A PDF may begin anywhere in the first 1,024 bytes.
    if suffix != ".pdf" and _PDF_START in content[:1024]:
        raise FileRefusedError(UNKNOWN_KIND)
    # An archive is read from its end, whatever stands before it.
    if suffix not in _OPEN_XML.values() and _ends_as_archive(content):
        raise FileRefusedError(UNKNOWN_KIND)


def _ends_as_archive(content: bytes) -> bool:
    end = content.rfind(_ZIP_END)
    if end == -1 or len(content) < end + 22:
        return False
    comment_length = int.from_bytes(content[end + 20 : end + 22], "little")
    return end + 22 + comment_length == len(content)


# --- Pictures ---------------------------------------------------------------------------

# MPO is what Pillow calls a JPEG with a second picture inside, as phones make them.
_PICTURES = {
    "JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "BMP": ".bmp",
}  # fmt: skip


def _judge_picture(content: bytes) -> str:
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP", "BMP")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefusedError(HUGE_PICTURE)
            # A JPEG is read at an eighth of its size, which needs a 64th of the memory.
            image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
            return _PICTURES[image.format or ""]
    except FileRefusedError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileRefusedError(HUGE_PICTURE) from error
    except Exception as error:
        # Pillow raises whatever its decoders stumble over; for us it is all one.
        raise FileRefusedError(BROKEN_PICTURE) from error


# --- PDF --------------------------------------------------------------------------------


def _judge_pdf(content: bytes) -> str:
    # ISO 32000-1, 7.5.5: the last line is %%EOF; readers take it within the last 1,024 bytes.
    if b"%%EOF" not in content[-1024:]:
        raise FileRefusedError(BROKEN_DOCUMENT)
    return ".pdf"


# --- Office documents: Open XML (ECMA-376) ------------------------------------------------

_OPEN_XML = {
    b"wordprocessingml.document.main+xml": ".docx",
    b"spreadsheetml.sheet.main+xml": ".xlsx",
    b"presentationml.presentation.main+xml": ".pptx",
}


def _judge_open_xml(content: bytes) -> str:
    # Nothing after the archive, no comment in it.
    if content[-22:-18] != _ZIP_END:
        raise FileRefusedError(UNKNOWN_KIND)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or "META-INF/MANIFEST.MF" in names:
                raise FileRefusedError(UNKNOWN_KIND)
            with archive.open("[Content_Types].xml") as file:
                content_types = file.read(MAX_CONTENT_TYPES)
    except FileRefusedError:
        raise
    except Exception as error:
        # As with pictures: a damaged archive makes zipfile raise many things.
        raise FileRefusedError(BROKEN_DOCUMENT) from error
    if b"macroEnabled" in content_types or any(
        name.lower().endswith("vbaproject.bin") for name in names
    ):
        raise FileRefusedError(WITH_MACROS)
    if min(part.header_offset for part in parts) != 0 or len(names) != len(parts):
        raise FileRefusedError(UNKNOWN_KIND)
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileRefusedError(BROKEN_DOCUMENT)
    for content_type, suffix in _OPEN_XML.items():
        if content_type in content_types:
            return suffix
    raise FileRefusedError(UNKNOWN_KIND)


# --- Office documents: compound files (MS-CFB), as Office 97-2003 and WPS write them ------

_COMPOUND = {
    "WordDocument": ".doc",
    "Workbook": ".xls",
    "Book": ".xls",
    "PowerPoint Document": ".ppt",
}
_MACRO_STORAGES = {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}
# MS-PPT 2.4.10 and 2.4.11: a VBAInfoContainer whose fHasMacros is set.
_POWERPOINT_MACROS = re.compile(
    rb"\x0f\x00\xff\x03\x14\x00\x00\x00\x02\x00\x00\x04\x0c\x00\x00\x00.{4}\x01\x00\x00\x00",
    re.DOTALL,
)
_END_OF_CHAIN = 0xFFFFFFFA  # this and above are no sectors


def _judge_compound(content: bytes) -> str:
    try:
        names = _compound_names(content)
    except (struct.error, UnicodeDecodeError, IndexError, ValueError) as error:
        raise FileRefusedError(BROKEN_DOCUMENT) from error
    if names & _MACRO_STORAGES or _POWERPOINT_MACROS.search(content):
        raise FileRefusedError(WITH_MACROS)
    for name, suffix in _COMPOUND.items():
        if name in names:
            return suffix
    raise FileRefusedError(UNKNOWN_KIND)


def _compound_names(content: bytes) -> set[str]:
    """Return the names in the directory of a compound file; raises what _judge_compound knows."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        raise ValueError
    size = 1 << shift
    first_directory, _signature, _cutoff, _first_mini, _minis, first_difat = struct.unpack_from(
        "<6I", content, 48
    )

    def sector(number: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{size // 4}I", content, (number + 1) * size)

    allocation_sectors = list(struct.unpack_from("<109I", content, 76))
    limit = len(content) // size  # no chain is longer than the file
    for _step in range(limit):
        if first_difat >= _END_OF_CHAIN:
            break
        *more, first_difat = sector(first_difat)
        allocation_sectors += more
    next_of: list[int] = []
    for number in allocation_sectors[: limit + 109]:
        if number < _END_OF_CHAIN:
            next_of += sector(number)

    names: set[str] = set()
    number = first_directory
    for _step in range(limit):
        if number >= _END_OF_CHAIN:
            break
        start = (number + 1) * size
        for entry in range(start, start + size, 128):
            length, kind = struct.unpack_from("<HB", content, entry + 64)
            if kind and 2 <= length <= 64:
                names.add(content[entry : entry + length - 2].decode("utf-16-le"))
        number = next_of[number]
    return names


# --- Text ---------------------------------------------------------------------------------

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_OTHER_TAGS = (
    "a|abbr|address|area|article|aside|audio|b|bdi|bdo|big|blockquote|br|canvas|caption|center|"
    "cite|code|col|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|fieldset|figure|font|"
    "footer|h[1-6]|header|hgroup|hr|i|image|img|ins|kbd|label|legend|li|main|map|mark|math|menu|"
    "meter|nav|ol|optgroup|option|output|p|picture|plaintext|pre|progress|q|rp|rt|ruby|s|samp|"
    "search|section|select|slot|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|"
    "td|tfoot|th|thead|time|tr|track|tt|u|ul|var|video|wbr|xmp"
)
_MARKUP = re.compile(
    _ACTIVE_MARKUP + r"|<(?=[!?/a-z])(?:"
    # "a<b && b>c" is no tag: one ends at once, or has an attribute.
    r"/?(?:" + _OTHER_TAGS + "|" + _ACTIVE_TAGS + r")(?:\s{0,20}/?>|\s{1,20}[a-z:-]{1,30}\s{0,20}=)"
    r"|\?xml|!--|!\[CDATA\[|!doctype|!entity|[a-z]{1,30}:[a-z]{1,30}[\s/>])"
    r"|\A\s*<[!?/a-z]",
    re.I,
)  # fmt: skip
# Text to look at, programs to their readers.
_TEXT_PROGRAMS = ("{\\rtf", "%!PS")


def _judge_text(content: bytes) -> str:
    text = _decode(content)
    if text is None or _CONTROLS.search(text):
        raise FileRefusedError(UNKNOWN_KIND)
    if _MARKUP.search(text):
        raise FileRefusedError(ACTIVE_CONTENT)
    if text.lstrip().startswith(_TEXT_PROGRAMS) or "%PDF-" in text[:1024]:
        raise FileRefusedError(UNKNOWN_KIND)
    if _ends_as_archive(content):
        raise FileRefusedError(UNKNOWN_KIND)
    return ".txt"


def _decode(content: bytes) -> str | None:
    is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_utf_16 else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


# --- By how they begin ----------------------------------------------------------------------

_JUDGES: tuple[tuple[re.Pattern[bytes], Callable[[bytes], str]], ...] = tuple(
    (re.compile(start, re.DOTALL), judge)
    for start, judge in (
        (rb"\xff\xd8\xff", _judge_picture),
        (rb"\x89PNG\r\n\x1a\n", _judge_picture),
        (rb"GIF8[79]a", _judge_picture),
        (rb"RIFF.{4}WEBP", _judge_picture),
        # Two letters alone begin a text as well.
        (rb"BM.{4}\x00\x00\x00\x00", _judge_picture),
        (_PDF_START, _judge_pdf),
        (rb"PK\x03\x04", _judge_open_xml),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _judge_compound),
    )
)
