"""A running trace and a running look across of two sections, and a published case, for tests of reading."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import Scenario

from tenken.common import clock
from tenken.findings.models import (
    AuditReport,
    Case,
    ExtentCheck,
    ExtentTarget,
    Finding,
    ReportingDate,
    Trace,
    TraceLine,
)


def make_trace_and_case(scenario: Scenario) -> tuple[Trace, dict[str, TraceLine], Case]:
    """Write the rows directly: 企画課 (a1) and 保険課 (b1) are traced, the case is 企画課's."""
    today = clock.today()
    trace = Trace.objects.create(
        city=scenario.city,
        fiscal_year=today.year,
        item_code="M-01",
        name="スタンドアロンパソコンのウイルス対策",
        why="未改善があったため",
        target="chosen",
        opened_on=today,
        due_on=today + timedelta(days=30),
    )
    lines = {
        key: TraceLine.objects.create(trace=trace, unit=unit)
        for key, unit in (("a1", scenario.section_a1), ("b1", scenario.section_b1))
    }
    case = Case.objects.create(
        city=scenario.city,
        fiscal_year=today.year,
        number=1,
        kind="measure",
        title="書庫の増設",
        situation="机の上に書類が残る",
        measure="書庫を増やした",
        unit=scenario.section_a1,
        status="published",
        published_on=today,
    )
    return trace, lines, case


def make_extent(finding: Finding, scenario: Scenario) -> tuple[ExtentCheck, dict[str, ExtentTarget]]:
    """Write the rows of a look across from *finding*, sent to 企画課 (a1) and 保険課 (b1)."""
    today = clock.today()
    check = make_extent_draft(finding, number=1)
    check.status, check.asked_on = "sent", today
    check.save()
    targets = {
        key: ExtentTarget.objects.create(check_of=check, unit=unit, because="窓口があるため")
        for key, unit in (("a1", scenario.section_a1), ("b1", scenario.section_b1))
    }
    return check, targets


def make_extent_draft(finding: Finding, number: int = 2) -> ExtentCheck:
    """Write the row of a look across from *finding* that asks nobody yet."""
    today = clock.today()
    return ExtentCheck.objects.create(
        city=finding.city,
        fiscal_year=today.year,
        number=number,
        finding=finding,
        question="離席のときに画面を閉じているか。",
        why="同じ様式の窓口があるため",
        made_on=today,
        due_on=today + timedelta(days=30),
    )


def make_reporting_date(scenario: Scenario) -> ReportingDate:
    """Write an audit report of 企画課 (a1) with the day as of which its measures are told."""
    today = clock.today()
    report = AuditReport.objects.create(
        city=scenario.city,
        code="2020-1",
        kind="administrative",
        title="行政監査の結果",
        theme="情報セキュリティ",
        target="企画課",
        unit=scenario.section_a1,
        fiscal_year=today.year,
    )
    return ReportingDate.objects.create(report=report, as_of=today)
