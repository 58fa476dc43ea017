"""Pictures that come in zips beside a file of goods."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from utils.api.errors import DomainError
from utils.spreadsheets.values import CellError
from utils.uploads.archives import BrokenArchiveError, Entry, archive_entries, entry_content
from utils.uploads.content import Content, content_of

from ...models import Goods, GoodsImport

# As one picture that is uploaded by hand.
MAX_PICTURE = 10 * 2**20
MAX_ARCHIVES = 20


class ArchiveRefusedError(DomainError):
    message: Any = ""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(name)s” is not a zip that can be read: damaged, with a password, or with too "
              "many files. Pack the pictures again.") % {"name": name[-60:]}
        )  # fmt: skip


class Pictures:
    """The pictures of all zips of an import, by file name. To be used in a ``with``.

    A name is found whatever folder it is in, and in other case where that is not ambiguous.
    """

    def __init__(self, goods_import: GoodsImport) -> None:
        self._import = goods_import
        self._stack = ExitStack()
        self._exact: dict[str, list[tuple[Content, Entry]]] = defaultdict(list)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._judged: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        for archive in self._import.archives.all():
            file = self._stack.enter_context(archive.file.open("rb"))
            content = self._stack.enter_context(content_of(file))
            for name, entry in archive_pictures(content, archive.name):
                self._exact[name].append((content, entry))
                self._names[_folded(name)].add(name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def find(self, name: str) -> str:
        """Return the name of a picture in the zips; raises CellError."""
        base = PurePosixPath(name.replace("\\", "/")).name
        if base not in self._exact:
            others = self._names.get(_folded(base), set())
            if not others:
                raise CellError(_("No zip has this picture. Upload it in a zip with the file."))
            if len(others) > 1:
                raise CellError(_("Several pictures are called so, in other letters."))
            (base,) = others
        if len(self._exact[base]) > 1:
            raise CellError(_("Several pictures are called so, in several folders or zips."))
        if base not in self._judged:
            self._judged[base] = self._fault(base)
        if fault := self._judged[base]:
            raise CellError(fault)
        return base

    def get(self, name: str) -> ContentFile[bytes]:
        """Return a picture that was found; raises BrokenArchiveError."""
        ((content, entry),) = self._exact[name]
        return ContentFile(entry_content(content, entry, limit=MAX_PICTURE), name=name)

    def _fault(self, name: str) -> str | None:
        """Judge a picture as the goods form does; return what is wrong with it."""
        ((_content, entry),) = self._exact[name]
        if entry.size > MAX_PICTURE:
            return _("The picture is larger than %(limit)d MB.") % {"limit": MAX_PICTURE // 2**20}
        try:
            data = self.get(name).read()
        except BrokenArchiveError:
            return _("The picture cannot be unpacked.")
        form_field: Any = Goods._meta.get_field("goods_front_image").formfield()  # type: ignore[union-attr]
        try:
            form_field.clean(SimpleUploadedFile(name, data), None)
        except ValidationError as error:
            return " ".join(error.messages)
        return None


def archive_pictures(content: Content, name: str) -> Iterator[tuple[str, Entry]]:
    """Yield file name and entry of each picture in a zip; raises ArchiveRefusedError."""
    try:
        entries = archive_entries(content)
    except BrokenArchiveError as error:
        raise ArchiveRefusedError(name) from error
    for entry in entries:
        path = PurePosixPath(entry_name(entry.name).replace("\\", "/"))
        # What macOS and Windows put beside the files.
        is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if entry.name.endswith("/") or is_hidden or path.name.lower() == "thumbs.db":
            continue
        yield path.name, entry


def entry_name(name: str) -> str:
    """Return a name as it was meant: Chinese Windows writes it in GBK and does not say so."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name  # it was marked as UTF-8
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
