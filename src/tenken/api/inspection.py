"""Programmes, sheets and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from tenken.api.authentication import ApiRequest
from tenken.api.paging import REFUSALS, Key, Limit, Offset, Year, piece, plain
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import save_answer
from tenken.inspection.permissions import VIEW_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.queries.boards import programmes as programmes_of
from tenken.inspection.queries.sheets import find_sheet, sheet_page
from tenken.organization.access import require_somewhere

router = Router(tags=["inspection"])


class ProgrammeOut(Schema):
    id: int
    fiscal_year: int
    code: str
    name: str
    status: str
    status_label: str
    launched_on: date | None
    closed_on: date | None


class ProgrammesOut(Schema):
    total: int
    items: list[ProgrammeOut]


@router.get("/programmes", response={200: ProgrammesOut, **REFUSALS}, summary="点検の一覧")
def programmes(request: ApiRequest, limit: Limit = 100, offset: Offset = 0) -> ProgrammesOut:
    require_somewhere(request.auth, VIEW_PROGRAMMES)
    total, rows = piece(programmes_of(request.auth), limit, offset)
    return ProgrammesOut(total=total, items=[_programme(row) for row in rows])


def _programme(row: Programme) -> ProgrammeOut:
    return ProgrammeOut(
        id=row.pk,
        fiscal_year=row.fiscal_year,
        code=row.code,
        name=row.name,
        status=row.status,
        status_label=row.get_status_display(),
        launched_on=row.launched_on,
        closed_on=row.closed_on,
    )


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
