"""指摘事項 and 優良事例: drafts until the visit is reported."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.audit.models import GoodPractice, Observation, Visit
from tenken.audit.operations.applying import locked_visit, note, require_recorder
from tenken.audit.operations.recording import open_to_records
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.states import OPEN_TO_RECORDS, SAID
from tenken.common.refusals import Missing, Stale
from tenken.findings.operations import answer_permission, propose_case
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.inspection.models import Answer
from tenken.organization.access import Principal, decide, require
from tenken.organization.names import Checks
from tenken.policy.models import CheckCategory, CheckItem

TITLE_LIMIT, DETAIL_LIMIT, PRACTICE_LIMIT, REASON_LIMIT = 500, 2_000, 1_000, 300


@transaction.atomic
def save_observation(
    *,
    by: Principal,
    visit: Visit,
    observation: Observation | None = None,
    item_id: int | None = None,
    item_code: str = "",
    category_code: str = "",
    title: str,
    detail: str = "",
    due_on: date | None = None,
    version: int = 0,
    on: date | None = None,
) -> Observation:
    """Write down something that does not meet a clause, or change it (*observation*, *version* as shown).

    *item_id*: the checklist's line it was seen at; else *item_code* or *category_code* of the bank, or neither: what no
    sheet asks. Its ``unreported`` says whether the section had not said so itself. ``Invalid`` names item, category, title,
    detail, due_on.
    """
    visit = open_to_records(by, visit, on)
    checks = Checks()
    values: dict[str, Any] = {
        "title": checks.name(title, label="指摘事項", limit=TITLE_LIMIT, field="title"),
        "detail": checks.name(
            detail, label="内容", limit=DETAIL_LIMIT, field="detail", required=False, lines=True
        ),
        "due_on": due_on,
        **_place(visit, item_id, item_code, category_code, checks),
    }
    if due_on is not None and visit.visited_on is not None and due_on <= visit.visited_on:
        checks.problem("訪問日より後の日にしてください。", label="改善の期限", field="due_on")
    checks.done()
    if observation is None:
        last = visit.observations.aggregate(last=Max("number"))["last"]
        row = Observation(visit=visit, number=(last or 0) + 1)
    else:
        row = _locked_observation(visit, observation, version)
        row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    changes = {"number": row.number, **values, "item": item_id}
    note(by, visit, "audit.observation.save", changes, on=on)
    return row


def _place(
    visit: Visit, item_id: int | None, item_code: str, category_code: str, checks: Checks
) -> dict[str, Any]:
    """Return to which line, item and 調査項目 an observation belongs, and whether the sheet had said so."""
    if item_id is not None:
        line = visit.items.filter(pk=item_id).select_related("revision__item", "category").first()
        if line is None:
            checks.problem("この訪問調査にない確認項目です。", label="確認項目", field="item")
            return {}
        return {
            "item": line,
            "item_code": line.revision.item.code,
            "category_code": line.category.code,
            "unreported": line.said != Answer.Verdict.ISSUE,
        }
    if item_code:
        item = (
            CheckItem.objects.filter(city=visit.unit.city_id, code=item_code)
            .select_related("category")
            .first()
        )
        if item is None:
            checks.problem("この点検項目はありません。", label="点検項目", field="item")
            return {}
        return {"item": None, "item_code": item.code, "category_code": item.category.code, "unreported": True}
    if (
        category_code
        and not CheckCategory.objects.filter(city=visit.unit.city_id, code=category_code).exists()
    ):
        checks.problem("この調査項目はありません。", label="調査項目", field="category")
    return {"item": None, "item_code": "", "category_code": category_code, "unreported": True}


@transaction.atomic
def drop_observation(
    *, by: Principal, observation: Observation, reason: str, version: int, on: date | None = None
) -> Observation:
    """Take an observation back before the report, and say why. ``Invalid`` names reason."""
    visit = open_to_records(by, observation.visit, on)
    row = _locked_observation(visit, observation, version)
    row.dropped_because = _reason(reason)
    row.version += 1
    row.save()
    changes = {"number": row.number, "reason": row.dropped_because}
    note(by, visit, "audit.observation.drop", changes, on=on)
    return row


def _locked_observation(visit: Visit, observation: Observation, version: int) -> Observation:
    row = Observation.objects.select_for_update().filter(pk=observation.pk, visit=visit).first()
    if row is None:
        raise Missing("指摘事項がありません。")
    if row.version != version:
        raise Stale("ほかの人が先にこの指摘事項を変更しました。ページを開き直してください。")
    if row.dropped_because:
        raise Stale("この指摘事項は、取り下げられています。")
    return row


@transaction.atomic
def save_practice(
    *,
    by: Principal,
    visit: Visit,
    practice: GoodPractice | None = None,
    text: str,
    category_code: str = "",
    version: int = 0,
    on: date | None = None,
) -> GoodPractice:
    """Write down a good practice seen, or change its words; also after the report, until the visit ends.

    ``Invalid`` names text and category.
    """
    visit = locked_visit(by, visit)
    require_recorder(by, visit)
    if visit.status not in OPEN_TO_RECORDS | SAID or visit.status == Visit.Status.CLOSED:
        raise Stale("優良事例を記録できるのは、通知のあとから終了するまでです。")
    checks = Checks()
    kept = checks.name(text, label="優良事例", limit=PRACTICE_LIMIT, field="text", lines=True)
    if category_code and not CheckCategory.objects.filter(city=by.city_id, code=category_code).exists():
        checks.problem("この調査項目はありません。", label="調査項目", field="category")
    checks.done()
    row = _locked_practice(by, practice, version) if practice else GoodPractice(visit=visit)
    row.text, row.category_code = kept, category_code
    _save_practice(row)
    note(by, visit, "audit.practice.save", {"practice": row.pk, "text": kept}, on=on)
    return row


@transaction.atomic
def drop_practice(
    *, by: Principal, practice: GoodPractice, reason: str, version: int, on: date | None = None
) -> GoodPractice:
    """Take a good practice back, and say why. ``Invalid`` names reason."""
    visit = locked_visit(by, practice.visit)
    require_recorder(by, visit)
    row = _locked_practice(by, practice, version)
    row.dropped_because = _reason(reason)
    _save_practice(row)
    note(by, visit, "audit.practice.drop", {"practice": row.pk, "reason": row.dropped_because}, on=on)
    return row


@transaction.atomic
def ask_permission(
    *, by: Principal, practice: GoodPractice, version: int, on: date | None = None
) -> GoodPractice:
    """Ask the section whether its name may stand beside the good practice."""
    require(by, MANAGE_VISITS)
    row = _locked_practice(by, practice, version)
    if row.permission != GoodPractice.Permission.NOT_ASKED:
        raise Stale(f"課名の掲載は、すでに「{row.get_permission_display()}」です。")
    row.permission = GoodPractice.Permission.ASKED
    row.asked_by_name, row.asked_on = by.actor.name, on or by.on
    _save_practice(row)
    note(by, row.visit, "audit.practice.ask", {"practice": row.pk}, on=on)
    return row


@transaction.atomic
def answer_practice_permission(
    *, by: Principal, practice: GoodPractice, granted: bool, version: int, on: date | None = None
) -> GoodPractice:
    """The section answers; the secretariat may record what it was told. An answer may be changed; the case follows."""
    if not decide(by, MANAGE_VISITS):
        require(by, IMPROVE_FINDINGS, unit=practice.visit.unit)
        if practice.permission == GoodPractice.Permission.NOT_ASKED:
            raise Stale("まだ照会されていません。")
    row = _locked_practice(by, practice, version)
    row.permission = GoodPractice.Permission.GIVEN if granted else GoodPractice.Permission.REFUSED
    row.answered_by_name, row.answered_on = by.actor.name, on or by.on
    _save_practice(row)
    note(by, row.visit, "audit.practice.answer", {"practice": row.pk, "granted": granted}, on=on)
    if row.case is not None and row.case.status != row.case.Status.WITHDRAWN:
        answer_permission(by=by, case=row.case, version=row.case.version, granted=granted, on=on)
    return row


@transaction.atomic
def propose_practice(
    *,
    by: Principal,
    practice: GoodPractice,
    title: str,
    situation: str,
    measure: str,
    version: int,
    on: date | None = None,
) -> GoodPractice:
    """Propose a good practice for the casebook, with the permission the section gave so far."""
    require(by, MANAGE_VISITS)
    row = _locked_practice(by, practice, version)
    if row.case_id is not None:
        raise Stale("すでに事例集に提案されています。")
    case = propose_case(
        by=by,
        city=by.city,
        fiscal_year=row.visit.stage.programme.fiscal_year,
        kind="good_practice",
        category_code=row.category_code,
        title=title,
        situation=situation,
        measure=measure,
        unit=row.visit.unit,
        source=("audit.good_practice", row.pk),
        on=on,
    )
    if row.permission in (GoodPractice.Permission.GIVEN, GoodPractice.Permission.REFUSED):
        granted = row.permission == GoodPractice.Permission.GIVEN
        case = answer_permission(by=by, case=case, version=case.version, granted=granted, on=on)
    row.case = case
    _save_practice(row)
    note(by, row.visit, "audit.practice.propose", {"practice": row.pk, "case": case.pk}, on=on)
    return row


def _locked_practice(by: Principal, practice: GoodPractice, version: int) -> GoodPractice:
    row = (
        GoodPractice.objects.select_for_update(of=("self",))
        .select_related("visit__unit", "visit__stage__programme", "case__unit")
        .filter(pk=practice.pk, visit__unit__city=by.city_id)
        .first()
    )
    if row is None:
        raise Missing("優良事例がありません。")
    if row.version != version:
        raise Stale("ほかの人が先にこの優良事例を変更しました。ページを開き直してください。")
    if row.dropped_because:
        raise Stale("この優良事例は、取り下げられています。")
    return row


def _save_practice(row: GoodPractice) -> None:
    if row.pk is not None:
        row.version += 1
    row.save()


def _reason(text: str) -> str:
    checks = Checks()
    kept = checks.name(text, label="取り下げる理由", limit=REASON_LIMIT, field="reason")
    checks.done()
    return kept
