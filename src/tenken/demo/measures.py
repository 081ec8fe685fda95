"""措置: the administrative audit of FY2020 with its 22 findings and 33 dated measures, and an external audit's totals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.demo.days import opening_day
from tenken.findings import operations as findings
from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.operations import MeasureData, ReportData, ReportedFinding, Tally, Viewpoint

_ASKED_BEFORE = timedelta(days=30)


def load_measures(made: DemoCity, today: date) -> AuditReport | None:
    """Load both reports and, in the order of their dates, the measures up to *today*, told on the days they were told.

    The next half-year's end is set as the reporting day to come. None before the audit was held.
    """
    about = read("measures")["administrative"]
    begun: date = about["ends_on"]
    if today < begun:
        return None
    _register(made, read("measures")["external"], begun)
    report = _register(made, about, begun)
    rows = [
        ReportedFinding(
            kind=row["kind"],
            title=row["title"],
            detail=row["asked"],
            reference=row["reference"],
            heading=row.get("heading", ""),
            viewpoint=row.get("viewpoint", ""),
            perspective=row.get("perspective", ""),
        )
        for row in about["rows"]
    ]
    opened = findings.report_findings(by=_secretariat(made, begun), report=report, rows=rows, on=begun)
    for told in about["told"]:
        if told["day"] <= today:
            _tell(made, report, told, opened)
    _measure(made, opened, until=today)
    coming = _next_half_year(today)
    findings.set_reporting_date(
        by=_secretariat(made, today),
        report=report,
        as_of=coming,
        remind_on=opening_day(coming - _ASKED_BEFORE),
        on=today,
    )
    return report


def _secretariat(made: DemoCity, day: date) -> Any:
    return made.acting(plan.secretariat_post(), day)


def _register(made: DemoCity, about: Mapping[str, Any], day: date) -> AuditReport:
    unit = made.units_on(day)[plan.code_of(*about["unit"])] if "unit" in about else None
    fields = [
        "kind",
        "title",
        "theme",
        "target",
        "fiscal_year",
        "auditor",
        "starts_on",
        "ends_on",
        "code",
        "note",
    ]
    data = ReportData(
        **{name: about[name] for name in fields if name in about},
        unit_id=unit.pk if unit else None,
        viewpoints=tuple(Viewpoint(**one) for one in about.get("viewpoints", ())),
        tallies=tuple(Tally(**one) for one in about.get("tallies", ())),
    )
    return findings.register_report(by=_secretariat(made, day), city=made.city, data=data, on=day)


def _tell(made: DemoCity, report: AuditReport, told: Mapping[str, Any], opened: list[Finding]) -> None:
    """Lay down what was measured up to a reporting day, and tell it to the auditors."""
    day = told["day"]
    by = _secretariat(made, day)
    row = findings.set_reporting_date(
        by=by,
        report=report,
        as_of=told["as_of"],
        remind_on=opening_day(told["as_of"] - _ASKED_BEFORE),
        on=day,
    )
    _measure(made, opened, until=told["as_of"])
    findings.mark_told(by=by, reporting_date=row, document_number=told["document"], on=day)


def _measure(made: DemoCity, opened: list[Finding], *, until: date) -> None:
    """Lay down the measures dated up to *until* that are not there yet, in the order of their dates."""
    known = dict.fromkeys(Measure.objects.filter(finding__in=opened).values_list("finding_id", "on"))
    waiting = [
        (one, finding)
        for row, finding in zip(read("measures")["administrative"]["rows"], opened, strict=True)
        for one in row["measures"]
        if one["day"] <= until and (finding.pk, one["day"]) not in known
    ]
    for one, finding in sorted(waiting, key=lambda pair: (pair[0]["day"], pair[1].report_order)):
        finding.refresh_from_db(fields=["version", "status"])
        by = _secretariat(made, one["day"])
        stages: list[str] = one.get("budget", [])
        measure = findings.add_measure(
            by=by,
            finding=finding,
            data=MeasureData(
                status=one["status"],
                on=one["day"],
                text=one["said"],
                promises="due" in one,
                promise_due_on=one.get("due"),
            ),
            version=finding.version,
            on=one["day"],
        )
        for stage in stages:
            finding.refresh_from_db(fields=["version"])
            findings.advance_budget(
                by=by,
                measure=measure,
                stage=stage,
                happened_on=one["day"],
                note="措置の報告による",
                version=finding.version,
                on=one["day"],
            )


def _next_half_year(today: date) -> date:
    year = FiscalYear.of(today)
    middle = date(year.year, 9, 30)
    return middle if today < middle else year.ends_on
