"""Reading jobs. A person sees the jobs they asked for: the caller passes whose."""

from __future__ import annotations

from tenken.common.refusals import Missing
from tenken.jobs.live import overlay
from tenken.jobs.models import Job


def get_job(city_code: str, key: int, *, requested_by: str) -> Job:
    """Return a job that *requested_by* (職員番号) asked for, as far as it is now. ``Missing`` when there is none."""
    job = Job.objects.filter(city_code=city_code, requested_by=requested_by, pk=key).first()
    if job is None:
        raise Missing("処理が見つかりません。")
    return overlay(job)


def jobs_of(city_code: str, requested_by: str, number: int = 20) -> list[Job]:
    """Return the newest jobs that *requested_by* asked for."""
    found = Job.objects.filter(city_code=city_code, requested_by=requested_by).order_by(
        "-requested_at", "-pk"
    )
    return [overlay(job) for job in found[:number]]
