"""The worker: takes tasks from the queue one by one. A thread of the embedded server, or ``tenken work``."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from typing import Any, Final

from django.db import close_old_connections, connection, transaction

from tenken.jobs.operations import fail_abandoned

logger = logging.getLogger("tenken.jobs")

INTERVAL_SECONDS: Final = 1.0


class Worker:
    """Works the queue until :meth:`stop`. Looking for work takes no lock; taking a task does, for a moment."""

    def __init__(self, interval: float = INTERVAL_SECONDS) -> None:
        self._interval = interval
        self._stopping = threading.Event()
        self.name = f"{socket.gethostname()[:24]}:{uuid.uuid4().hex[:12]}"

    def stop(self) -> None:
        """Let the task in hand be the last."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. An unreachable database is waited for."""
        try:
            recovered = False
            while not self._stopping.is_set():
                close_old_connections()
                worked = False
                try:
                    if not recovered:
                        fail_abandoned()
                        recovered = True
                    worked = self.step()
                except Exception:
                    logger.exception("the worker could not look for work")
                    connection.close()
                if not worked:
                    self._stopping.wait(self._interval)
        finally:
            connection.close()

    def step(self) -> bool:
        """Do one waiting task; return whether there was one."""
        taken = self._take()
        if taken is None:
            return False
        self._runner().run_task(taken)
        return True

    def _take(self) -> Any:
        from django_tasks_db.models import DBTaskResult

        ready = DBTaskResult.objects.ready().filter(backend_name="default")
        if not ready.exists():
            return None
        with transaction.atomic():
            taken = ready.get_locked()
            if taken is not None:
                taken.claim(self.name)
        return taken

    def _runner(self) -> Any:
        from django_tasks_db.management.commands.db_worker import Worker as PackageWorker

        return PackageWorker(
            queue_names=["default"],
            interval=self._interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=self.name,
            excluded_queue_names=[],
        )
