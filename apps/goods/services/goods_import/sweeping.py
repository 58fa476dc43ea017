"""What keeps imports going, and makes an end of old ones."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.deadline import Deadline
from utils.task_results import task_is_waiting, task_mark_dead

from ...models import GoodsImport, GoodsImportArchive
from .tasks import goods_import_work

# Days that an import, its rows and its files are kept.
KEEP_DAYS = 30


def goods_imports_resume(*, seconds: float | None = None) -> Mapping[str, int]:
    """Give imports whose worker died to another one; return how many were, and how many wait.

    An import is left to the task that waits for a worker, if there is one.
    """
    now = clock.database_now()
    resumed = waiting = 0
    deadline = Deadline(seconds)
    free = GoodsImport.objects.unfinished().unclaimed(now).order_by("pk")
    for pk, task_id in free.values_list("pk", "task_id"):
        if deadline.is_over:
            break
        if task_id is not None and task_is_waiting(task_id):
            waiting += 1
            continue
        with transaction.atomic():
            result = goods_import_work.enqueue(import_id=pk)
            # Of two sweeps that see it, one gives it away: the other's task is rolled back.
            own = GoodsImport.objects.unfinished().unclaimed(now).filter(pk=pk, task_id=task_id)
            is_ours = bool(own.update(task_id=result.id))
            transaction.set_rollback(not is_ours)
        if is_ours:
            resumed += 1
            if task_id is not None:
                task_mark_dead(task_id)
    return {"resumed": resumed, "waiting": waiting}


def goods_imports_purge(*, seconds: float | None = None) -> int:
    """Delete imports of KEEP_DAYS ago that are not under way, with rows and files; return how
    many."""
    deadline = Deadline(seconds)
    before = clock.database_now() - timedelta(days=KEEP_DAYS)
    old = GoodsImport.objects.filter(add_time__lt=before).exclude(state__in=GoodsImport.TO_DO)
    purged = 0
    for goods_import in old.order_by("pk")[:100]:
        if deadline.is_over:
            break
        delete_in_batches(goods_import.rows.all())
        for archive in goods_import.archives.all():
            archive.delete()
            if not GoodsImportArchive.objects.filter(file=archive.file.name).exists():
                archive.file.storage.delete(str(archive.file.name))
        goods_import.file.storage.delete(str(goods_import.file.name))
        goods_import.delete()
        purged += 1
    return purged
