"""Long work on the page: one's own jobs, how far each is, what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.common.clock import JAPAN
from tenken.common.refusals import Missing
from tenken.files.models import StoredFile
from tenken.jobs.live import overlay
from tenken.jobs.models import Job
from tenken.web.addresses import address
from tenken.web.exports import export_rows, wants_export
from tenken.web.jobs.access import visible_jobs
from tenken.web.principal import SignedInRequest, signed_in

MOST_SHOWN = 50
STATUSES = {
    Job.Status.WAITING: ("待機中", "neutral"),
    Job.Status.RUNNING: ("実行中", "blue"),
    Job.Status.DONE: ("完了", "green"),
    Job.Status.FAILED: ("失敗", "red"),
}


_HEADER = ("名称", "状態", "済み", "全体", "依頼日時", "依頼者")


def _line(job: Job) -> tuple[Any, ...]:
    status = STATUSES[Job.Status(job.status)][0]
    asked = job.requested_at.astimezone(JAPAN)
    return job.title, status, job.done, job.total, f"{asked:%Y-%m-%d %H:%M}", job.requested_by


@require_safe
@signed_in
def job_list(request: SignedInRequest) -> HttpResponse:
    """The newest jobs of the reader; of the whole city for the secretariat."""
    found = visible_jobs(request.principal, Job.objects.order_by("-requested_at", "-pk"))[:MOST_SHOWN]
    jobs = [overlay(job) for job in found]
    if kind := wants_export(request):
        return export_rows(_HEADER, [_line(job) for job in jobs], "処理の状況", kind)
    rows = [{"job": job, "status": STATUSES[Job.Status(job.status)]} for job in jobs]
    return render(request, "web/jobs/list.html", {"rows": rows})


@require_safe
@signed_in
def job_page(request: SignedInRequest, job_id: int) -> HttpResponse:
    """One job. It asks for its progress every two seconds until the job has ended."""
    return render(request, "web/jobs/job.html", _context(request, job_id))


@require_safe
@signed_in
def job_progress(request: SignedInRequest, job_id: int) -> HttpResponse:
    """How far the job is, as the part of its page that is replaced."""
    return render(request, "web/jobs/progress.html", _context(request, job_id))


def _context(request: SignedInRequest, job_id: int) -> dict[str, Any]:
    job = visible_jobs(request.principal, Job.objects.filter(pk=job_id)).first()
    if job is None:
        raise Missing("処理が見つかりません。")
    overlay(job)
    file = None
    if job.result_file_id:
        file = StoredFile.objects.filter(city_code=job.city_code, pk=job.result_file_id).first()
    return {
        "job": job,
        "status": STATUSES[Job.Status(job.status)],
        "ended": job.status in (Job.Status.DONE, Job.Status.FAILED),
        "file": file,
        "file_url": address("file-download", file.pk, file.name) if file else "",
        "progress_url": address("job-progress", job.pk),
        "problems": [_problem(problem) for problem in job.problems],
    }


def _problem(problem: Any) -> str:
    if isinstance(problem, dict):
        place, message = str(problem.get("place", "")), str(problem.get("message", ""))
        return f"{place}：{message}" if place else message
    return str(problem)
