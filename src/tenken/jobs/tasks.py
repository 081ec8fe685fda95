"""The task that the queue holds for each job."""

from __future__ import annotations

from django_tasks import task


@task()
def run_job(job_id: int) -> None:
    """Do one job."""
    from tenken.jobs.operations import execute

    execute(job_id)
