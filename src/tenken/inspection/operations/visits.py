"""What was seen on a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import NewFinding, open_findings
from tenken.inspection.models import Programme, Sheet, Stage, VisitRecord
from tenken.inspection.operations.programmes import locked_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.policy.models import CheckItem


@transaction.atomic
def record_visit(
    *,
    by: Principal,
    stage: Stage,
    unit: Unit,
    visited_on: date,
    good_practice: str = "",
    findings: Sequence[tuple[str, str]] = (),
    on: date | None = None,
) -> VisitRecord:
    """Record that a section was visited, a good practice seen there, and what was found: (item code, what was seen).

    Each finding opens one of origin 訪問調査 in the section. ``Stale`` when the visit is recorded already or the
    programme does not run; ``Invalid`` for a section without a sheet in it, an unknown item or a day to come.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, stage.programme)
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("訪問調査を記録できるのは、実施中の点検だけです。")
    items = {
        item.code: item
        for item in CheckItem.objects.filter(
            city=programme.city, code__in=[code for code, _ in findings]
        ).select_related("category")
    }
    _check(stage, unit, visited_on, good_practice, findings, set(items))
    if VisitRecord.objects.filter(stage=stage, unit=unit).exists():
        raise Stale(f"「{unit.name}」の訪問調査は、すでに記録されています。")
    visit = VisitRecord.objects.create(
        stage=stage,
        unit=unit,
        visited_on=visited_on,
        good_practice=good_practice.strip(),
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.visit.record",
        subject=("inspection.visit", visit.pk),
        changes={
            "unit": unit.code,
            "visited_on": visited_on,
            "good_practice": good_practice,
            "findings": [list(finding) for finding in findings],
        },
        business_date=on,
    )
    rows = [
        NewFinding(
            unit_id=unit.pk,
            origin_key=f"inspection.visit:{visit.pk}:{number}",
            item_code=code,
            category_code=items[code].category.code,
            title=seen.strip(),
            detail="",
            due_on=None,
        )
        for number, (code, seen) in enumerate(findings, start=1)
    ]
    if rows:
        open_findings(
            by=by,
            city=programme.city,
            fiscal_year=programme.fiscal_year,
            origin=Finding.Origin.VISIT,
            rows=rows,
            on=on or visited_on,
        )
    return visit


def _check(
    stage: Stage,
    unit: Unit,
    visited_on: date,
    good_practice: str,
    findings: Sequence[tuple[str, str]],
    known: set[str],
) -> None:
    problems = []
    if stage.kind != Stage.Kind.VISIT:
        problems.append(Problem("訪問調査の段階ではありません。", "段階", "stage"))
    if not Sheet.objects.filter(programme=stage.programme_id, unit=unit).exists():
        problems.append(Problem("この点検の対象ではありません。", "課公所", "unit"))
    if visited_on > clock.today():
        problems.append(Problem("これから訪れる日は記録できません。", "訪問日", "visited_on"))
    if len(good_practice) > 1000:
        problems.append(Problem("1,000字までです。", "優良事例", "good_practice"))
    for number, (code, seen) in enumerate(findings, start=1):
        place = f"課題{number}"
        if code not in known:
            problems.append(Problem(f"「{code}」という点検項目はありません。", place, f"item_{number}"))
        if not seen.strip() or len(seen) > 500:
            problems.append(Problem("見たことを500字までで入力してください。", place, f"seen_{number}"))
    if problems:
        raise Invalid("訪問調査の記録に誤りがあります。", problems)
