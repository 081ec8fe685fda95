"""Progress as this process knows it. On SQLite a job's own transaction keeps its row from being written meanwhile."""

from __future__ import annotations

from tenken.jobs.models import Job

_known: dict[int, tuple[int, int, str]] = {}


def tell(job: Job) -> None:
    """Remember how far *job* is."""
    _known[job.pk] = (job.done, job.total, job.message)


def forget(job_id: int) -> None:
    """The job ended: its row says it all."""
    _known.pop(job_id, None)


def overlay(job: Job) -> Job:
    """Set *job*'s progress to what this process knows, if it runs here; return it."""
    if job.status == Job.Status.RUNNING and (known := _known.get(job.pk)):
        job.done, job.total, job.message = known
    return job
