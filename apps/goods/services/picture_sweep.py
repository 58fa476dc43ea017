"""Files of pictures that no row names any more are deleted, a long time after that was noticed.

Files are written before the row that names them, and never deleted together with one. What is
left over (a form that was not saved, a picture that another took the place of, and that no order
shows) is found here, by looking through the storage a little at a time.
"""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from utils.db import clock
from utils.pictures.naming import SHARDS, names_beside, page_name
from utils.pictures.sizes import SIZES

from ..models import PictureMark
from .picture_names import names_without_rows

# So long a form may lie open whose description shows a picture already.
KEPT = timedelta(days=7)
EVERY = 3600


def pictures_sweep(*, now: datetime | None = None, shard: str | None = None) -> int:
    """Look through one shard of each folder; return how many pictures were deleted.

    By default the shard whose hour it is: with one run in an hour, each has its turn every eleven
    days. Only names of the form that the shop gives are touched.
    """
    now = now or clock.database_now()
    shard = shard or SHARDS[int(now.timestamp() // EVERY) % len(SHARDS)]
    return sum(_sweep(f"{folder}/{shard}/", now) for folder in SIZES)


def _sweep(prefix: str, now: datetime) -> int:
    try:
        _folders, files = default_storage.listdir(prefix)
    except FileNotFoundError:
        return 0
    kept = {name for file in files if (name := page_name(prefix + file))}
    marks = PictureMark.objects.filter(name__startswith=prefix, state=PictureMark.State.DISCARDED)
    discarded = names_without_rows(kept, prefix=prefix)
    known = dict(marks.values_list("name", "since"))
    marks.exclude(name__in=discarded).delete()  # a row names them again
    PictureMark.objects.bulk_create(
        [
            PictureMark(name=name, state=PictureMark.State.DISCARDED, since=now)
            for name in sorted(discarded - known.keys())
        ],
        ignore_conflicts=True,
    )
    lapsed = {name for name in discarded if name in known and known[name] <= now - KEPT}
    for name in sorted(lapsed):
        for file in names_beside(name):
            default_storage.delete(file)
    marks.filter(name__in=lapsed).delete()
    return len(lapsed)
