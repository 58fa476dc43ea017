"""The XML parts of a workbook, read as a stream of elements within bounds."""

import re
from collections.abc import Callable
from xml.parsers import expat

from . import bounds, refusals
from .refusals import TableRefusedError

PIECE = 2**16
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class XmlPart:
    """Calls ``start`` and ``end`` for each element, by its name without the namespace.

    ``text`` collects what stands inside of elements after ``begin_text()``.
    """

    def __init__(self, start: Start, end: End) -> None:
        self._start, self._end = start, end
        self._elements = self._depth = 0
        self._text: list[str] | None = None
        self._length = 0

    def read(self, content: bytes) -> None:
        """Raises TableRefusedError for what is damaged or beyond a bound."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = self._on_text
        # Entities are declared there, and no program that writes workbooks has any.
        parser.StartDoctypeDeclHandler = self._on_doctype
        try:
            for place in range(0, len(content), PIECE):
                parser.Parse(content[place : place + PIECE], False)
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError) as error:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK) from error

    def begin_text(self) -> None:
        self._text, self._length = [], 0

    def end_text(self) -> str:
        text = "".join(self._text or ())
        self._text = None
        return text

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > bounds.MAX_ELEMENTS or self._depth > bounds.MAX_DEPTH:
            raise TableRefusedError(refusals.ELABORATE_WORKBOOK)
        self._start(name.rpartition(" ")[2], attributes)

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        self._end(name.rpartition(" ")[2])

    def _on_text(self, text: str) -> None:
        # More than a cell may have is cut, and refused by who counts the characters.
        if self._text is not None and self._length <= bounds.MAX_CELL:
            self._text.append(text)
            self._length += len(text)

    def _on_doctype(self, *_declaration: object) -> None:
        raise TableRefusedError(refusals.BROKEN_WORKBOOK)


def unescape(text: str) -> str:
    """Replace what XML cannot hold and workbooks write as _x000D_; surrogates stay as written."""
    if "_x" not in text:
        return text

    def letter(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPE.sub(letter, text)
