"""What staff do with an import: upload, add pictures, start, cancel, check again."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.transactions import atomic_retry_on_deadlock
from utils.spreadsheets.reading import file_check
from utils.spreadsheets.xlsx_stream import Sheet, xlsx_stream
from utils.uploads.content import content_of

from ...models import GoodsImport, GoodsImportArchive
from .pictures import MAX_ARCHIVES, archive_pictures
from .rows import rows_left
from .tasks import goods_import_work

State = GoodsImport.State
# More would be a backlog that nobody looks at.
MAX_WAITING = 20


class ImportMovedError(DomainError):
    """The import is in another state by now: somebody else, or a second click, was there first."""

    message: Any = _("This import has moved on meanwhile; nothing was done again.")


class TooManyImportsError(DomainError):
    message: Any = _("Too many imports are waiting. Try again when they are done.")


class TooManyArchivesError(DomainError):
    message: Any = _("At most %(most)d zips of pictures.")

    def __init__(self) -> None:
        super().__init__(self.message % {"most": MAX_ARCHIVES})


def goods_import_create(
    *, staff_id: int, file: UploadedFile, archives: Sequence[UploadedFile] = ()
) -> GoodsImport:
    """Keep an uploaded file, and zips of pictures, and have them checked by a task.

    Raises TableRefusedError, ArchiveRefusedError, TooManyArchivesError and TooManyImportsError,
    having kept nothing. What is in the file the check finds out.
    """
    name = (file.name or "")[-255:]
    with content_of(file) as content:
        file_check(name=name, size=file.size or 0, content=content)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return _create(staff_id, name, file, digest.hexdigest(), archives)


def _create(
    staff_id: int | None, name: str, file: File[Any], digest: str, archives: Sequence[UploadedFile]
) -> GoodsImport:
    if len(archives) > MAX_ARCHIVES:
        raise TooManyArchivesError
    for archive in archives:
        _archive_check(archive)
    if GoodsImport.objects.unfinished().count() >= MAX_WAITING:
        raise TooManyImportsError
    goods_import = GoodsImport(staff_id=staff_id, name=name, digest=digest)
    goods_import.file.save(name, file, save=False)
    rows = [GoodsImportArchive(name=(archive.name or "")[-255:]) for archive in archives]
    for row, archive in zip(rows, archives, strict=True):
        row.file.save(row.name, archive, save=False)
    with transaction.atomic():
        goods_import.save()
        for row in rows:
            row.goods_import = goods_import
            row.save()
        _enqueue(goods_import)
    return goods_import


def goods_import_add_archive(*, import_id: int, archives: Sequence[UploadedFile]) -> None:
    """Add zips of pictures to an import that was checked, and check it again.

    Raises ArchiveRefusedError, TooManyArchivesError, and ImportMovedError where it is not
    checked, or has been started.
    """
    for archive in archives:
        _archive_check(archive)
    with transaction.atomic():
        goods_import = _moved(import_id, (State.FAULTY, State.CHECKED), state=State.WAITING)
        if goods_import.archives.count() + len(archives) > MAX_ARCHIVES:
            raise TooManyArchivesError
        for archive in archives:
            row = GoodsImportArchive(goods_import=goods_import, name=(archive.name or "")[-255:])
            row.file.save(row.name, archive)
        _enqueue(goods_import)


@atomic_retry_on_deadlock
def goods_import_start(*, import_id: int, staff_id: int) -> None:
    """Have a checked import carried out, in the name of who confirmed it.

    Raises ImportMovedError unless it is checked and has no faults; of two that start it, one
    does.
    """
    goods_import = _moved(
        import_id, (State.CHECKED,), state=State.RUNNING, staff_id=staff_id,
        started_at=clock.database_now(),
    )  # fmt: skip
    _enqueue(goods_import)


def goods_import_cancel(*, import_id: int) -> None:
    """End an import: nothing more of it is written; what is imported stays.

    Raises ImportMovedError when it has ended already.
    """
    states = (State.WAITING, State.FAULTY, State.CHECKED, State.RUNNING)
    _moved(import_id, states, state=State.CANCELLED, finished_at=clock.database_now())


def goods_import_recheck(*, import_id: int, staff_id: int) -> GoodsImport:
    """Make a new import of the rows that were not imported, and have it checked.

    It sees the goods as they are now, and says again what it would change. Raises
    ImportMovedError when the import has not ended, or nothing of it is left.
    """
    old = GoodsImport.objects.get(pk=import_id)
    header, rows = rows_left(old)
    if old.state not in (State.DONE, State.CANCELLED) or not rows:
        raise ImportMovedError
    content = BytesIO(b"".join(xlsx_stream([Sheet("Sheet1", header, rows)])))
    name = old.name.rpartition(".")[0][:240] + ".xlsx"
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    new = _create(staff_id, name, ContentFile(content.getvalue()), digest, ())
    with transaction.atomic():
        # The zips serve both; who is purged last takes their files away.
        for archive in old.archives.all():
            GoodsImportArchive.objects.create(
                goods_import=new, name=archive.name, file=archive.file.name
            )
    return new


def _archive_check(archive: UploadedFile) -> None:
    with content_of(archive) as content:
        for _picture in archive_pictures(content, archive.name or ""):
            pass


def _moved(import_id: int, states: Sequence[str], **columns: Any) -> GoodsImport:
    """Write columns of an import that is in one of ``states``; raises ImportMovedError."""
    columns |= {"claimed_by": "", "claimed_until": None}
    if not GoodsImport.objects.filter(pk=import_id, state__in=states).update(**columns):
        raise ImportMovedError
    return GoodsImport.objects.get(pk=import_id)


def _enqueue(goods_import: GoodsImport) -> None:
    """In the caller's transaction: there is a task if and only if there is something to do."""
    result = goods_import_work.enqueue(import_id=goods_import.pk)
    GoodsImport.objects.filter(pk=goods_import.pk).update(task_id=result.id)
