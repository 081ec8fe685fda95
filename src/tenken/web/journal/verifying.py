"""Verifying the journal takes long: it is a job."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenken.common.refusals import Invalid, Problem
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.journal.verification import verify
from tenken.organization.access import require
from tenken.organization.permissions import VIEW_JOURNAL
from tenken.web.principal import SignedInRequest, signed_in

KIND = "journal.verify"


@require_POST
@signed_in
def start_verification(request: SignedInRequest) -> HttpResponse:
    """Ask for the verification and go to its page."""
    by = request.principal
    require(by, VIEW_JOURNAL)
    job = start(by=by, city_code=by.city_code, kind=KIND, title="操作証跡の検証", arguments={})
    return redirect("job", job_id=job.pk)


def verify_journal(job: Job) -> Result:
    """Do the job: everything whole gives a sentence, faults make it fail with each of them."""
    outcome = verify(job.city_code, progress=lambda done, total: progress(job, done, total))
    if not outcome.whole:
        faults = [Problem(fault) for fault in outcome.faults[:100]]
        raise Invalid(f"操作証跡に{len(outcome.faults)}か所の異常があります。", faults)
    return Result(
        message=f"記録{outcome.entries:,}件、封印{outcome.seals:,}件、確定した表{outcome.sealed_rows:,}行に異常はありません。"
    )
