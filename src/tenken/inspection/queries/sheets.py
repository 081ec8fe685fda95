"""One sheet as its page shows it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef

from tenken.approvals.models import ApprovalRequest
from tenken.approvals.operations import holds_role_over, may_decide
from tenken.approvals.queries import trail
from tenken.common.refusals import Missing
from tenken.inspection.filling import decide_fill
from tenken.inspection.models import Answer, AnswerEvidence, Question, Sheet, Stage
from tenken.inspection.operations.sheets import SUBJECT
from tenken.inspection.permissions import ACCEPT_SHEETS, VIEW_SHEETS
from tenken.inspection.queries.due import last_day_of
from tenken.inspection.queries.offers import offers_for
from tenken.inspection.rules.due import due_on
from tenken.inspection.rules.standing_by import Offer
from tenken.inspection.states import EDITABLE, EXEMPTED
from tenken.organization.access import Principal, decide
from tenken.organization.opening_days import opening_days_of
from tenken.policy.models import CheckCategory

_LABELS: dict[str, str] = dict(Answer.Verdict.choices)


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
class Brought:
    """What a section that was merged into this one had answered, where it says otherwise than this sheet."""

    unit_name: str
    verdict_label: str
    reason: str
    comment: str


@dataclass(frozen=True)
class Row:
    """One question: its wording, the answer (None yet), last year's answers, the evidence in force.

    ``offer``: an earlier answer that may be stood by; ``stands_by``: the earlier answer this one stands by;
    ``brought``: other answers of sections that were merged into this one.
    """

    question: Question
    answer: Answer | None
    last: tuple[LastAnswer, ...]
    evidence: tuple[AnswerEvidence, ...]
    offer: Offer | None = None
    stands_by: Answer | None = None
    brought: tuple[Brought, ...] = ()

    @property
    def verdict(self) -> str:
        return self.answer.verdict if self.answer else ""

    @property
    def changed(self) -> bool:
        """Whether it is answered otherwise than the year before."""
        return bool(self.verdict and self.last) and any(one.verdict != self.verdict for one in self.last)


@dataclass(frozen=True)
class Section:
    """The questions of one 調査項目."""

    part: str
    part_label: str
    category_id: int
    code: str
    name: str
    rows: tuple[Row, ...]

    @property
    def open(self) -> int:
        """How many of its questions have no verdict yet."""
        return sum(1 for row in self.rows if not row.verdict)


@dataclass(frozen=True)
class SheetPage:
    """A sheet with all its page needs. ``may_*``: what the reader may do with it now."""

    sheet: Sheet
    stages: tuple[Stage, ...]
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
    may_restore: bool
    acting: bool


def find_sheet(by: Principal, sheet_id: int) -> Sheet:
    """Return the sheet if *by* may see it, with unit, bureau, programme; ``Missing`` otherwise."""
    sheet = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .select_related("unit__city", "bureau", "programme", "form", "system", "moved_to__unit")
        .annotate(heir=Exists(Sheet.objects.filter(moved_to=OuterRef("pk"))))
        .filter(pk=sheet_id)
        .first()
    )
    if sheet is None:
        raise Missing("点検シートがないか、見ることのできる範囲にありません。")
    return sheet


@dataclass(frozen=True)
class Filled:
    """How far a sheet is: questions with a verdict, of how many, and those open in one 調査項目."""

    answered: int
    total: int
    open_in_category: int


def filled_in(sheet: Sheet, category_id: int) -> Filled:
    """Count how far *sheet* is. One query, as SQL: it is asked again with every answer that is saved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(a.id), count(*), sum(CASE WHEN q.category_id = %s AND a.id IS NULL THEN 1 ELSE 0 END)"
            " FROM inspection_question q LEFT JOIN inspection_answer a"
            " ON a.question_id = q.id AND a.sheet_id = %s AND a.verdict <> '' WHERE q.form_id = %s",
            [category_id, sheet.pk, sheet.form_id],
        )
        answered, total, still_open = cursor.fetchone()
    return Filled(answered, total, still_open or 0)


def sheet_page(by: Principal, sheet_id: int) -> SheetPage:
    """Return the sheet's page, in a fixed number of queries whatever its length."""
    sheet = find_sheet(by, sheet_id)
    questions = _questions(sheet)
    answers = {answer.question_id: answer for answer in Answer.objects.filter(sheet=sheet)}
    last = _last_answers(by, sheet, {question.revision.item_id for question in questions})
    evidence = _evidence(sheet)
    unanswered = [one for one in questions if one.pk not in answers or not answers[one.pk].verdict]
    fills = sheet.status in EDITABLE and sheet.programme.status == "launched"
    offers = offers_for(by, sheet, unanswered, by.on) if fills else {}
    stood_by = _stood_by(answers)
    brought = _brought(sheet, answers)
    rows = [
        Row(
            question,
            answers.get(question.pk),
            tuple(last.get(question.revision.item_id, ())),
            tuple(evidence.get(question.pk, ())),
            offers.get(question.pk),
            stood_by.get(question.pk),
            tuple(brought.get(question.pk, ())),
        )
        for question in questions
    ]
    rounds = trail((SUBJECT, sheet.pk))
    return _with_permissions(by, sheet, _sections(rows), rounds, rows)


def due_date(page: SheetPage) -> date | None:
    """Return the last day to hand the page's sheet in; None when its programme has no stage. One query."""
    return due_on(page.sheet.due_on, last_day_of(page.stages), opening_days_of(page.sheet.unit.city))


def _questions(sheet: Sheet) -> list[Question]:
    """Return the sheet's questions; the few categories are read once, not again beside each of 140 questions."""
    questions = list(
        Question.objects.filter(form=sheet.form_id)
        .select_related("revision__item")
        .defer("revision__facts", "revision__clause_codes")  # JSON that no sheet shows
        .order_by("order")
    )
    categories = CheckCategory.objects.in_bulk({question.category_id for question in questions})
    for question in questions:
        question.category = categories[question.category_id]
    return questions


def _with_permissions(
    by: Principal, sheet: Sheet, sections: tuple[Section, ...], rounds: list[ApprovalRequest], rows: list[Row]
) -> SheetPage:
    running = sheet.programme.status == "launched"
    fills = running and bool(decide_fill(by, sheet))
    pending = next((request for request in rounds if request.status == "pending"), None)
    decides = running and pending is not None and may_decide(by, pending)
    answered = sum(1 for row in rows if row.verdict)
    stages = tuple(sheet.programme.stages.all())
    in_person = holds_role_over(by, "section_manager", sheet.unit_id)
    return SheetPage(
        sheet=sheet,
        stages=stages,
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
        may_restore=running
        and sheet.status == EXEMPTED
        and sheet.moved_to_id is None
        and bool(decide(by, ACCEPT_SHEETS, unit=sheet.unit)),
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
            category_id=category,
            code=group[0].question.category.code,
            name=group[0].question.category.name,
            rows=tuple(group),
        )
        for category, group in grouped.items()
    )


def _last_answers(by: Principal, sheet: Sheet, items: set[int]) -> dict[int, list[LastAnswer]]:
    """Return what was answered the year before, by item; where that year did not ask, what the latest that asked got.

    At most three queries: the sheets of the lineage, the latest year's answers, and those of the items it lacks.
    """
    earlier: dict[int, list[int]] = defaultdict(list)
    for key, year in (
        Sheet.objects.filter(
            programme__city=sheet.programme.city_id,
            programme__fiscal_year__lt=sheet.programme.fiscal_year,
            programme__code=sheet.programme.code,
            unit__in=by.tree.lineage_back([sheet.unit_id]),
        )
        .order_by("-programme__fiscal_year")
        .values_list("pk", "programme__fiscal_year")
    ):
        earlier[year].append(key)
    if not earlier:
        return {}
    latest, *before = earlier
    found = _answers_of(earlier[latest], items)
    missing = items - set(found)
    if before and missing:
        found |= _answers_of([key for year in before for key in earlier[year]], missing)
    return found


def _answers_of(sheets: list[int], items: set[int]) -> dict[int, list[LastAnswer]]:
    rows = (
        Answer.objects.filter(sheet__in=sheets, question__revision__item__in=items)
        .exclude(verdict="")
        .order_by("-sheet__programme__fiscal_year", "sheet__unit__code")
        .values_list(
            "question__revision__item_id",
            "sheet__programme__fiscal_year",
            "verdict",
            "reason",
            "comment",
            "sheet__unit__name",
        )
    )
    found: dict[int, list[LastAnswer]] = defaultdict(list)
    for item, year, verdict, reason, comment, unit in rows:
        if found[item] and found[item][0].fiscal_year != year:
            continue  # only the latest year that asked
        found[item].append(LastAnswer(year, verdict, _LABELS[verdict], reason, comment, unit))
    return dict(found)


def _stood_by(answers: dict[int, Answer]) -> dict[int, Answer]:
    """Return the earlier answer each of *answers* stands by, by question. One query, or none."""
    wanted = {key: one.carried_from_id for key, one in answers.items() if one.carried_from_id is not None}
    if not wanted:
        return {}
    earlier = Answer.objects.select_related("sheet__programme", "sheet__unit").in_bulk(wanted.values())
    return {question: earlier[key] for question, key in wanted.items()}


def _brought(sheet: Sheet, answers: dict[int, Answer]) -> dict[int, list[Brought]]:
    """Return what sections merged into this one had answered otherwise, by question. One query, or none."""
    if not sheet.heir or sheet.status not in EDITABLE:  # type: ignore[attr-defined]
        return {}
    found: dict[int, list[Brought]] = defaultdict(list)
    rows = Answer.objects.filter(sheet__moved_to=sheet).exclude(verdict="").order_by("sheet__unit__code")
    for question, verdict, reason, comment, unit in rows.values_list(
        "question_id", "verdict", "reason", "comment", "sheet__unit__name"
    ):
        if question not in answers or answers[question].verdict != verdict:
            found[question].append(Brought(unit, _LABELS[verdict], reason, comment))
    return found


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
