"""Counting who looks at goods, so that nobody who looks waits for anybody (ADR 7)."""

import atexit
import threading
from collections import Counter
from contextlib import suppress

from django.db import DatabaseError

from utils.db.counter_rows import counter_rows_add
from utils.db.outages import is_lock_wait, is_lost, is_not_ready
from utils.db.transactions import retry_on_deadlock

from ..models import GoodsViewCount

# Views that this process could not write yet, because another writer took too long: they are
# written with the next view of any goods, or when the process ends.
_unwritten: Counter[int] = Counter()
_lock = threading.Lock()


def goods_record_view(*, goods_id: int) -> int:
    """Count one view of goods; return how many there are by now, this one included.

    One statement of its own, no transaction: two views at once count two, and each is told
    another number. Locks no goods row and waits for none; cached lists show it when they
    expire. Where the counters themselves are locked (SQLite has one writer for all), the view is
    kept in this process and written later. One whose connection was lost may have been counted,
    and is not counted again.
    """
    views = _take()
    views[goods_id] += 1
    try:
        numbers = _write(views)
    except DatabaseError as error:
        if is_lost(error) and not is_not_ready(error):
            return _number(goods_id)
        # On a cluster, the views of another node may come first time and again.
        if not is_lock_wait(error):
            views[goods_id] -= 1  # nobody will see this page
            _keep(views)
            raise
        _keep(views)
        return _number(goods_id) + views[goods_id]
    return numbers[goods_id]


def _take() -> Counter[int]:
    with _lock:
        views = _unwritten.copy()
        _unwritten.clear()
    return views


def _keep(views: Counter[int]) -> None:
    with _lock:
        _unwritten.update(+views)


@retry_on_deadlock
def _write(views: Counter[int]) -> dict[int, int]:
    return counter_rows_add(GoodsViewCount, "click_num", views)


def _number(goods_id: int) -> int:
    counts = GoodsViewCount.objects.filter(pk=goods_id)
    return counts.values_list("click_num", flat=True).first() or 0


@atexit.register
def _write_at_exit() -> None:
    if views := _take():
        with suppress(DatabaseError):
            _write(views)
