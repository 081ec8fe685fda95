"""One sheet as its page shows it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from tenken.approvals.models import ApprovalRequest
from tenken.approvals.operations import holds_role_over, may_decide
from tenken.approvals.queries import trail
from tenken.common.refusals import Missing
from tenken.inspection.models import Answer, AnswerEvidence, Question, Sheet
from tenken.inspection.operations.sheets import SUBJECT
from tenken.inspection.permissions import ACCEPT_SHEETS, FILL_SHEETS, VIEW_SHEETS
from tenken.inspection.states import EDITABLE
from tenken.organization.access import Principal, decide


@dataclass(frozen=True)
class LastAnswer:
    """What the section (or what it came from) answered to the same item the year before."""

    fiscal_year: int
    verdict: str
    verdict_label: str
    reason: str
    comment: str
    unit_name: str


@dataclass(frozen=True)
class Row:
    """One question: its wording, the answer (None yet), last year's answers, the evidence in force."""

    question: Question
    answer: Answer | None
    last: tuple[LastAnswer, ...]
    evidence: tuple[AnswerEvidence, ...]


@dataclass(frozen=True)
class Section:
    """The questions of one 調査項目."""

    part: str
    part_label: str
    code: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class SheetPage:
    """A sheet with all its page needs. ``may_*``: what the reader may do with it now."""

    sheet: Sheet
    sections: tuple[Section, ...]
    rounds: list[ApprovalRequest]
    answered: int
    total: int
    may_fill: bool
    may_submit: bool
    may_approve: bool
    may_return: bool
    may_accept: bool
    may_withdraw: bool
    acting: bool


def find_sheet(by: Principal, sheet_id: int) -> Sheet:
    """Return the sheet if *by* may see it, with unit, bureau, programme; ``Missing`` otherwise."""
    sheet = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .select_related("unit__city", "bureau", "programme", "form")
        .filter(pk=sheet_id)
        .first()
    )
    if sheet is None:
        raise Missing("点検シートがないか、見ることのできる範囲にありません。")
    return sheet


def filled_in(sheet: Sheet) -> tuple[int, int]:
    """Return how many questions of *sheet* have a verdict, and how many it asks."""
    answered = Answer.objects.filter(sheet=sheet).exclude(verdict="").count()
    return answered, Question.objects.filter(form=sheet.form_id).count()


def sheet_page(by: Principal, sheet_id: int) -> SheetPage:
    """Return the sheet's page, in a fixed number of queries whatever its length."""
    sheet = find_sheet(by, sheet_id)
    questions = list(
        Question.objects.filter(form=sheet.form_id)
        .select_related("category", "revision__item")
        .order_by("order")
    )
    answers = {answer.question_id: answer for answer in Answer.objects.filter(sheet=sheet)}
    last = _last_answers(by, sheet, {question.revision.item_id for question in questions})
    evidence = _evidence(sheet)
    rows = [
        Row(
            question,
            answers.get(question.pk),
            tuple(last.get(question.revision.item_id, ())),
            tuple(evidence.get(question.pk, ())),
        )
        for question in questions
    ]
    rounds = trail((SUBJECT, sheet.pk))
    return _with_permissions(by, sheet, _sections(rows), rounds, rows)


def _with_permissions(
    by: Principal, sheet: Sheet, sections: tuple[Section, ...], rounds: list[ApprovalRequest], rows: list[Row]
) -> SheetPage:
    running = sheet.programme.status == "launched"
    fills = running and bool(decide(by, FILL_SHEETS, unit=sheet.unit))
    pending = next((request for request in rounds if request.status == "pending"), None)
    decides = pending is not None and may_decide(by, pending)
    answered = sum(1 for row in rows if row.answer and row.answer.verdict)
    in_person = holds_role_over(by, "section_manager", sheet.unit_id)
    return SheetPage(
        sheet=sheet,
        sections=sections,
        rounds=rounds,
        answered=answered,
        total=len(rows),
        may_fill=fills and sheet.status in EDITABLE,
        may_submit=fills and sheet.status in EDITABLE and sheet.status != "not_started",
        may_approve=sheet.status == "submitted" and decides,
        may_return=(sheet.status == "submitted" and decides and in_person)
        or (sheet.status == "approved" and decides and bool(decide(by, ACCEPT_SHEETS, unit=sheet.unit))),
        may_accept=sheet.status == "approved" and decides,
        may_withdraw=fills
        and sheet.status == "submitted"
        and pending is not None
        and pending.requested_by == by.actor.code,
        acting=sheet.status == "submitted" and decides and not in_person,
    )


def _sections(rows: list[Row]) -> tuple[Section, ...]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.question.category_id].append(row)
    return tuple(
        Section(
            part=group[0].question.category.part,
            part_label=group[0].question.category.get_part_display(),
            code=group[0].question.category.code,
            name=group[0].question.category.name,
            rows=tuple(group),
        )
        for group in grouped.values()
    )


def _last_answers(by: Principal, sheet: Sheet, items: set[int]) -> dict[int, list[LastAnswer]]:
    """Return the answers of the latest year that asked, by item: last year's, and for what it did not ask an older
    one's. Two or three queries; ten years of answers are not read for the sake of one."""
    before = Answer.objects.filter(
        sheet__programme__city=sheet.programme.city_id,
        sheet__programme__fiscal_year__lt=sheet.programme.fiscal_year,
        sheet__programme__code=sheet.programme.code,
        sheet__unit__in=by.tree.lineage_back([sheet.unit_id]),
    ).exclude(verdict="")
    latest = before.aggregate(year=Max("sheet__programme__fiscal_year"))["year"]
    found: dict[int, list[LastAnswer]] = defaultdict(list)
    if latest is None:
        return found
    _keep_latest(
        found, before.filter(sheet__programme__fiscal_year=latest, question__revision__item__in=items)
    )
    if older := items - found.keys():
        _keep_latest(found, before.filter(question__revision__item__in=older))
    return found


def _keep_latest(found: dict[int, list[LastAnswer]], answers: QuerySet[Answer]) -> None:
    rows = answers.order_by("-sheet__programme__fiscal_year", "sheet__unit__code").values_list(
        "question__revision__item_id",
        "sheet__programme__fiscal_year",
        "verdict",
        "reason",
        "comment",
        "sheet__unit__name",
    )
    for item, year, verdict, reason, comment, unit in rows:
        if found[item] and found[item][0].fiscal_year != year:
            continue  # only the latest year that asked
        label = Answer.Verdict(verdict).label
        found[item].append(LastAnswer(year, verdict, label, reason, comment, unit))


def _evidence(sheet: Sheet) -> dict[int, list[AnswerEvidence]]:
    rows = (
        AnswerEvidence.objects.filter(answer__sheet=sheet, removal__isnull=True)
        .select_related("file", "answer")
        .order_by("pk")
    )
    found: dict[int, list[AnswerEvidence]] = defaultdict(list)
    for row in rows:
        found[row.answer.question_id].append(row)
    return found
