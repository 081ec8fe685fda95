"""What runs beside the web in one process: jobs, mail, daily sealing, each day's work, housekeeping."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

logger = logging.getLogger("tenken.cli")

MAIL_SECONDS: Final = 10.0
SEAL_SECONDS: Final = 300.0
DAILY_SECONDS: Final = 300.0
TIDY_SECONDS: Final = 6 * 60 * 60.0
_STOP_SECONDS: Final = 30.0


class Periodic(threading.Thread):
    """Calls a function again and again until stopped; what fails is logged and tried again."""

    def __init__(self, name: str, seconds: float, function: Callable[[], object]) -> None:
        super().__init__(name=f"tenken-{name}", daemon=True)
        self._seconds = seconds
        self._function = function
        self._stopping = threading.Event()

    def run(self) -> None:
        from django.db import close_old_connections, connection

        while not self._stopping.is_set():
            close_old_connections()
            try:
                self._function()
            except Exception:
                logger.exception("%s failed; trying again", self.name)
                with suppress(Exception):
                    connection.close()
            self._stopping.wait(self._seconds)
        connection.close()

    def stop(self) -> None:
        self._stopping.set()


class Background:
    """A context: everything beside the web runs inside it and has ended after it."""

    def __init__(self) -> None:
        from tenken.jobs.schedule import run_daily
        from tenken.jobs.worker import Worker
        from tenken.journal.tasks import seal_ended_day
        from tenken.notices.operations import send_waiting

        self._worker = Worker()
        self._worker_thread = threading.Thread(target=self._worker.run, name="tenken-worker", daemon=True)
        self._periodic = (
            Periodic("mail", MAIL_SECONDS, send_waiting),
            Periodic("seal", SEAL_SECONDS, seal_ended_day),
            Periodic("daily", DAILY_SECONDS, run_daily),
            Periodic("tidy", TIDY_SECONDS, tidy),
        )

    def __enter__(self) -> Background:
        from tenken.journal.access_log import start_buffering

        start_buffering()
        self._worker_thread.start()
        for one in self._periodic:
            one.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        from tenken.journal.access_log import stop_buffering

        self._worker.stop()
        for one in self._periodic:
            one.stop()
        for thread in (self._worker_thread, *self._periodic):
            thread.join(_STOP_SECONDS)
            if thread.is_alive():  # its job is failed in plain words at the next start
                logger.warning("%s did not end in time", thread.name)
        stop_buffering()


def tidy() -> None:
    """Remove what has served: bytes without a row, ended sessions, finished tasks older than two weeks."""
    from django.core.management import call_command

    from tenken.files.sweeping import sweep

    sweep()
    call_command("clearsessions")
    call_command("prune_db_task_results", verbosity=0)
