"""Visits of before: brought in as they were recorded then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenken.assets.models import InformationSystem
from tenken.audit.models import GoodPractice, Observation, Visit, VisitAuditor, VisitItem
from tenken.audit.operations.applying import tell
from tenken.audit.operations.reporting import open_observed
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries.checklist import OfferedLine, offered_lines
from tenken.audit.states import CANCELLED, CLOSED, FOLLOW_UP
from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import Answer, Programme, Sheet, Stage
from tenken.organization.access import Principal, require
from tenken.organization.models import Person, Unit
from tenken.organization.names import refuse

TITLE_LIMIT, PRACTICE_LIMIT = 500, 1_000


@transaction.atomic
def record_past_visit(
    *,
    by: Principal,
    stage: Stage,
    unit: Unit,
    visited_on: date,
    system: InformationSystem | None = None,
    findings: Sequence[tuple[str, str]] = (),
    agreed: Sequence[str] = (),
    good_practices: Sequence[str] = (),
    auditors: Sequence[Person] = (),
    chosen_because: str = "",
    summary: str = "",
    on: date | None = None,
) -> Visit:
    """Record a visit that took place: what was found (item code, what was seen), which items were as the section had
    said, good practices, who was there (the first is 主任).

    Each of *findings* opens one of origin 訪問調査 in the section, dated *visited_on*; the visit is then in its follow-up,
    else closed. *system*: the one of the section that was visited; its sheet need not be kept. ``Stale`` when it is
    recorded already or the programme has not begun; ``Invalid`` for a section without a sheet, another section's system, an
    unknown item or a day to come (fields stage, unit, visited_on, item_<n>, seen_<n>, good_practice).
    """
    require(by, MANAGE_VISITS)
    programme = _programme(by, stage)
    if Visit.objects.filter(stage=stage, unit=unit, system=system).exclude(status=CANCELLED).exists():
        raise Stale(f"「{system or unit.name}」の訪問調査は、すでに記録されています。")
    visit = Visit(
        stage=stage,
        unit=unit,
        system=system,
        chosen_because=chosen_because,
        status=FOLLOW_UP if findings else CLOSED,
        planned_on=visited_on,
        visited_on=visited_on,
        reported_on=visited_on,
        closed_on=None if findings else visited_on,
        summary=summary,
    )
    visit.stage.programme = programme
    lines = {line.item_code: line for line in offered_lines(visit)}
    _check_subject(by, stage, unit, system)
    _check(stage, visited_on, good_practices, findings, [*agreed], lines)
    visit.save(force_insert=True)
    VisitAuditor.objects.bulk_create(
        VisitAuditor(visit=visit, person=person, name=person.name, lead=place == 0)
        for place, person in enumerate(auditors)
    )
    _write(by, visit, lines, findings, agreed, good_practices)
    open_observed(by, visit, on or visited_on)
    tell(
        by,
        visit,
        "past",
        "audit.visit.past",
        {
            "unit": unit.code,
            "system": system.code if system else "",
            "visited_on": visited_on,
            "findings": [list(finding) for finding in findings],
            "agreed": list(agreed),
            "good_practices": list(good_practices),
            "auditors": [person.number for person in auditors],
        },
        on=on or visited_on,
    )
    return visit


def _programme(by: Principal, stage: Stage) -> Programme:
    programme = (
        Programme.objects.select_for_update(of=("self",)).select_related("city").get(pk=stage.programme_id)
    )
    if programme.city_id != by.city_id:
        raise Missing("点検がありません。")
    if programme.status == Programme.Status.PLANNED:
        raise Stale("訪問調査を記録できるのは、開始した点検だけです。")
    return programme


def _write(
    by: Principal,
    visit: Visit,
    lines: dict[str, OfferedLine],
    findings: Sequence[tuple[str, str]],
    agreed: Sequence[str],
    good_practices: Sequence[str],
) -> None:
    seen = {code: ("agree", "") for code in agreed} | {code: ("disagree", text) for code, text in findings}
    items = {}
    for order, (code, (result, text)) in enumerate(
        sorted(seen.items(), key=lambda one: lines[one[0]].order), start=1
    ):
        line = lines[code]
        items[code] = VisitItem.objects.create(
            visit=visit,
            order=order,
            category_id=line.category_id,
            revision_id=line.revision_id,
            said=line.said,
            said_reason=line.said_reason,
            said_comment=line.said_comment,
            said_on=visit.visited_on or clock.today(),
            # The section had said so itself: then the visit saw what the sheet says.
            seen="agree" if line.said == Answer.Verdict.ISSUE else result,
            note=text,
            seen_by=by.actor.code,
            seen_by_name=by.actor.name,
            seen_at=clock.now(),
            version=1,
        )
    for number, (code, text) in enumerate(findings, start=1):
        item = items[code]
        Observation.objects.create(
            visit=visit,
            number=number,
            item=item,
            item_code=code,
            category_code=item.category.code,
            title=text.strip(),
            unreported=item.said != Answer.Verdict.ISSUE,
        )
    for practice in good_practices:
        GoodPractice.objects.create(visit=visit, text=practice.strip())


def _check_subject(by: Principal, stage: Stage, unit: Unit, system: InformationSystem | None) -> None:
    if system is None:
        if not Sheet.objects.filter(programme=stage.programme_id, unit=unit).exists():
            raise refuse("この点検の対象ではありません。", label="課公所", field="unit")
    elif not by.tree.lineage_forward([system.owner_id]) & by.tree.lineage_forward([unit.pk]):
        raise refuse("所管する課公所の情報システムを選んでください。", label="情報システム", field="unit")


def _check(
    stage: Stage,
    visited_on: date,
    good_practices: Sequence[str],
    findings: Sequence[tuple[str, str]],
    agreed: Sequence[str],
    lines: dict[str, Any],
) -> None:
    problems = []
    if stage.kind != Stage.Kind.VISIT:
        problems.append(Problem("訪問調査の段階ではありません。", "段階", "stage"))
    if visited_on > clock.today():
        problems.append(Problem("これから訪れる日は記録できません。", "訪問日", "visited_on"))
    for text in good_practices:
        if not text.strip() or len(text) > PRACTICE_LIMIT:
            problems.append(
                Problem(f"{PRACTICE_LIMIT:,}字までで入力してください。", "優良事例", "good_practice")
            )
    for code in agreed:
        if code not in lines:
            problems.append(Problem(f"「{code[:40]}」という点検項目はありません。", "一致した項目", "agreed"))
    for number, (code, seen) in enumerate(findings, start=1):
        place = f"課題{number}"
        if code not in lines:
            problems.append(Problem(f"「{code[:40]}」という点検項目はありません。", place, f"item_{number}"))
        if not seen.strip() or len(seen) > TITLE_LIMIT:
            problems.append(
                Problem(f"見たことを{TITLE_LIMIT}字までで入力してください。", place, f"seen_{number}")
            )
    if problems:
        raise Invalid("訪問調査の記録に誤りがあります。", problems)
