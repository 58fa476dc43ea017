"""Goods whose words have changed are written into the index, and their marks go."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import connection, transaction

from utils.db.deadline import Deadline
from utils.db.transactions import retry_on_deadlock

from ...models import Goods, GoodsSearchIndex, GoodsSearchMark
from ...search.folding import Folding
from .comparing import comparison_is_due, goods_compare
from .faults import SearchIndexError, search_index_fault
from .locking import index_lock
from .writing import goods_texts, rows_replace, stamp_new, stamp_write

BATCH = 1_000


def search_index_sweep(*, seconds: float | None = None) -> Mapping[str, int]:
    """Write what has changed, and once a day compare all; return how many goods.

    Does nothing under GOODS_SEARCH=like, or while another process writes. Raises
    SearchIndexError when the index has to be built anew: until then LIKE answers.
    """
    if settings.GOODS_SEARCH != "mroonga":
        return {"indexed": 0, "mended": 0}
    with index_lock() as is_mine:
        if not is_mine:
            return {"indexed": 0, "mended": 0}
        if fault := search_index_fault():
            raise SearchIndexError(f"the index cannot be used: {fault}")
        deadline = Deadline(seconds)
        indexed = marks_write(deadline)
        mended = goods_compare(deadline) if comparison_is_due() else 0
        if mended:
            indexed += marks_write(deadline)
    return {"indexed": indexed, "mended": mended}


def marks_write(deadline: Deadline) -> int:
    """Write the marked goods as they are now; return how many. Holds index_lock()."""
    index = GoodsSearchIndex.objects.get()
    folding = Folding(index.alike_from, index.alike_to)
    if index.stamp != index.next_stamp:  # the last process broke off
        with connection.cursor() as cursor:
            stamp_write(cursor, index.stamp)
    written = 0
    while not deadline.is_over:
        marks = list(GoodsSearchMark.objects.order_by("pk").values_list("pk", "goods_id")[:BATCH])
        if not marks:
            break
        written += _write(index, folding, marks)
    return written


def _write(index: GoodsSearchIndex, folding: Folding, marks: Sequence[tuple[int, int]]) -> int:
    """Write the goods of some marks.

    The marks go last: whatever breaks off in the middle, the search does not believe the index
    about these goods, and the next turn writes them. A change that commits meanwhile has a mark
    of its own.
    """
    index.next_stamp = stamp_new()
    index.save(update_fields=["next_stamp"])
    keys = {goods_id for _pk, goods_id in marks}
    texts = goods_texts(Goods.objects.on_sale().filter(pk__in=keys).order_by("pk"), folding)
    with connection.cursor() as cursor:
        rows_replace(cursor, keys, list(texts.items()))
        stamp_write(cursor, index.next_stamp)
    index.stamp = index.next_stamp
    _marks_delete(index, [pk for pk, _goods_id in marks])
    return len(keys)


@retry_on_deadlock
@transaction.atomic
def _marks_delete(index: GoodsSearchIndex, marks: Sequence[int]) -> None:
    index.save(update_fields=["stamp"])
    GoodsSearchMark.objects.filter(pk__in=marks).delete()
