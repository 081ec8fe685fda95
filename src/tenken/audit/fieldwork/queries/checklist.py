"""What an audit may look at, and its checklist with results and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from tenken.audit.models import ChecklistLine, Engagement, PaperLink, ReportItem, VisitItem
from tenken.inspection.models import Answer, Sheet
from tenken.policy.queries.bank import items_on


@dataclass(frozen=True)
class OfferedLine:
    """An item of the bank, with what the audited answered to it in its own inspection ('' when it was not asked)."""

    item_code: str
    category_id: int
    category: str
    part_label: str
    revision_id: int
    question: str
    said: str
    said_label: str
    said_reason: str
    said_comment: str


def has_visit_lines(engagement: Engagement) -> bool:
    """Tell whether the audit looks at its visit's lines instead of its own."""
    return engagement.visit_id is not None and VisitItem.objects.filter(visit=engagement.visit_id).exists()


def own_sheet(engagement: Engagement) -> Sheet | None:
    """Return the last sheet up to the audit's year of its system, or of its section where no system is audited."""
    return (
        Sheet.objects.filter(
            unit__city=engagement.city_id,
            system=engagement.system_id,
            programme__fiscal_year__lte=engagement.fiscal_year,
            **({} if engagement.system_id else {"unit": engagement.unit_id}),
        )
        .exclude(status__in=(Sheet.Status.NOT_STARTED, Sheet.Status.EXEMPTED))
        .select_related("programme")
        .order_by("-programme__fiscal_year", "-pk")
        .first()
    )


def offered_lines(engagement: Engagement, on: date) -> list[OfferedLine]:
    """Return the bank's items in force on a date with the audited's own answers beside them. Three queries."""
    sheet = own_sheet(engagement)
    answers = (
        {
            answer.question.revision.item_id: answer
            for answer in Answer.objects.filter(sheet=sheet).select_related("question__revision")
        }
        if sheet
        else {}
    )
    found = []
    for one in items_on(engagement.city_id, on):
        answer = answers.get(one.item.pk)
        found.append(
            OfferedLine(
                item_code=one.item.code,
                category_id=one.category.pk,
                category=one.category.name,
                part_label=one.category.get_part_display(),
                revision_id=one.revision.pk,
                question=one.revision.question,
                said=answer.verdict if answer else "",
                said_label=answer.get_verdict_display() if answer and answer.verdict else "",
                said_reason=answer.reason if answer else "",
                said_comment=answer.comment if answer else "",
            )
        )
    return found


def checklist_of(engagement: Engagement) -> list[ChecklistLine]:
    """Return the audit's own lines with item, 調査項目 and the papers linked to each. Two queries."""
    links = PaperLink.objects.select_related("paper").order_by("paper__series", "paper__number")
    return list(
        engagement.lines.select_related("category", "revision__item").prefetch_related(
            Prefetch("papers", queryset=links)
        )
    )


def visit_lines_of(engagement: Engagement) -> list[VisitItem]:
    """Return the lines of the audit's visit with the papers linked to each. Two queries."""
    links = PaperLink.objects.select_related("paper").order_by("paper__series", "paper__number")
    return list(
        VisitItem.objects.filter(visit=engagement.visit_id)
        .select_related("category", "revision__item")
        .prefetch_related(Prefetch("papers", queryset=links))
    )


def proposed_lines(engagement: Engagement) -> dict[str, ReportItem]:
    """Return the items of the report that came from a line, by what they came from. One query."""
    rows = ReportItem.objects.filter(engagement=engagement, dropped_because="")
    return {row.origin_key: row for row in rows.exclude(origin_key="")}
