"""The files of pictures that buyers send with a refund request: none stays without its row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.files import File
from django.db import transaction

from utils.db.transactions import CommitUnknownError
from utils.uploads.picture_uploads import Picture

from ..models import RefundPicture, RefundRequest
from ..models.refund_requests import refund_picture_name

_field: Any = RefundPicture._meta.get_field("file")


class PictureFiles:
    """Pictures of one HTTP request, written once however often its transaction is tried."""

    def __init__(self, pictures: Sequence[Picture] = ()) -> None:
        self.pictures = pictures
        self._names: list[str] = []

    @property
    def size(self) -> int:
        """How many bytes all of them have."""
        return sum(picture.size for picture in self.pictures)

    def write(self) -> None:
        """Write the files, unless they are written."""
        if self._names:
            return
        for picture in self.pictures:
            name = refund_picture_name(RefundPicture(), f"picture{picture.suffix}")
            self._names.append(_field.storage.save(name, File(picture.content)))

    def rows_create(self, request: RefundRequest) -> None:
        """Write a row for each file; write() went before."""
        RefundPicture.objects.bulk_create(
            RefundPicture(request=request, file=name, file_size=picture.size)
            for name, picture in zip(self._names, self.pictures, strict=True)
        )

    def remove(self) -> None:
        """Remove the files again: their rows could not be written."""
        while self._names:
            _field.storage.delete(self._names.pop())


@contextmanager
def picture_files(pictures: Sequence[Picture]) -> Iterator[PictureFiles]:
    """Give the files of a request; they are removed when its work ends in an exception.

    Outermost, around the transaction: a file may only stay when its row was committed.
    """
    files = PictureFiles(pictures)
    try:
        yield files
    except CommitUnknownError:
        raise  # a row may name the file
    except BaseException:  # whatever it was, no file may stay without its row
        files.remove()
        raise


def refund_pictures_remove(*, user_id: int) -> None:
    """Delete the pictures of all of a buyer's requests; the files go once that is committed."""
    rows = RefundPicture.objects.filter(request__order__user_id=user_id)
    names = list(rows.values_list("file", flat=True))
    rows.delete()

    def remove() -> None:
        for name in names:
            _field.storage.delete(name)

    if names:
        # robust: the rows are gone by then, and a file that stays is not a reason for a 500.
        transaction.on_commit(remove, robust=True)
