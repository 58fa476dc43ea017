"""XLSX (ECMA-376): which sheet of a workbook is read, and what its parts say about cells."""

import posixpath
from dataclasses import dataclass, field

from utils.uploads.archives import BrokenArchiveError, Entry, archive_entries, entry_content
from utils.uploads.content import Content
from utils.uploads.documents import open_xml_suffix
from utils.uploads.refusals import WITH_MACROS, FileRefusedError

from . import bounds, refusals
from .cells import Table
from .formats import styles_of
from .refusals import TableRefusedError
from .sheet import SheetReader
from .xml_parts import XmlPart, unescape


@dataclass
class _Book:
    sheets: list[tuple[str, str]] = field(default_factory=list)  # name, id of the relation
    is_1904: bool = False


def xlsx_table(content: Content) -> Table:
    """Read the first visible sheet of a workbook; raises TableRefusedError."""
    parts = _Parts(content)
    book_name = parts.main()
    book = _read_book(parts.get(book_name))
    if not book.sheets:
        raise TableRefusedError(refusals.NO_SHEET)
    targets = parts.relations(book_name)
    name, relation = book.sheets[0]
    texts = next((part for kind, part in targets.values() if kind == "sharedStrings"), None)
    styles = next((part for kind, part in targets.values() if kind == "styles"), None)
    if relation not in targets:
        raise TableRefusedError(refusals.BROKEN_WORKBOOK)
    reader = SheetReader(
        texts=_read_texts(parts.get(texts, limit=bounds.MAX_TEXTS)) if texts else [],
        styles=styles_of(parts.get(styles)) if styles else [],
        is_1904=book.is_1904,
    )
    rows = reader.read(parts.get(targets[relation][1], limit=bounds.MAX_SHEET))
    return Table(rows, sheet=name, other_sheets=len(book.sheets) - 1)


class _Parts:
    def __init__(self, content: Content) -> None:
        try:
            if open_xml_suffix(content) != ".xlsx":
                raise TableRefusedError(refusals.NOT_A_WORKBOOK)
            self._entries: dict[str, Entry] = {
                entry.name: entry for entry in archive_entries(content)
            }
        except FileRefusedError as error:
            is_macro = error.args[0] == WITH_MACROS
            text = refusals.MACROS if is_macro else refusals.BROKEN_WORKBOOK
            raise TableRefusedError(text) from error
        except BrokenArchiveError as error:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK) from error
        self._content = content

    def get(self, name: str, *, limit: int | None = None) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK)
        limit = bounds.MAX_PART if limit is None else limit
        if entry.size > limit:
            raise TableRefusedError(refusals.ELABORATE_WORKBOOK)
        try:
            return entry_content(self._content, entry, limit=limit)
        except BrokenArchiveError as error:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK) from error

    def main(self) -> str:
        for kind, target in self.relations("").values():
            if kind == "officeDocument":
                return target
        raise TableRefusedError(refusals.BROKEN_WORKBOOK)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return, by their ids, kind and part of what a part refers to."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join(f"/{folder}", attributes["Target"]))
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = (kind, target.lstrip("/"))

        try:
            XmlPart(start, _nothing).read(self.get(posixpath.join(folder, "_rels", f"{name}.rels")))
        except KeyError as error:
            raise TableRefusedError(refusals.BROKEN_WORKBOOK) from error
        return found


def _read_book(content: bytes) -> _Book:
    book = _Book()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            book.is_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next(
                (value for name, value in attributes.items() if name.rpartition(" ")[2] == "id"), ""
            )
            book.sheets.append((attributes.get("name", ""), relation))

    XmlPart(start, _nothing).read(content)
    return book


def _read_texts(content: bytes) -> list[str]:
    """Return the shared strings. Readings of Chinese characters (rPh) are not part of a text."""
    texts: list[str] = []
    state = {"is_reading": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            texts.append("")
        elif tag == "rPh":
            state["is_reading"] = True
        elif tag == "t" and not state["is_reading"]:
            part.begin_text()

    def end(tag: str) -> None:
        if tag == "rPh":
            state["is_reading"] = False
        elif tag == "t" and texts and not state["is_reading"]:
            texts[-1] += unescape(part.end_text())

    part = XmlPart(start, end)
    part.read(content)
    return texts


def _nothing(_tag: str) -> None: ...
