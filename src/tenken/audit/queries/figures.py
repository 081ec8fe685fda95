"""The numbers of the visits for the city's papers, and the sheet held against the visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from tenken.audit.models import GoodPractice, Visit, VisitItem
from tenken.audit.permissions import VIEW_VISITS
from tenken.audit.queries.visits import may_read_results, visits_for
from tenken.audit.states import TOOK_PLACE
from tenken.audit.words import seen_label
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.queries.naming import names_with_bureau

_IN_ORDER = (Answer.Verdict.CONFORMS, Answer.Verdict.NOT_APPLICABLE)


@dataclass(frozen=True)
class PracticeFigure:
    """A good practice as a paper prints it; ``section`` '' unless the section allowed to be named."""

    text: str
    section: str


@dataclass(frozen=True)
class VisitFigures:
    """The numbers of a programme's visits.

    ``visited``: sections (or systems) where somebody was; ``findings``: the distinct phrases of what was found there and
    not withdrawn; ``good_practices``: distinct; ``contradicting``: visited sections where something was seen otherwise
    than the section had said to be in order, None without a visit.
    """

    visited: int
    findings: tuple[str, ...]
    good_practices: tuple[PracticeFigure, ...]
    contradicting: int | None


def visit_figures(city: City, fiscal_year: int, programme: Programme) -> VisitFigures:
    """Return the numbers of the visits of *programme*, a programme of *fiscal_year*. For the city's papers. Three queries."""
    differing = VisitItem.objects.filter(
        visit=OuterRef("pk"), seen=VisitItem.Seen.DISAGREE, said__in=_IN_ORDER
    )
    made = dict(
        Visit.objects.of_city(city.pk)
        .filter(stage__programme=programme, status__in=TOOK_PLACE)
        .annotate(differs=Exists(differing))
        .values_list("pk", "differs")
    )
    titles = (
        Finding.objects.of_city(city.pk)
        .filter(fiscal_year=fiscal_year, observation_of__visit__in=made)
        .exclude(status=Finding.Status.WITHDRAWN)
        .order_by("number")
        .values_list("title", flat=True)
    )
    return VisitFigures(
        visited=len(made),
        findings=tuple(dict.fromkeys(titles)),
        good_practices=tuple(_practices(city, made)),
        contradicting=sum(made.values()) if made else None,
    )


def _practices(city: City, made: Iterable[int]) -> Iterable[PracticeFigure]:
    rows = list(
        GoodPractice.objects.filter(visit__in=made, dropped_because="")
        .select_related("visit")
        .order_by("visit__visited_on", "pk")
    )
    printed: dict[str, PracticeFigure] = {}
    for row in rows:
        name = ""
        if row.permission == GoodPractice.Permission.GIVEN and row.visit.visited_on:
            day = row.visit.visited_on
            name = names_with_bureau(city, [row.visit.unit_id], day).get(row.visit.unit_id, "")
        printed.setdefault(row.text, PracticeFigure(row.text, name))
    return printed.values()


@dataclass(frozen=True)
class SheetAgainstVisit:
    """One item of one section: what the sheet said, what the visit saw. ``contradicts``: said to be in order, and not."""

    visit_id: int
    unit_id: int
    section: str
    category: str
    item_code: str
    question: str
    said: str
    said_label: str
    seen: str
    seen_label: str
    note: str
    contradicts: bool


def sheet_against_visit(by: Principal, programme: Programme) -> list[SheetAgainstVisit]:
    """Return every line looked at on the visits of *programme* that *by* may read, by section and order. Three queries."""
    visits = [
        visit
        for visit in visits_for(by).filter(stage__programme=programme, status__in=TOOK_PLACE)
        if may_read_results(by, visit)
    ]
    rows = (
        VisitItem.objects.filter(visit__in=visits)
        .exclude(seen="")
        .select_related("visit__system", "category", "revision__item")
        .order_by("visit__unit__code", "visit", "order")
    )
    names = names_with_bureau(by.city, [visit.unit_id for visit in visits], by.on)
    return [
        SheetAgainstVisit(
            visit_id=row.visit_id,
            unit_id=row.visit.unit_id,
            section=names.get(row.visit.unit_id, "")
            + (f"（{row.visit.system.name}）" if row.visit.system else ""),
            category=row.category.name,
            item_code=row.revision.item.code,
            question=row.revision.question,
            said=row.said,
            said_label=row.get_said_display() if row.said else "（回答なし）",
            seen=row.seen,
            seen_label=seen_label(row.said, row.seen),
            note=row.note,
            contradicts=row.contradicts,
        )
        for row in rows
    ]


def contradictions(by: Principal, programme: Programme) -> int:
    """Count the lines of :func:`sheet_against_visit` that contradict the sheet. For the boards' figure; one query."""
    if not by.holds(VIEW_VISITS):
        return 0
    made = visits_for(by).filter(stage__programme=programme, status__in=TOOK_PLACE)
    if not by.everywhere(VIEW_VISITS):
        made = made.exclude(facts_asked_on=None, status="visited")
    return VisitItem.objects.filter(visit__in=made, seen=VisitItem.Seen.DISAGREE, said__in=_IN_ORDER).count()
