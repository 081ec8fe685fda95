"""Who may read the measures of which report as of which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.common.refusals import Missing
from tenken.findings.models import AuditReport, ReportingDate
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.organization.access import Principal
from tenken.reports.permissions import VIEW_PAPERS


def readable_report(by: Principal, key: int, as_of: date, *, published: bool = False) -> AuditReport:
    """Return a report whose measures *by* may read as of a day: those who see every finding, those who see the audited
    section's, and, once they were told as of that very day, the bodies that read the whole city's papers. What is published
    (*published*) is then for whoever reads papers. ``Missing`` otherwise."""
    report = AuditReport.objects.filter(pk=key, city=by.city_id).select_related("city", "unit").first()
    if report is None or not (_sees(by, report) or _was_told(by, report, as_of, published)):
        raise Missing("監査結果報告書がないか、見ることのできる範囲にありません。")
    return report


def reports_with_measures(by: Principal, as_of: date) -> Iterable[tuple[str, int]]:
    """Return (code, key) of every report of the city whose findings are answered by measures and stood on a day."""
    rows = AuditReport.objects.filter(
        city=by.city_id, findings__track="measures", findings__opened_on__lte=as_of
    )
    return rows.order_by("fiscal_year", "code").values_list("code", "pk").distinct()


def _sees(by: Principal, report: AuditReport) -> bool:
    if by.everywhere(VIEW_FINDINGS):
        return True
    return report.unit_id is not None and report.unit_id in by.units_with(VIEW_FINDINGS)


def _was_told(by: Principal, report: AuditReport, as_of: date, published: bool) -> bool:
    reads = by.holds(VIEW_PAPERS) if published else by.everywhere(VIEW_PAPERS)
    return reads and ReportingDate.objects.filter(report=report, as_of=as_of, told_on__isnull=False).exists()
