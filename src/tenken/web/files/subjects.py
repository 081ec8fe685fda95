"""What stored files belong to, and who may reach it."""

from __future__ import annotations

from tenken.audit.engagements.queries import may_work_on
from tenken.audit.fieldwork.queries.reconciliations import find_reconciliation
from tenken.audit.fieldwork.seeing import sight_of
from tenken.audit.models import Auditor, Engagement, EvidenceRequest
from tenken.audit.permissions import MANAGE_AUDITORS
from tenken.audit.queries import may_read_results, visits_for
from tenken.audit.technical.queries.reach import scans_for
from tenken.common.refusals import Missing
from tenken.findings.models import Finding, TraceLine
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import targets_in_sight
from tenken.inspection.models import Sheet
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.jobs.models import Job
from tenken.organization.access import Principal
from tenken.web.files.access import register_file_access
from tenken.web.jobs.access import visible_jobs
from tenken.workbooks.imports.operations import visible_imports
from tenken.workbooks.own_forms.operations import templates


def _key(subject_id: str) -> int:
    return int(subject_id) if subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 19 else 0


def _reaches_answer(by: Principal, subject_id: str) -> bool:
    return Sheet.objects.restrict(by, VIEW_SHEETS).filter(answers=_key(subject_id)).exists()


def _reaches_visit(by: Principal, subject_id: str) -> bool:
    visit = visits_for(by).filter(pk=_key(subject_id)).first()
    return visit is not None and may_read_results(by, visit)


def _reaches_finding(by: Principal, subject_id: str) -> bool:
    return Finding.objects.restrict(by, VIEW_FINDINGS).filter(pk=_key(subject_id)).exists()


def _reaches_trace_line(by: Principal, subject_id: str) -> bool:
    return TraceLine.objects.restrict(by, VIEW_FINDINGS).filter(pk=_key(subject_id)).exists()


def _reaches_extent_target(by: Principal, subject_id: str) -> bool:
    return targets_in_sight(by).filter(pk=_key(subject_id)).exists()


def _reaches_job(by: Principal, subject_id: str) -> bool:
    return visible_jobs(by, Job.objects.all()).filter(pk=_key(subject_id)).exists()


def _reaches_import(by: Principal, subject_id: str) -> bool:
    return visible_imports(by).filter(pk=_key(subject_id)).exists()


def _reaches_template(by: Principal, subject_id: str) -> bool:
    return templates(by, retired=True).filter(pk=_key(subject_id)).exists()


def _reaches_scan(by: Principal, subject_id: str) -> bool:
    return scans_for(by).filter(pk=_key(subject_id)).exists()


register_file_access("audit.scan", _reaches_scan)


def _reaches_auditor(by: Principal, subject_id: str) -> bool:
    return (
        by.everywhere(MANAGE_AUDITORS)
        and Auditor.objects.filter(pk=_key(subject_id), city=by.city_id).exists()
    )


register_file_access("audit.auditor", _reaches_auditor)


def _reaches_fieldwork(by: Principal, subject_id: str) -> bool:
    engagement = Engagement.objects.filter(pk=_key(subject_id), city=by.city_id).first()
    return engagement is not None and may_work_on(by, engagement)


def _reaches_request(by: Principal, subject_id: str) -> bool:
    row = (
        EvidenceRequest.objects.select_related("engagement__city", "engagement__unit")
        .filter(pk=_key(subject_id), engagement__city=by.city_id)
        .first()
    )
    return row is not None and sight_of(by, row.engagement).sees(row.unit_id)


def _reaches_reconciliation(by: Principal, subject_id: str) -> bool:
    try:
        find_reconciliation(by, _key(subject_id))
    except Missing:
        return False
    return True


register_file_access("audit.fieldwork", _reaches_fieldwork)
register_file_access("audit.evidence_request", _reaches_request)
register_file_access("audit.reconciliation", _reaches_reconciliation)
register_file_access("workbooks.import", _reaches_import)
register_file_access("workbooks.template", _reaches_template)
register_file_access("inspection.answer", _reaches_answer)
register_file_access("audit.visit", _reaches_visit)
register_file_access("findings.finding", _reaches_finding)
register_file_access("findings.trace_line", _reaches_trace_line)
register_file_access("findings.extent_target", _reaches_extent_target)
register_file_access("jobs.job", _reaches_job)
