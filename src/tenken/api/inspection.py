"""Programmes, sheets and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from tenken.api.authentication import ApiRequest
from tenken.api.paging import REFUSALS, Key, Limit, Offset, Year, piece, plain
from tenken.inspection.models import Answer, Kind, Programme, Question, Sheet
from tenken.inspection.operations import save_answer
from tenken.inspection.permissions import VIEW_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.queries.boards import board, find_programme
from tenken.inspection.queries.boards import programmes as programmes_of
from tenken.inspection.queries.self_checks import turnout
from tenken.inspection.queries.sheets import find_sheet, sheet_page
from tenken.organization.access import require_somewhere

router = Router(tags=["inspection"])


class ProgrammeOut(Schema):
    id: int
    fiscal_year: int
    code: str
    name: str
    kind: str
    kind_label: str
    series: str | None
    target_rule: str
    target_rule_label: str
    with_risk_part: bool
    status: str
    status_label: str
    launched_on: date | None
    closed_on: date | None


class ProgrammesOut(Schema):
    total: int
    items: list[ProgrammeOut]


class StageOut(Schema):
    kind: str
    kind_label: str
    name: str
    starts_on: date
    ends_on: date


class AskedOut(Schema):
    number: str
    item_code: str
    question: str
    chosen_because: str


class ProgrammeDetailOut(ProgrammeOut):
    """``sheets``: those in the reader's scope by status. Of a self-check only how many handed in, never an answer."""

    purpose: str
    version: int
    stages: list[StageOut]
    questions: list[AskedOut]
    sheets: dict[str, int]


@router.get("/programmes", response={200: ProgrammesOut, **REFUSALS}, summary="点検の一覧")
def programmes(
    request: ApiRequest,
    fiscal_year: Year = None,
    kind: Annotated[Kind | None, Query()] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> ProgrammesOut:
    require_somewhere(request.auth, VIEW_PROGRAMMES)
    rows = programmes_of(request.auth).select_related("series")
    if fiscal_year is not None:
        rows = rows.filter(fiscal_year=fiscal_year)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    total, found = piece(rows, limit, offset)
    return ProgrammesOut(total=total, items=[ProgrammeOut(**_programme(row)) for row in found])


def _programme(row: Programme) -> dict[str, Any]:
    return {
        "id": row.pk,
        "fiscal_year": row.fiscal_year,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "series": row.series.code if row.series else None,
        "target_rule": row.target_rule,
        "target_rule_label": row.get_target_rule_display(),
        "with_risk_part": row.with_risk_part,
        "status": row.status,
        "status_label": row.get_status_display(),
        "launched_on": row.launched_on,
        "closed_on": row.closed_on,
    }


@router.get(
    "/programmes/{programme_id}",
    response={200: ProgrammeDetailOut, **REFUSALS},
    summary="点検の段階・設問・進み具合",
)
def programme(request: ApiRequest, programme_id: Key) -> ProgrammeDetailOut:
    require_somewhere(request.auth, VIEW_PROGRAMMES)
    row = find_programme(request.auth, programme_id)
    questions = Question.objects.filter(form__programme=row).select_related("revision__item")
    return ProgrammeDetailOut(
        **_programme(row),
        purpose=row.purpose,
        version=row.version,
        stages=[
            StageOut(
                kind=stage.kind,
                kind_label=stage.get_kind_display(),
                name=stage.name,
                starts_on=stage.starts_on,
                ends_on=stage.ends_on,
            )
            for stage in row.stages.all()
        ],
        questions=[
            AskedOut(
                number=one.number,
                item_code=one.revision.item.code,
                question=one.revision.question,
                chosen_because=one.chosen_because,
            )
            for one in questions.order_by("form__version", "order")
        ],
        sheets=_progress(request, row),
    )


def _progress(request: ApiRequest, row: Programme) -> dict[str, int]:
    if row.kind == Kind.SELF_CHECK:
        found = turnout(request.auth, row)
        return {
            "submitted": sum(one.submitted for one in found),
            "not_submitted": sum(one.missing for one in found),
        }
    return dict(board(request.auth, row.pk).whole.by_status)


class SheetOut(Schema):
    id: int
    programme_id: int
    fiscal_year: int
    unit_id: int
    unit_code: str
    unit_name: str
    status: str
    status_label: str
    issues: int
    submitted_on: date | None
    accepted_on: date | None
    version: int


class SheetsOut(Schema):
    total: int
    items: list[SheetOut]


class AnswerOut(Schema):
    verdict: str
    reason: str
    comment: str
    version: int
    answered_by: str
    answered_at: datetime


class QuestionOut(Schema):
    id: int
    number: str
    item_code: str
    category: str
    question: str
    required: bool
    answer: AnswerOut | None


class SheetWithAnswersOut(SheetOut):
    may_fill: bool
    questions: list[QuestionOut]


@router.get("/sheets", response={200: SheetsOut, **REFUSALS}, summary="点検シートの一覧")
def sheets(
    request: ApiRequest,
    fiscal_year: Year = None,
    status: Annotated[Sheet.Status | None, Query()] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> SheetsOut:
    require_somewhere(request.auth, VIEW_SHEETS)
    rows = (
        Sheet.objects.restrict(request.auth, VIEW_SHEETS)
        .select_related("unit", "programme")
        .order_by("-programme__fiscal_year", "unit__code", "pk")
    )
    if fiscal_year is not None:
        rows = rows.filter(programme__fiscal_year=fiscal_year)
    if status is not None:
        rows = rows.filter(status=status.value)
    total, found = piece(rows, limit, offset)
    return SheetsOut(total=total, items=[SheetOut(**_sheet(row)) for row in found])


def _sheet(row: Sheet) -> dict[str, Any]:
    return {
        "id": row.pk,
        "programme_id": row.programme_id,
        "fiscal_year": row.programme.fiscal_year,
        "unit_id": row.unit_id,
        "unit_code": row.unit.code,
        "unit_name": row.unit.name,
        "status": row.status,
        "status_label": row.get_status_display(),
        "issues": row.issues,
        "submitted_on": row.submitted_on,
        "accepted_on": row.accepted_on,
        "version": row.version,
    }


@router.get("/sheets/{sheet_id}", response={200: SheetWithAnswersOut, **REFUSALS}, summary="点検シートと回答")
def sheet(request: ApiRequest, sheet_id: Key) -> SheetWithAnswersOut:
    page = sheet_page(request.auth, sheet_id)
    return SheetWithAnswersOut(
        **_sheet(page.sheet),
        may_fill=page.may_fill,
        questions=[
            QuestionOut(
                id=row.question.pk,
                number=row.question.number,
                item_code=row.question.revision.item.code,
                category=section.name,
                question=row.question.revision.question,
                required=row.question.required,
                answer=_answer(row.answer) if row.answer else None,
            )
            for section in page.sections
            for row in section.rows
        ],
    )


def _answer(answer: Answer) -> AnswerOut:
    return AnswerOut(
        verdict=answer.verdict,
        reason=answer.reason,
        comment=answer.comment,
        version=answer.version,
        answered_by=answer.answered_by,
        answered_at=answer.answered_at,
    )


class AnswerIn(Schema):
    """An answer as it shall stand. ``version`` is that of the answer read before (0: there was none)."""

    verdict: Answer.Verdict | None = None
    reason: str = Field("", max_length=10_000)
    comment: str = Field("", max_length=10_000)
    version: int = Field(ge=0, le=2_147_483_647)


@router.put(
    "/sheets/{sheet_id}/answers/{question_id}",
    response={200: AnswerOut, **REFUSALS},
    summary="回答を1問保存する",
)
def answer(request: ApiRequest, sheet_id: Key, question_id: Key, payload: AnswerIn) -> AnswerOut:
    saved = save_answer(
        by=request.auth,
        sheet=find_sheet(request.auth, sheet_id),
        question_id=question_id,
        verdict=payload.verdict.value if payload.verdict else "",
        reason=plain(payload.reason),
        comment=plain(payload.comment),
        version=payload.version,
    )
    return _answer(saved)
