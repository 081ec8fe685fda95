"""What a visit may look at, and its checklist as the page and the paper show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch

from tenken.audit.models import Visit, VisitEvidence, VisitItem
from tenken.audit.rules.worth_looking_at import Line, worth_looking_at
from tenken.findings.models import Finding
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.inspection.models import Answer, Question, Sheet
from tenken.organization.tree import tree_of
from tenken.policy.queries.bank import items_on

_WORST = 5


@dataclass(frozen=True)
class OfferedLine:
    """An item that may be looked at, with what the section says to it now. ``asked`` False: not on its sheet."""

    order: int
    item_code: str
    category_id: int
    category: str
    part: str
    part_label: str
    revision_id: int
    question: str
    asked: bool
    said: str
    said_label: str
    said_reason: str
    said_comment: str
    because: str


def sheet_of_visit(visit: Visit) -> Sheet | None:
    """Return the sheet the visit is held against: of the section (of its system), in the programme; or what answers
    instead of it."""
    sheet = (
        Sheet.objects.filter(programme=visit.stage.programme_id, unit=visit.unit_id, system=visit.system_id)
        .select_related("moved_to")
        .first()
    )
    return sheet.moved_to or sheet if sheet else None


def offered_lines(visit: Visit) -> list[OfferedLine]:
    """Return the lines of the section's sheet, then the bank's other items in force, each with why it is worth looking
    at ('' when nothing speaks for it). A fixed number of queries."""
    sheet = sheet_of_visit(visit)
    answers = {answer.question_id: answer for answer in Answer.objects.filter(sheet=sheet)} if sheet else {}
    rows = (
        Question.objects.filter(form=sheet.form_id)
        .select_related("revision__item", "category")
        .order_by("order")
        if sheet
        else Question.objects.none()
    )
    known = _Known(visit)
    lines = []
    for place, question in enumerate(rows):
        answer = answers.get(question.pk)
        code = question.revision.item.code
        said = answer.verdict if answer else ""
        lines.append(
            OfferedLine(
                order=place,
                item_code=code,
                category_id=question.category_id,
                category=question.category.name,
                part=question.category.part,
                part_label=question.category.get_part_display(),
                revision_id=question.revision_id,
                question=question.revision.question,
                asked=True,
                said=said,
                said_label=answer.get_verdict_display() if answer and said else "",
                said_reason=answer.reason if answer else "",
                said_comment=answer.comment if answer else "",
                because=known.because(code, said),
            )
        )
    asked = {line.item_code for line in lines}
    return lines + list(_of_bank(visit, asked, len(lines)))


def _of_bank(visit: Visit, asked: set[str], first: int) -> Iterable[OfferedLine]:
    programme = visit.stage.programme
    day = programme.launched_on or visit.stage.starts_on
    others = [one for one in items_on(programme.city_id, day) if one.item.code not in asked]
    for place, one in enumerate(others, start=first):
        yield OfferedLine(
            order=place,
            item_code=one.item.code,
            category_id=one.category.pk,
            category=one.category.name,
            part=one.category.part,
            part_label=one.category.get_part_display(),
            revision_id=one.revision.pk,
            question=one.revision.question,
            asked=False,
            said="",
            said_label="",
            said_reason="",
            said_comment="",
            because="",
        )


class _Known:
    """What earlier years and other sections say about the items of one section."""

    def __init__(self, visit: Visit) -> None:
        programme = visit.stage.programme
        kin = tree_of(programme.city, visit.stage.starts_on).lineage_back([visit.unit_id])
        found = (
            Finding.objects.of_city(programme.city_id)
            .filter(unit__in=kin, fiscal_year__lt=programme.fiscal_year)
            .exclude(status=WITHDRAWN)
        )
        self.earlier: dict[str, bool] = defaultdict(bool)
        for code, status in found.values_list("item_code", "status"):
            self.earlier[code] |= status == VERIFIED
        worst = (
            Answer.objects.filter(sheet__programme=programme, verdict=Answer.Verdict.ISSUE)
            .values("question__revision__item__code")
            .annotate(sections=Count("pk"))
            .order_by("-sections", "question__revision__item__code")[:_WORST]
        )
        self.worst = {row["question__revision__item__code"] for row in worst}
        self.contradicted = set(
            VisitItem.objects.filter(
                visit__stage__programme__city=programme.city_id,
                seen=VisitItem.Seen.DISAGREE,
                said__in=(Answer.Verdict.CONFORMS, Answer.Verdict.NOT_APPLICABLE),
            )
            .exclude(visit=visit.pk)
            .values_list("revision__item__code", flat=True)
        )

    def because(self, code: str, said: str) -> str:
        return worth_looking_at(
            Line(
                said=said,
                earlier=code in self.earlier,
                improved_before=self.earlier.get(code, False),
                among_the_worst=code in self.worst,
                contradicted_elsewhere=code in self.contradicted,
            )
        )


def checklist_of(visit: Visit) -> list[VisitItem]:
    """Return the lines of the checklist with item, 調査項目 and the evidence in force (``evidence_in_force``). Two queries."""
    evidence = VisitEvidence.objects.filter(removal__isnull=True).select_related("file").order_by("pk")
    return list(
        visit.items.select_related("category", "revision__item").prefetch_related(
            Prefetch("evidence", queryset=evidence, to_attr="evidence_in_force")
        )
    )
