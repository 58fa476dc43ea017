import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from mxshop.alive import touch

logger = logging.getLogger(__name__)

# Seconds after which a database that does not answer is tried again.
REST_SECONDS = 5.0
# Other processes come first: a task is waited for, but a page more so.
NICENESS = 5


class ShownWorker(Worker):
    """The library's worker, which touches a file whenever it looks for a task."""

    alive: Path | None = None

    @property
    def running(self) -> bool:
        touch(self.alive)
        return self._is_running

    @running.setter
    def running(self, value: bool) -> None:
        self._is_running = value


class Command(BaseCommand):
    help = (
        "Carry out tasks that staff started, such as imports. Safe at any time, also several at"
        " once; SIGTERM ends it after the task at hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="carry out the tasks that wait, and end"
        )
        parser.add_argument(
            "--parent", type=int, metavar="PID",
            help="end when the parent process is no longer this one, whatever is at hand",
        )  # fmt: skip
        parser.add_argument(
            "--alive", type=Path, metavar="FILE",
            help="touch this file before each look for a task, for a health check",
        )  # fmt: skip

    def handle(
        self, *args: Any, once: bool, parent: int | None, alive: Path | None, **options: Any
    ) -> None:
        os.nice(NICENESS)
        worker = ShownWorker(
            queue_names=["*"], interval=1, batch=once, backend_name="default",
            startup_delay=False, max_tasks=None, worker_id=get_random_string(32),
            excluded_queue_names=[],
        )  # fmt: skip
        worker.alive = alive
        if threading.current_thread() is threading.main_thread():
            worker.configure_signals()
        if parent is not None:
            threading.Thread(target=_end_with, args=[parent], daemon=True).start()
        logger.info("worker of tasks started")
        while worker.running:
            try:
                worker.run()
            except DatabaseError as error:
                # The library's worker would end; what it had begun is resumed by a sweep.
                logger.warning("the database does not answer: %s", error)
                connections.close_all()
                time.sleep(REST_SECONDS)
            if once:
                break
        close_old_connections()
        logger.info("worker of tasks stopped")


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: a developer who starts anew wants one worker."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
