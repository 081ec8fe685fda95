"""Which findings have the form, and the form of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import finding_record
from tenken.findings.queries.contents import AUDIT_ORIGINS
from tenken.findings.queries.corrective_action import corrective_action_data
from tenken.findings.states import NOTED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.reports.blocks import Paper
from tenken.reports.corrective_action.blocks import form_paper


def of(by: Principal, key: int, on: date) -> Paper:
    """Return the form of one finding that *by* may see, dated *on*. ``Missing`` out of sight."""
    finding = finding_record(by, key).finding
    return form_paper(finding.city.name, corrective_action_data(finding, on), on)


def findings_with_form(by: Principal, on: date) -> Iterable[tuple[str, int]]:
    """Return the number and key of every finding in sight that an audit, a visit, a scan or a look across had found by a day."""
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).filter(
        origin__in=(*AUDIT_ORIGINS, Finding.Origin.EXTENT), opened_on__lte=on
    )
    rows = rows.exclude(status__in=(WITHDRAWN, NOTED)).order_by("fiscal_year", "number")
    return [(str(finding), finding.pk) for finding in rows]
