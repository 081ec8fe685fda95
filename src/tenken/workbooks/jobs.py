"""The long work of this room, as whoever asked for it: their rights count when it is done."""

from __future__ import annotations

import io
from typing import Final

from tenken.common.refusals import Denied
from tenken.files.operations import store
from tenken.inspection.queries.boards import find_programme
from tenken.jobs.models import Job
from tenken.jobs.operations import progress
from tenken.jobs.registry import Result
from tenken.organization.access import Principal, principal_of
from tenken.organization.models import Person
from tenken.workbooks.imports.bundles import ZIP
from tenken.workbooks.imports.operations import apply_import, find_import, read_import
from tenken.workbooks.issuing import issue_forms as issued
from tenken.workbooks.own_forms.operations import find_template

ISSUE: Final = "workbooks.issue"
READ: Final = "workbooks.read"
APPLY: Final = "workbooks.apply"


def asked_by(job: Job) -> Principal:
    """Return who asked for *job*, as they are now. ``Denied`` when there is no such person."""
    person = (
        Person.objects.select_related("city")
        .filter(city__code=job.city_code, number=job.requested_by)
        .first()
    )
    if person is None:
        raise Denied("依頼した職員が見つかりません。")
    return principal_of(person, channel="task")


def issue_forms(job: Job) -> Result:
    """Write every section's form into one archive. Arguments: ``programme``, ``template`` (0: the product's own)."""
    by = asked_by(job)
    programme = find_programme(by, job.arguments["programme"])
    key = job.arguments.get("template", 0)
    content = issued(
        by=by,
        programme=programme,
        template=find_template(by, key) if key else None,
        told=lambda done, total: progress(job, done, total),
    )
    stored = store(
        by=by,
        city_code=job.city_code,
        name=f"{programme.name}_様式.zip",
        stream=io.BytesIO(content),
        subject=("jobs.job", job.pk),
        allowed=(ZIP,),
    )
    return Result(f"{job.total}個の様式を1つのZIPにまとめました。", stored.pk)


def read_forms(job: Job) -> Result:
    """Read what was sent. Argument: ``import``."""
    by = asked_by(job)
    row = read_import(
        by=by,
        answer_import=find_import(by, job.arguments["import"]),
        told=lambda done, total: progress(job, done, total),
    )
    return Result(f"{row.forms.count()}個の様式を読み取りました。")


def apply_forms(job: Job) -> Result:
    """Take over what was seen. Arguments: ``import``, ``version``, ``without_refused``."""
    by = asked_by(job)
    row = apply_import(
        by=by,
        answer_import=find_import(by, job.arguments["import"]),
        version=job.arguments["version"],
        without_refused=job.arguments["without_refused"],
        told=lambda done, total: progress(job, done, total),
    )
    return Result(row.message)
