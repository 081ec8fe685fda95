"""Handing sheets in: submit, withdraw, approve, return, accept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenken.approvals.models import ApprovalRequest
from tenken.approvals.operations import approve_many, decide, pending_request, request_approval
from tenken.approvals.operations import withdraw as withdraw_request
from tenken.common.refusals import Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import NewFinding, open_findings
from tenken.inspection.filling import require_fill
from tenken.inspection.finding_words import finding_words
from tenken.inspection.models import Answer, Question, Sheet, Stage
from tenken.inspection.operations.answers import locked_sheet
from tenken.inspection.operations.many import check_running
from tenken.inspection.operations.programmes import SHEET_ROUTE
from tenken.inspection.permissions import ACCEPT_SHEETS, APPROVE_SHEETS, FILL_SHEETS
from tenken.inspection.queries.lines import lines_of
from tenken.inspection.queries.risk_part import risk_problems, risk_snapshot
from tenken.inspection.rules import RULES
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.access import decide as may

SUBJECT = "inspection.sheet"
_NOT_PUT_UP = "決裁に回っている内容がありません。ページを開き直してください。"


@transaction.atomic
def submit(*, by: Principal, sheet: Sheet, version: int, on: date | None = None) -> Sheet:
    """Put the whole sheet up for the manager's approval.

    ``Invalid`` names each question that is not complete; ``Stale`` when an answer changed since it was shown.
    """
    sheet = _locked(sheet, version)
    require_fill(by, sheet)
    _check_running(sheet)
    if sheet.status == Sheet.Status.NOT_STARTED:
        raise Invalid("まだ何も記入されていません。")
    status = sheet_after(sheet.status, "submit")
    lines = lines_of(sheet)
    problems = [problem for line in lines for rule in RULES if (problem := rule(line))] + risk_problems(sheet)
    if problems:
        raise Invalid(f"記入の足りないところが{len(problems)}件あります。", problems)
    sheet.submitted_on = on or by.on
    request_approval(
        by=by,
        unit=sheet.unit,
        route_code=SHEET_ROUTE,
        subject=(SUBJECT, sheet.pk),
        snapshot=_snapshot(sheet),
        on=on,
    )
    return _move(by, sheet, status, "submit", {}, on)


@transaction.atomic
def withdraw(*, by: Principal, sheet: Sheet, version: int, on: date | None = None) -> Sheet:
    """Take a submitted sheet back before anyone decided (引戻し)."""
    sheet = _locked(sheet, version)
    require_fill(by, sheet)
    _check_running(sheet)
    status = sheet_after(sheet.status, "withdraw")
    withdraw_request(by=by, request=pending_request((SUBJECT, sheet.pk)), on=on)
    sheet.submitted_on = None
    return _move(by, sheet, status, "withdraw", {}, on)


@transaction.atomic
def approve(*, by: Principal, sheet: Sheet, version: int, comment: str = "", on: date | None = None) -> Sheet:
    """Approve a submitted sheet: by the section's manager, or by a deputy acting for them (代決)."""
    sheet = _locked(sheet, version)
    require(by, APPROVE_SHEETS if may(by, APPROVE_SHEETS, unit=sheet.unit) else FILL_SHEETS, unit=sheet.unit)
    _check_running(sheet)
    status = sheet_after(sheet.status, "approve")
    _decide(by, sheet, "approved", comment, on)
    sheet.handed_in_on = on or by.on
    return _move(by, sheet, status, "approve", {"comment": comment}, on)


@transaction.atomic
def return_sheet(*, by: Principal, sheet: Sheet, version: int, comment: str, on: date | None = None) -> Sheet:
    """Return a sheet (差戻し) with the reason: the manager one that is submitted, the secretariat one handed in."""
    sheet = _locked(sheet, version)
    needed = ACCEPT_SHEETS if sheet.status == Sheet.Status.APPROVED else APPROVE_SHEETS
    require(by, needed, unit=sheet.unit)
    _check_running(sheet)
    status = sheet_after(sheet.status, "return")
    _decide(by, sheet, "returned", comment, on)
    sheet.handed_in_on = None
    return _move(by, sheet, status, "return", {"comment": comment}, on)


@transaction.atomic
def accept(*, by: Principal, sheet: Sheet, version: int, comment: str = "", on: date | None = None) -> Sheet:
    """Accept a sheet that was handed in; each 課題あり opens a finding of the section."""
    sheet = _locked(sheet, version)
    require(by, ACCEPT_SHEETS, unit=sheet.unit)
    _check_running(sheet)
    status = sheet_after(sheet.status, "accept")
    _decide(by, sheet, "approved", comment, on)
    sheet.accepted_on = on or by.on
    sheet = _move(by, sheet, status, "accept", {"comment": comment}, on)
    _open_findings(by, [sheet], on or by.on)
    return sheet


@transaction.atomic
def accept_many(
    *, by: Principal, sheets: Sequence[tuple[Sheet, int]], on: date | None = None
) -> tuple[int, list[tuple[Sheet, str]]]:
    """Accept several (sheet, version shown) in one transaction. Returns how many, and those passed over with the reason."""
    rows = {
        sheet.pk: sheet
        for sheet in Sheet.objects.select_for_update(of=("self",))
        .select_related("unit__city", "programme")
        .filter(pk__in=[sheet.pk for sheet, _ in sheets])
    }
    refused: list[tuple[Sheet, str]] = []
    ready: list[Sheet] = []
    for shown, version in sheets:
        sheet = rows.get(shown.pk)
        if sheet is None:
            raise Missing("点検シートがありません。")
        require(by, ACCEPT_SHEETS, unit=sheet.unit)
        try:
            _check_version(sheet, version)
            _check_running(sheet)
            sheet_after(sheet.status, "accept")
        except Stale as refusal:
            refused.append((sheet, refusal.message))
        else:
            ready.append(sheet)
    decided = approve_many(by=by, subject_type=SUBJECT, subject_ids=[sheet.pk for sheet in ready], on=on)
    refused += [(sheet, _NOT_PUT_UP) for sheet in ready if sheet.pk not in decided]
    accepted = [sheet for sheet in ready if sheet.pk in decided]
    _accept_all(by, accepted, on)
    return len(accepted), refused


def _accept_all(by: Principal, accepted: Sequence[Sheet], on: date | None) -> None:
    for sheet in accepted:
        sheet.status = sheet_after(sheet.status, "accept")
        sheet.accepted_on = on or by.on
        sheet.version += 1
    Sheet.objects.bulk_update(accepted, ["status", "accepted_on", "version"], batch_size=200)
    for sheet in accepted:
        _note(by, sheet, Sheet.Status.APPROVED, "accept", {"comment": ""}, on)
    programmes: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in accepted:
        programmes[sheet.programme_id].append(sheet)
    for of_one in programmes.values():
        _open_findings(by, of_one, on or by.on)


def _locked(sheet: Sheet, version: int) -> Sheet:
    fresh = locked_sheet(sheet.pk)
    _check_version(fresh, version)
    return fresh


def _check_version(sheet: Sheet, version: int) -> None:
    if sheet.version != version:
        raise Stale(
            "表示したあとに、この点検シートは変更されました。ページを開き直して、内容を確かめてください。"
        )


def _check_running(sheet: Sheet) -> None:
    check_running(sheet.programme)


def _decide(by: Principal, sheet: Sheet, outcome: str, comment: str, on: date | None) -> ApprovalRequest:
    request = pending_request((SUBJECT, sheet.pk))
    return decide(by=by, request=request, outcome=outcome, comment=comment, on=on)


def _move(
    by: Principal, sheet: Sheet, status: str, event: str, changes: dict[str, Any], on: date | None
) -> Sheet:
    before, sheet.status = sheet.status, status
    sheet.version += 1
    sheet.save(update_fields=["status", "version", "submitted_on", "handed_in_on", "accepted_on"])
    _note(by, sheet, before, event, changes, on)
    return sheet


def _note(
    by: Principal, sheet: Sheet, before: str, event: str, changes: dict[str, Any], on: date | None
) -> None:
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation=f"inspection.sheet.{event}",
        subject=(SUBJECT, sheet.pk),
        changes={"before": before, "after": sheet.status, **changes},
        business_date=on,
    )


def _snapshot(sheet: Sheet) -> dict[str, Any]:
    answers = (
        Answer.objects.filter(sheet=sheet)
        .order_by("question__order")
        .values_list("question__number", "question__revision__item__code", "verdict", "reason", "comment")
    )
    return {
        "unit": sheet.unit.code,
        "unit_name": sheet.unit.name,
        "programme": sheet.programme.code,
        "fiscal_year": sheet.programme.fiscal_year,
        "answers": [list(answer) for answer in answers],
        **risk_snapshot(sheet),
    }


def _open_findings(by: Principal, sheets: Sequence[Sheet], on: date) -> None:
    """Open a finding for each issue of *sheets*, all of one programme."""
    programme = sheets[0].programme
    stage = Stage.objects.filter(programme=programme, kind=Stage.Kind.IMPROVEMENT).first()
    by_key = {sheet.pk: sheet for sheet in sheets}
    issues = (
        Answer.objects.filter(sheet__in=by_key, verdict=Answer.Verdict.ISSUE)
        .select_related("question__category", "question__revision__item")
        .order_by("sheet__unit__code", "sheet", "question__order")
    )
    rows = [finding_of(answer, by_key[answer.sheet_id], stage) for answer in issues]
    if rows:
        open_findings(
            by=by,
            city=by.city,
            fiscal_year=programme.fiscal_year,
            origin=Finding.Origin.SELF_INSPECTION,
            rows=rows,
            on=on,
        )


def finding_of(answer: Answer, sheet: Sheet, improvement: Stage | None) -> NewFinding:
    """Return the finding that *answer* (question, category, item loaded) opens."""
    question: Question = answer.question
    words = "\n".join(text for text in (answer.reason, answer.comment) if text)
    title, detail = finding_words(question.revision.question, words)
    return NewFinding(
        unit_id=sheet.unit_id,
        origin_key=f"inspection.answer:{answer.pk}",
        item_code=question.revision.item.code,
        category_code=question.category.code,
        aspect=question.revision.item.aspect,
        system_id=sheet.system_id,
        title=title,
        detail=detail,
        due_on=improvement.ends_on if improvement else None,
    )
