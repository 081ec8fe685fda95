"""Notes of who read personal data, gathered and written together.

A page that shows personal data must not wait for the writer's lock (an import may hold it for seconds). The embedded
server therefore starts a :class:`Buffer`; without one, every note is written at once. At most ``SECONDS`` or
``ROWS`` are gathered; a normal stop writes the rest, a crash of the process loses what was gathered.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection

from tenken.journal.models import PersonalDataAccess

SECONDS = 2.0
ROWS = 200
_MOST_KEPT = 50_000

logger = logging.getLogger("tenken.journal")


class Buffer:
    """Gathers notes of all threads; its own thread writes them."""

    def __init__(self, seconds: float = SECONDS, rows: int = ROWS) -> None:
        self._seconds = seconds
        self._rows = rows
        self._waiting: list[PersonalDataAccess] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="tenken-access-log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def add(self, note: PersonalDataAccess) -> None:
        with self._lock:
            self._waiting.append(note)
            full = len(self._waiting) >= self._rows
        if full:
            self._wake.set()

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._wake.wait(self._seconds)
                self._wake.clear()
                self._write()
            self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        with self._lock:
            notes, self._waiting = self._waiting, []
        if not notes:
            return
        try:
            PersonalDataAccess.objects.bulk_create(notes, batch_size=ROWS)
        except Exception:
            logger.exception("%d notes of access could not be written; trying again", len(notes))
            connection.close()
            with self._lock:
                self._waiting = (notes + self._waiting)[-_MOST_KEPT:]


_buffer: Buffer | None = None


def start_buffering() -> None:
    """From now on gather notes in this process. Call :func:`stop_buffering` before it ends."""
    global _buffer
    if _buffer is None:
        _buffer = Buffer()
        _buffer.start()


def stop_buffering() -> None:
    """Write what was gathered; notes are written at once again."""
    global _buffer
    buffer, _buffer = _buffer, None
    if buffer is not None:
        buffer.stop()


def keep(note: PersonalDataAccess) -> None:
    """Write *note* now, or gather it when this process does so."""
    if _buffer is None:
        note.save(force_insert=True)
    else:
        _buffer.add(note)
