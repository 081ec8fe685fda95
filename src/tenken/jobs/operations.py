"""Long work: asked for in a transaction, done by a worker, its progress seen on the page."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import connection, connections, transaction

from tenken.common import clock
from tenken.common.refusals import Problem, Refusal
from tenken.jobs import alive, live
from tenken.jobs.models import Job
from tenken.jobs.registry import Result, function_of
from tenken.journal.actor import Acts
from tenken.journal.operations import record

logger = logging.getLogger("tenken.jobs")

_WRITE_EVERY_SECONDS = 0.5
_BROKEN = "システムの不具合のため、途中で終わりました。システムの管理者に連絡してください。"
_STOPPED = "サーバーが停止したため、途中で終わりました。もう一度実行してください。"
_UNKNOWN = "この処理は、今のシステムでは実行できません。システムの管理者に連絡してください。"


@transaction.atomic
def start(*, by: Acts, city_code: str, kind: str, title: str, arguments: dict[str, Any]) -> Job:
    """Ask for a job of a registered *kind* and return it, waiting. A worker takes it up after the commit.

    *title* is what people see, *arguments* JSON. ``ValueError`` for an unknown kind.
    """
    from tenken.jobs.tasks import run_job  # the task's module needs this one

    if function_of(kind) is None:
        raise ValueError(f"no such kind of job: {kind}")
    job = Job.objects.create(
        city_code=city_code,
        kind=kind,
        title=title[:200],
        arguments=arguments,
        requested_by=by.actor.code,
        requested_at=clock.now(),
    )
    record(
        by=by,
        city_code=city_code,
        operation="jobs.start",
        subject=("jobs.job", job.pk),
        changes={"kind": kind, "title": title, "arguments": arguments},
    )
    run_job.enqueue(job.pk)  # a row in this transaction: neither lost nor taken up too early
    return job


def progress(job: Job, done: int, total: int, message: str = "") -> None:
    """Tell how far *job* is. Cheap: written at most twice a second, and at the end.

    Seen at once by this process; by others even while the job's own transaction is open (on PostgreSQL).
    """
    job.done, job.total, job.message = done, total, message[:500]
    live.tell(job)
    moment = time.monotonic()
    if done < total and moment - getattr(job, "_written", 0.0) < _WRITE_EVERY_SECONDS:
        return
    job._written = moment  # type: ignore[attr-defined]
    if not connection.in_atomic_block:
        _running(job).update(done=job.done, total=job.total, message=job.message)
    elif connection.vendor == "postgresql":
        _write_beside(job)


def _running(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING)


def _write_beside(job: Job) -> None:
    beside = connections.create_connection("default")
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET done = %s, total = %s, message = %s WHERE id = %s AND status = 'running'",
                [job.done, job.total, job.message, job.pk],
            )
    finally:
        beside.close()


def execute(job_id: int) -> None:
    """Do a waiting job: what the worker calls. Its outcome is in its row, whatever happens; never raises."""
    with alive.held(job_id) as mine:
        waiting = Job.objects.filter(pk=job_id, status=Job.Status.WAITING)
        if not mine or not waiting.update(status=Job.Status.RUNNING, started_at=clock.now()):
            return
        job = Job.objects.get(pk=job_id)
        try:
            function = function_of(job.kind)
            if function is None:
                _end(job, Job.Status.FAILED, _UNKNOWN)
                return
            result = function(job) or Result()
        except Refusal as refusal:
            _end(job, Job.Status.FAILED, refusal.message, refusal.problems)
        except Exception:
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            _end(job, Job.Status.FAILED, _BROKEN)
        else:
            _end(job, Job.Status.DONE, result.message, file_id=result.file_id)


def _end(
    job: Job,
    status: str,
    message: str,
    problems: tuple[Problem, ...] = (),
    file_id: int | None = None,
) -> None:
    """Write the outcome. Only a running job ends, and only once."""
    _running(job).update(
        status=status,
        done=job.total if status == Job.Status.DONE else job.done,
        total=job.total,
        message=message[:500],
        problems=[{"place": problem.place, "message": problem.message} for problem in problems[:1000]],
        result_file_id=file_id,
        ended_at=clock.now(),
    )
    live.forget(job.pk)


def fail_abandoned() -> int:
    """Fail the running jobs whose worker is gone; return how many. Call when a worker starts."""
    failed = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING).order_by("pk"):
        with alive.held(job.pk) as nobody_has_it:
            if nobody_has_it:
                failed += 1
                _end(job, Job.Status.FAILED, _STOPPED)
    return failed
