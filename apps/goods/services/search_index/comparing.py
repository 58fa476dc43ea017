"""Whether the index has the words of the goods, and no others."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from utils.db import clock
from utils.db.deadline import Deadline

from ...models import Goods, GoodsSearchIndex, GoodsSearchMark
from ...search.folding import Folding
from ...search.index_table import TABLE, all_of, hits
from .faults import search_index_fault
from .locking import index_lock
from .writing import goods_texts

EVERY = timedelta(days=1)
PAGE = 2_000
# Of each page, one text is also looked for, so that not only the rows are compared.
LOOKED_FOR = 30
# How long an audit waits for a process that writes the index.
LOCK_SECONDS = 60


def comparison_is_due() -> bool:
    """Whether the last comparison is a day old, or the server was started since.

    A machine that lost its power may have lost what the index wrote last.
    """
    index = GoodsSearchIndex.objects.only("compared_at", "compared_to").get()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT variable_value FROM information_schema.global_status"
            " WHERE variable_name = 'UPTIME'"
        )
        [[uptime]] = cursor.fetchall()
    now = clock.database_now()
    started_at = now - timedelta(seconds=int(uptime))
    return index.compared_at < max(now - EVERY, started_at)


def goods_compare(deadline: Deadline) -> int:
    """Mark goods of which the index is wrong; return how many. Holds index_lock().

    Goes on where the last call had to stop.
    """
    index = GoodsSearchIndex.objects.get()
    found = 0
    for last, wrong in differences(index, after=index.compared_to):
        GoodsSearchMark.objects.bulk_create(GoodsSearchMark(goods_id=pk) for pk in wrong)
        found += len(wrong)
        index.compared_to = last
        index.save(update_fields=["compared_to"])
        if deadline.is_over:
            return found
    index.compared_to, index.compared_at = 0, clock.database_now()
    index.save(update_fields=["compared_to", "compared_at"])
    return found


def index_breaches() -> list[str]:
    """Return a line for whatever is wrong with the index, for audit_shop. Writes nothing.

    Goods with a mark are not wrong: the search does not believe the index about them.
    """
    if fault := search_index_fault():
        return [f"it cannot be used, and LIKE answers: {fault}"]
    with index_lock(seconds=LOCK_SECONDS) as is_mine:
        if not is_mine:
            return [f"not compared: another process has written it for {LOCK_SECONDS} s"]
        index = GoodsSearchIndex.objects.get()
        return [f"goods {pk}" for _last, wrong in differences(index) for pk in wrong]


def differences(index: GoodsSearchIndex, *, after: int = 0) -> Iterator[tuple[int, list[int]]]:
    """Give, page by page, up to which goods was compared, and those that differ without a mark.

    Holds index_lock(), so that marks are only added meanwhile. Goods are read first: what changes
    after that has a mark.
    """
    folding = Folding(index.alike_from, index.alike_to)
    while True:
        keys = Goods.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        last = max(keys[:PAGE], default=None)
        here = Goods.objects.on_sale().filter(pk__gt=after)
        texts = goods_texts(here if last is None else here.filter(pk__lte=last), folding)
        indexed = _rows(after, last)
        wrong = {pk for pk in texts.keys() | indexed.keys() if texts.get(pk) != indexed.get(pk)}
        if texts and not wrong and not _finds(min(texts), texts[min(texts)]):
            wrong = set(texts)
        if wrong:
            wrong -= set(
                GoodsSearchMark.objects.filter(goods_id__in=wrong).values_list(
                    "goods_id", flat=True
                )
            )
        if last is None:
            yield after, sorted(wrong)
            return
        yield last, sorted(wrong)
        after = last


def _rows(after: int, last: int | None) -> dict[int, str]:
    """Return the rows of the index behind ``after``, up to ``last``."""
    end = "" if last is None else f" AND goods_id <= {int(last)}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT goods_id, words FROM {TABLE} WHERE goods_id > %s{end}", [after])  # noqa: S608
        return dict(cursor.fetchall())


def _finds(goods_id: int, text: str) -> bool:
    """Whether goods are found by how their text begins."""
    if not text:
        return True
    condition = f"{all_of([text[:LOOKED_FOR]])} && goods_id == {int(goods_id)}"
    with connection.cursor() as cursor:
        return hits(cursor, condition, limit=1).number == 1
