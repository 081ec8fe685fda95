"""Django's SQLite backend with one in-process lock around transactions that write.

SQLite lets one writer in at a time and makes the others poll; under load some poll past their time-out. With
``transaction_mode=IMMEDIATE`` every transaction takes the write lock at its beginning, so a plain lock in front of it
queues the threads of this process, first come first served: with a plain lock the slowest of eight waited 2.5 times
as long. Other processes (the command line) still wait by SQLite's own time-out.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from typing import Any

from django.db.backends.sqlite3 import base, features


class WriterQueue:
    """A lock that goes to the thread that has waited longest."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn, at most *timeout* seconds; return whether it came."""
        with self._state:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._state:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # the turn came between the time-out and here

    def release(self) -> None:
        """Hand over to whoever waits longest."""
        with self._state:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_writer = WriterQueue()


class DatabaseFeatures(features.DatabaseFeatures):
    # What SQLite takes since 3.32; Django still counts with 999, which cuts every bulk insert into thirty times as many.
    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that remembers whether its thread holds the writer's lock."""

    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._writes = False

    def _start_transaction_under_autocommit(self) -> None:
        # A time-out leaves it to SQLite to say "database is locked", as it would between processes.
        self._writes = _writer.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 20))
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            if not self._still_in_transaction():
                self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            if not self._still_in_transaction():
                self._leave()

    def close(self) -> None:
        super().close()
        if not self._still_in_transaction():
            self._leave()

    def _still_in_transaction(self) -> bool:
        try:
            return bool(self.connection is not None and self.connection.in_transaction)
        except (
            sqlite3.ProgrammingError
        ):  # closed in the middle of a transaction: nobody would ever write again
            return False

    def _leave(self) -> None:
        if self._writes:
            self._writes = False
            _writer.release()
