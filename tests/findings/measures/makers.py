"""A report with its findings and measures, as tests need them, written through the operations."""

from __future__ import annotations

import io
from datetime import date
from typing import Any, BinaryIO

from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.operations import (
    MeasureData,
    ReportData,
    ReportedFinding,
    Viewpoint,
    add_measure,
    register_report,
    report_findings,
)
from tenken.organization.access import Principal
from tenken.organization.models import City, Unit

ISSUED = date(2021, 2, 10)
FIRST, SECOND = date(2021, 9, 30), date(2022, 3, 31)
TODAY = date(2022, 6, 1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_file(name: str = "議事録.pdf", extra: bytes = b"") -> tuple[str, BinaryIO]:
    return name, io.BytesIO(PDF + extra)


def report_data(unit: Unit | None, **values: Any) -> ReportData:
    fields: dict[str, Any] = {
        "kind": AuditReport.Kind.ADMINISTRATIVE,
        "title": "令和2年度行政監査の結果",
        "theme": "情報セキュリティの管理について",
        "target": "総務局 情報政策課",
        "fiscal_year": 2020,
        "unit_id": unit.pk if unit else None,
        "starts_on": ISSUED,
        "ends_on": ISSUED,
        "issued_on": ISSUED,
        "viewpoints": (Viewpoint("(2)", "体制が整備されているか。"), Viewpoint("(3)", "管理は適切か。")),
    }
    return ReportData(**fields | values)


def a_report(by: Principal, city: City, unit: Unit | None, **values: Any) -> AuditReport:
    return register_report(by=by, city=city, data=report_data(unit, **values), on=ISSUED)


def reported(
    by: Principal, report: AuditReport, count: int = 1, *, start: int = 1, **values: Any
) -> list[Finding]:
    """Open *count* 指摘 under (2), referenced 指摘(2)1, 2 …"""
    fields: dict[str, Any] = {"kind": "exception", "viewpoint": "(2)"}
    rows = [
        ReportedFinding(
            **fields | {"title": f"管理職への教育{number}", "reference": f"指摘(2){number}"} | values
        )
        for number in range(start, start + count)
    ]
    return report_findings(by=by, report=report, rows=rows)


def measured(
    by: Principal,
    finding: Finding,
    status: str = "done",
    on: date = FIRST,
    text: str = "研修を行った。",
    *,
    evidence: tuple[tuple[str, BinaryIO], ...] = (),
    **values: Any,
) -> Measure:
    finding.refresh_from_db()
    return add_measure(
        by=by,
        finding=finding,
        data=MeasureData(status, on, text, **values),
        version=finding.version,
        evidence=evidence,
        on=max(on, ISSUED),
    )


def promised(by: Principal, finding: Finding, on: date = FIRST, **values: Any) -> Measure:
    """A 措置済 that promises a new room within FY2022, its money voted."""
    fields: dict[str, Any] = {
        "promises": True,
        "promise_due_on": date(2023, 3, 31),
        "budget_stage": "voted",
    }
    text = "予算が議決された。令和4年度に工事を実施していく。"
    return measured(by, finding, "done", on, text, **fields | values)
