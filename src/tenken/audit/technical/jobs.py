"""The long work of this room, as whoever asked for it: their rights count when it is done."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from tenken.audit.models import ScanImport
from tenken.audit.technical.operations import apply_scan, read_scan
from tenken.audit.technical.queries.reach import find_scan
from tenken.common.refusals import Denied, Stale
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.organization.access import Principal, principal_of
from tenken.organization.models import Person

READ: Final = "audit.scan.read"
APPLY: Final = "audit.scan.apply"
BUSY: Final = (Job.Status.WAITING, Job.Status.RUNNING)


def read(job: Job) -> Result:
    """Read what was sent. Argument: ``scan``."""
    by = _asked_by(job)
    scan = read_scan(
        by=by,
        scan=find_scan(by, job.arguments["scan"]),
        told=lambda done, total: progress(job, done // 1024, max(1, total // 1024)),
    )
    return Result(f"{scan.figures['results']:,}件の結果を読み取りました。")


def apply(job: Job) -> Result:
    """Take over what was seen. Arguments: ``scan``, ``version``."""
    by = _asked_by(job)
    scan = apply_scan(by=by, scan=find_scan(by, job.arguments["scan"]), version=job.arguments["version"])
    return Result(scan.message)


@transaction.atomic
def ask(*, by: Principal, scan: ScanImport, kind: str, version: int) -> Job:
    """Ask for *scan* to be read or applied by a worker. ``Stale`` while a job of it is waiting or running."""
    fresh = ScanImport.objects.select_for_update(of=("self",)).get(pk=scan.pk)
    if fresh.job_id and Job.objects.filter(pk=fresh.job_id, status__in=BUSY).exists():
        raise Stale("この診断結果は、いま処理しています。終わるまでお待ちください。")
    words = {READ: "診断結果の読取り", APPLY: "診断結果の取込み"}[kind]
    job = start(
        by=by,
        city_code=by.city_code,
        kind=kind,
        title=f"{words}：{scan.source}",
        arguments={"scan": scan.pk, "version": version},
    )
    ScanImport.objects.filter(pk=scan.pk).update(job_id=job.pk)
    return job


def _asked_by(job: Job) -> Principal:
    person = (
        Person.objects.select_related("city")
        .filter(city__code=job.city_code, number=job.requested_by)
        .first()
    )
    if person is None:
        raise Denied("依頼した職員が見つかりません。")
    return principal_of(person, channel="task")
