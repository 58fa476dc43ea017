"""Plain text: decoded, and without control characters and markup, however long it is.

Text is decoded in pieces, so that one character that needs four bytes does not quadruple
10 MB. Markup is looked for in the UTF-8 of each piece: "<" and the letters behind it are
the same bytes in UTF-8 and GB18030, so that a verdict holds for both.
"""

import codecs
import re
from collections.abc import Iterator

from .active_content import (
    ACTIVE_TAGS,
    MAX_HANDLER_WORDS,
    OVERLAP,
    any_of,
    refuse_active_piece,
)
from .archives import ends_as_archive
from .content import PIECE, Content, starts_with
from .refusals import ACTIVE_CONTENT, UNKNOWN_KIND, FileRefusedError

# Lists of addresses (<a@example.com>) and programs have openings of tags; a text that is made
# of them is markup. Both bounds also bound what the search below may cost.
FREE_OPENINGS = 1_000
BYTES_PER_OPENING = 16
BYTES_PER_ANGLE = 4

OTHER_TAGS = (
    "a abbr address area article aside audio b bdi bdo big blockquote br canvas caption "
    "center cite code col data datalist dd del details dfn dialog dir div dl dt em fieldset "
    "figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i image img ins kbd label legend "
    "li main map mark math menu meter nav ol optgroup option output p picture plaintext pre "
    "progress q rp rt ruby s samp search section select slot small source span strike strong "
    "sub summary sup svg table tbody td tfoot th thead time tr track tt u ul var video wbr "
    "xmp"
)

# What Unicode calls white space, as UTF-8; without U+001C to U+001F, which no text may hold.
_SPACE = (
    rb"(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f"
    rb"|\xe3\x80\x80)"
)
_MARKUP = re.compile(
    rb"<(?=[!?/a-z])(?:"
    # "a<b && b>c" is not a tag: one ends at once, or has an attribute.
    rb"/?%(tag)s(?:/?>|%(space)s{1,20}+(?:/?>|[a-z:-]{1,30}+%(space)s{0,20}+=))"
    rb"|%(active)s%(space)s"
    rb"|\?xml|!--|!\[cdata\[|!doctype|!entity|[a-z]{1,30}+:[a-z]{1,30}+(?:/|>|%(space)s))"
    % {
        b"tag": any_of(f"{OTHER_TAGS} {ACTIVE_TAGS}").encode(),
        b"active": any_of(ACTIVE_TAGS).encode(),
        b"space": _SPACE,
    }
)
_BEGINS_AS_MARKUP = re.compile(r"<[!?/a-z]", re.I)
# Text to look at, programs to their readers.
_TEXT_PROGRAMS = ("{\\rtf", "%!PS")

_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\x0c\r"})
_MORE_CONTROLS = re.compile(r"[\x80-\x84\x86-\x9f]")
# Maps whatever may follow the "<" of an opening to "a", "<" to itself and the rest to a space.
_OPENINGS = bytes(
    0x3C if byte == 0x3C else 0x61 if chr(byte).isalpha() or byte in b"!?/" else 0x20
    for byte in range(128)
) + b" " * 128  # fmt: skip


def text_suffix(content: Content) -> str:
    """Return ``.txt``; raises FileRefusedError."""
    is_utf_16 = starts_with(content, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ["utf-16"] if is_utf_16 else ["utf-8", "gb18030"]:
        try:
            _judge(_decode(content, encoding), len(content))
        except UnicodeDecodeError:
            continue
        if ends_as_archive(content):
            raise FileRefusedError(UNKNOWN_KIND)
        return ".txt"
    raise FileRefusedError(UNKNOWN_KIND)


def _decode(content: Content, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    is_marked = encoding == "utf-8" and starts_with(content, codecs.BOM_UTF8)
    for start in range(len(codecs.BOM_UTF8) if is_marked else 0, len(content), PIECE):
        yield decoder.decode(content[start : start + PIECE])
    yield decoder.decode(b"", final=True)


def _judge(pieces: Iterator[str], size: int) -> None:
    """Raise FileRefusedError; or UnicodeDecodeError, when it is not text of this encoding."""
    carried = b""
    head = beginning = ""
    openings = angles = handler_words = 0
    has_more_controls = False
    for piece in pieces:
        if len(head) < 1024:
            head = (head + piece)[:1024]
        if len(beginning) < 16:
            beginning = (beginning + piece).lstrip()[:16]
        added = piece.encode()
        if len(added.translate(None, _CONTROLS)) != len(added):
            raise FileRefusedError(UNKNOWN_KIND)
        if b"\xc2" in added and _MORE_CONTROLS.search(piece):
            has_more_controls = True  # unless another piece is not of this encoding
        openings += (carried[-1:] + added).translate(_OPENINGS).count(b"<a")
        angles += added.count(b"<")
        if (
            openings > FREE_OPENINGS + size // BYTES_PER_OPENING
            or angles > FREE_OPENINGS + size // BYTES_PER_ANGLE
        ):
            raise FileRefusedError(ACTIVE_CONTENT)
        searched = carried + added.lower()
        first = 1 if len(carried) == OVERLAP else 0
        handler_words += refuse_active_piece(searched, first)
        if handler_words > MAX_HANDLER_WORDS or _MARKUP.search(searched, first):
            raise FileRefusedError(ACTIVE_CONTENT)
        carried = searched[-OVERLAP:]
    if has_more_controls:
        raise FileRefusedError(UNKNOWN_KIND)
    if _BEGINS_AS_MARKUP.match(beginning):
        raise FileRefusedError(ACTIVE_CONTENT)
    if beginning.startswith(_TEXT_PROGRAMS) or "%PDF-" in head:
        raise FileRefusedError(UNKNOWN_KIND)
