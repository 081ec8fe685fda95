"""Four ways to let eight threads save answers into one SQLite file (docs/adr/0001)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import OperationalError, connections

from benchmarks.bars import Figure, p95
from benchmarks.city import Prepared, prepare
from tenken.config.sqlite3 import base as ours
from tenken.inspection.models import Question, Sheet
from tenken.inspection.operations import launch, save_answer
from tenken.organization.access import system_principal

THREADS = 8
SAVES = 60


class _NoLock:
    """Stands where our lock stands, and lets everyone through."""

    def acquire(self, timeout: float) -> bool:
        return False

    def release(self) -> None:
        raise AssertionError("never held")


def measure(home: Path) -> Iterator[Figure]:
    """Yield failures and times of deferred transactions, immediate ones, and immediate ones behind a lock."""
    city = prepare(sections=THREADS, years=0, clerks=0, waiting=4)
    programmes = iter(city.waiting)
    lock = ours._writer
    options = connections["default"].settings_dict["OPTIONS"]
    for name, mode, held, bar in (
        ("deferred", "DEFERRED", _NoLock(), None),
        ("immediate", "IMMEDIATE", _NoLock(), None),
        ("immediate, a plain lock", "IMMEDIATE", threading.Lock(), None),
        ("immediate, a queue (ours)", "IMMEDIATE", lock, 0.0),
    ):
        connections.close_all()
        options["transaction_mode"] = mode
        ours._writer = held  # type: ignore[assignment]
        try:
            failed, seconds, whole = _save(city, next(programmes).pk)
        finally:
            ours._writer = lock
            options["transaction_mode"] = "IMMEDIATE"
        yield Figure(f"{THREADS} threads, {name}: saves that failed", failed, f"/{THREADS * SAVES}", bar)
        yield Figure("  p95 of a save", p95(seconds) if seconds else 0, "ms")
        yield Figure("  slowest save", 1000 * max(seconds, default=0), "ms")
        yield Figure("  saves a second", len(seconds) / whole, "1/s")


def _save(city: Prepared, programme_id: int) -> tuple[int, list[float], float]:
    by = system_principal(city.city, "benchmark")
    programme = next(one for one in city.waiting if one.pk == programme_id)
    launch(by=by, programme=programme, version=programme.version)
    sheets = list(Sheet.objects.filter(programme=programme))
    questions = list(
        Question.objects.filter(form__programme=programme).order_by("order").values_list("pk", flat=True)
    )
    seconds: list[float] = []
    failed: list[str] = []
    barrier = threading.Barrier(THREADS)

    def fill(sheet: Sheet) -> None:
        barrier.wait()
        for question in questions[:SAVES]:
            start = time.perf_counter()
            try:
                save_answer(by=by, sheet=sheet, question_id=question, verdict="conforms", version=0)
                seconds.append(time.perf_counter() - start)
            except OperationalError as error:
                failed.append(str(error))
        connections.close_all()

    threads = [threading.Thread(target=fill, args=(sheet,)) for sheet in sheets]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failed), seconds, time.perf_counter() - start
