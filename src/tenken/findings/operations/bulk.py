"""Plans and reports of a section taken in one go, from a list filled in elsewhere: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common.refusals import Denied, Invalid, Problem, Refusal
from tenken.findings.models import Finding
from tenken.findings.operations.improvement import plan, report
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.findings.states import Plan, Report
from tenken.journal.operations import record
from tenken.organization.access import Principal, require_somewhere


@dataclass(frozen=True)
class Improvement:
    """What one row says of a finding that was at *version*: a plan, a report, or both. ``place`` names the row."""

    finding_id: int
    version: int
    place: str
    plan: Plan | None = None
    report: Report | None = None


@transaction.atomic
def improve_many(
    *, by: Principal, rows: Sequence[Improvement], source: str, on: date | None = None
) -> list[Finding]:
    """Lay down every plan and report of *rows* and return the findings changed. *source*: the file's name.

    ``Invalid`` with every row that is stale, impossible or wrong, by its place; then nothing is written.
    """
    require_somewhere(by, IMPROVE_FINDINGS)
    reach = Finding.objects.restrict(by, IMPROVE_FINDINGS).select_related("unit", "city")
    findings = reach.in_bulk([row.finding_id for row in rows])
    problems: list[Problem] = []
    done: list[Finding] = []
    for row in rows:
        finding = findings.get(row.finding_id)
        if finding is None:
            raise Denied("この課題は、あなたが改善の計画と報告をする範囲にありません。")
        try:
            done.append(_improved(by, finding, row, on))
        except Refusal as refusal:
            told = [str(problem) for problem in refusal.problems] or [refusal.message]
            problems += [Problem(message, row.place) for message in told]
    if problems:
        raise Invalid(f"取り込めない行が{len({one.place for one in problems})}行あります。", problems[:200])
    record(
        by=by,
        city_code=by.city_code,
        operation="findings.import",
        subject=("findings.batch", len(done)),
        changes={"file": source, "findings": [[row.pk, str(row), row.status] for row in done]},
        business_date=on,
    )
    return done


def _improved(by: Principal, finding: Finding, row: Improvement, on: date | None) -> Finding:
    with transaction.atomic():  # what one row began is undone before the next is looked at
        version = row.version
        if row.plan is not None:
            finding = plan(
                by=by,
                finding=finding,
                text=row.plan.text,
                owner=row.plan.owner,
                due_on=row.plan.due_on,
                needs_budget=row.plan.needs_budget,
                level=row.plan.level,
                budget_yen=row.plan.budget_yen,
                budget_year=row.plan.budget_year,
                version=version,
                on=on,
            )
            version = finding.version
        if row.report is not None:
            finding = report(
                by=by,
                finding=finding,
                action=row.report.action,
                action_on=row.report.action_on,
                version=version,
                on=on,
            )
    return finding
