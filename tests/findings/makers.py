"""Findings as tests need them, written through the operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.findings.models import Finding
from tenken.findings.operations import (
    HistoricFinding,
    HistoricStep,
    NewFinding,
    check,
    open_findings,
    plan,
    record_history,
    report,
)
from tenken.findings.states import Plan, Report, Return, StageClosed, Verify
from tenken.organization.access import system_principal
from tenken.organization.models import City, Unit

OPENED = date(2026, 9, 1)
PLANNED = date(2026, 9, 10)
REPORTED = date(2026, 10, 5)
CHECKED = date(2026, 10, 20)
CLOSED = date(2026, 10, 31)
YEAR = 2026
TITLE = "机の上に、個人情報を記した書類を置いたまま席を離れていないか。"


def opened(
    unit: Unit, count: int = 1, *, year: int = YEAR, key: str = "answer", **values: Any
) -> list[Finding]:
    """Open *count* findings in *unit*."""
    system = system_principal(unit.city, "test")
    fields = {"title": TITLE, "item_code": "clear-desk.leave", "category_code": "clear-desk"} | values
    rows = [
        NewFinding(
            unit_id=unit.pk, origin_key=f"{key}:{unit.pk}:{number}", due_on=date(year, 10, 31), **fields
        )
        for number in range(1, count + 1)
    ]
    return open_findings(
        by=system,
        city=unit.city,
        fiscal_year=year,
        origin=Finding.Origin.SELF_INSPECTION,
        rows=rows,
        on=date(year, 9, 1),
    )


def planned(finding: Finding, by: Any) -> Finding:
    return plan(
        by=by,
        finding=finding,
        text="書棚を増やし、退庁時に当番が確かめる。",
        owner="髙橋",
        due_on=date(2026, 10, 15),
        version=finding.version,
        on=PLANNED,
    )


def reported(finding: Finding, by: Any) -> Finding:
    return report(
        by=by,
        finding=planned(finding, by),
        action="書棚を1台増やし、当番表を作った。",
        action_on=date(2026, 10, 1),
        version=2,
        on=REPORTED,
    )


def verified(finding: Finding, by: Any, checker: Any) -> Finding:
    return check(by=checker, finding=reported(finding, by), outcome="verified", version=3, on=CHECKED)


def past(
    city: City, units: list[Unit], year: int, count: int, *, categories: tuple[str, ...] = ("clear-desk",)
) -> list[Finding]:
    """Bring in *count* findings of a past year over *units*: verified, or 未改善 each fourth."""
    rows = []
    for number in range(count):
        plan_it = HistoricStep(Plan("計画", "担当", date(year, 10, 15)), date(year, 9, 10))
        done = HistoricStep(Report("対応した", date(year, 10, 1)), date(year, 10, 5))
        left = number % 4 == 0
        ends: tuple[HistoricStep, ...] = (HistoricStep(Verify(), date(year, 10, 20)),)
        if left:
            ends = (
                HistoricStep(Return("写真を付けてください。"), date(year, 10, 9)),
                HistoricStep(StageClosed("storage_space"), date(year, 10, 31)),
            )
        rows.append(
            HistoricFinding(
                unit_id=units[number % len(units)].pk,
                fiscal_year=year,
                origin=Finding.Origin.SELF_INSPECTION,
                origin_key=f"history:{year}:{number}",
                title=f"課題{number}",
                opened_on=date(year, 9, 1),
                status="not_improved" if left else "verified",
                steps=(plan_it, done, *ends),
                item_code=f"item.{number % 7}",
                category_code=categories[number % len(categories)],
            )
        )
    return record_history(by=system_principal(city, "test"), city=city, rows=rows)
