"""The tasks that django-tasks keeps in the database, where it leaves something to be done."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from utils.db.batches import delete_in_batches

# Days that what became of a task is kept.
KEEP_DAYS = 14


def task_is_waiting(task_id: Any) -> bool:
    """Whether a task waits for a worker."""
    return DBTaskResult.objects.filter(pk=task_id, status=TaskResultStatus.READY).exists()


def task_mark_dead(task_id: Any) -> None:
    """Let a task whose worker was killed count as failed: to the library it runs for ever."""
    DBTaskResult.objects.filter(pk=task_id, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED, finished_at=timezone.now(),
        traceback="The worker ended before the task did.",
    )  # fmt: skip


def task_results_purge(*, seconds: float | None = None) -> int:
    """Delete what is known of tasks that ended KEEP_DAYS ago; return how many."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    old = DBTaskResult.objects.finished().filter(finished_at__lt=before)
    return delete_in_batches(old, seconds=seconds)
