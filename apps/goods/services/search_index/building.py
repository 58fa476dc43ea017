"""Building the index anew, beside the one that is in use, and removing it."""

from collections.abc import Callable

from django.db import connection

from utils.db import clock
from utils.db.deadline import Deadline

from ...models import Goods, GoodsSearchIndex, GoodsSearchMark
from ...search.folding import Folding, characters_alike
from ...search.index_table import STAMP_ROW, TABLE, stamp_text
from .catching_up import marks_write
from .faults import SearchIndexError, collation_now, server_fault
from .locking import index_lock
from .triggers import triggers_create, triggers_drop
from .writing import goods_texts, rows_insert, stamp_new, table_create, table_drop, table_index

NEW, OLD = f"{TABLE}_new", f"{TABLE}_old"
PAGE = 2_000
BUSY = "another process is writing the index: try again when it has finished"


def search_index_build(*, progress: Callable[[int], None] = lambda indexed: None) -> int:
    """Build the index of all goods on sale, and put it in the place of the old; return how many.

    The shop goes on meanwhile: what changes is marked by the triggers, which are made first.
    ``progress`` is told how many goods are written. Raises SearchIndexError.
    """
    _refuse_other_databases()
    with index_lock(seconds=10) as is_mine:
        if not is_mine:
            raise SearchIndexError(BUSY)
        with connection.cursor() as cursor:
            if fault := server_fault(cursor):
                raise SearchIndexError(fault)
            triggers_create(cursor)
            collation = collation_now(cursor)
            alike = characters_alike(cursor, collation)
            table_drop(cursor, NEW)
            table_create(cursor, NEW)
            stamp, started_at = stamp_new(), clock.database_now()
            number = _fill(Folding(*alike), progress)
            rows_insert(cursor, NEW, [(STAMP_ROW, stamp_text(stamp))])
            table_index(cursor, NEW)
            _put_in_place(cursor)
        GoodsSearchIndex.objects.update_or_create(
            pk=1,
            defaults={
                "build": stamp, "stamp": stamp, "next_stamp": stamp, "collation": collation,
                "alike_from": alike[0], "alike_to": alike[1],
                "compared_at": started_at, "compared_to": 0,
            },
        )  # fmt: skip
        marks_write(Deadline(None))
    return number


def search_index_drop() -> None:
    """Remove the index, the triggers and the marks. Raises SearchIndexError."""
    _refuse_other_databases()
    with index_lock(seconds=10) as is_mine:
        if not is_mine:
            raise SearchIndexError(BUSY)
        GoodsSearchIndex.objects.all().delete()
        with connection.cursor() as cursor:
            triggers_drop(cursor)
            for table in (TABLE, NEW, OLD):
                table_drop(cursor, table)
        GoodsSearchMark.objects.all().delete()


def _refuse_other_databases() -> None:
    if connection.vendor != "mysql":
        raise SearchIndexError("the index needs MariaDB with its plugin Mroonga")


def _fill(folding: Folding, progress: Callable[[int], None]) -> int:
    number, last = 0, 0
    with connection.cursor() as cursor:
        while True:
            goods = Goods.objects.on_sale().filter(pk__gt=last).order_by("pk")[:PAGE]
            rows = list(goods_texts(goods, folding).items())
            if not rows:
                return number
            rows_insert(cursor, NEW, rows)
            number, last = number + len(rows), rows[-1][0]
            progress(number)


def _put_in_place(cursor: object) -> None:
    table_drop(cursor, OLD)
    there = TABLE in connection.introspection.table_names()
    moves = [f"{TABLE} TO {OLD}"] * there + [f"{NEW} TO {TABLE}"]
    cursor.execute(f"RENAME TABLE {', '.join(moves)}")  # type: ignore[attr-defined]
    table_drop(cursor, OLD)
