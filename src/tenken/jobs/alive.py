"""Whether the worker of a running job still lives.

A worker holds a lock for the job it runs, which falls with its process: an advisory lock of the session on
PostgreSQL (workers may run on several machines), a lock on a file otherwise.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import connection

_NAMESPACE: Final = 0x54454E  # "TEN": keeps clear of other advisory locks in the same database


@contextmanager
def held(job_id: int) -> Iterator[bool]:
    """Hold the lock of a job; gives False when another worker has it."""
    with _on_postgres(job_id) if connection.vendor == "postgresql" else _on_file(job_id) as got:
        yield got


@contextmanager
def _on_postgres(job_id: int) -> Iterator[bool]:
    key = job_id % 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAMESPACE, key])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_NAMESPACE, key])


@contextmanager
def _on_file(job_id: int) -> Iterator[bool]:
    folder = settings.HOME / "jobs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{job_id}.lock"
    with open(path, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)
