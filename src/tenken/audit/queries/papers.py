"""The data of the papers, put together. Who may not see the visit, or not yet what was seen, gets ``Missing``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from django.db.models import Model, QuerySet

from tenken.audit.models import (
    GoodPractice,
    Observation,
    ReportMeeting,
    SelectedUnit,
    Visit,
    VisitAuditor,
    VisitItem,
    VisitSelection,
)
from tenken.audit.permissions import VIEW_VISITS
from tenken.audit.queries.documents import (
    AuditorLine,
    MeetingLine,
    ReportItem,
    ReportObservation,
    ReportPractice,
    SelectionLine,
    VisitLetter,
    VisitProgrammeReport,
    VisitReport,
)
from tenken.audit.queries.figures import visit_figures
from tenken.audit.queries.visits import SETTLED, find_visit, may_read_results, visits_for
from tenken.audit.rules.draw import in_words
from tenken.audit.states import CANCELLED
from tenken.audit.words import seen_label
from tenken.common.refusals import Missing
from tenken.inspection.models import Stage
from tenken.inspection.queries.boards import find_programme
from tenken.organization.access import Principal
from tenken.organization.queries import MANAGER, holders_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.policy.models import CheckCategory

M = TypeVar("M", bound=Model)


def letter_data(by: Principal, visit_id: int) -> VisitLetter:
    """Return what the letter of a visit says."""
    visit = find_visit(by, visit_id)
    return _Gathered(by, [visit]).letter(visit)


def visit_report(by: Principal, visit_id: int) -> VisitReport:
    """Return what the report of a visit says."""
    visit = find_visit(by, visit_id)
    if not may_read_results(by, visit):
        raise Missing("この訪問調査の結果は、まだ課公所に示されていません。")
    return _Gathered(by, [visit]).report(visit)


def visit_report_of_programme(by: Principal, programme_id: int) -> VisitProgrammeReport:
    """Return the report of a programme's visits as far as *by* may read them, without what was called off; the selections
    only for who sees the whole city. A fixed number of queries, whatever the number of visits."""
    programme = find_programme(by, programme_id)
    rows = visits_for(by).filter(stage__programme=programme).exclude(status=CANCELLED)
    visits = [visit for visit in rows if may_read_results(by, visit)]
    gathered = _Gathered(by, visits)
    stage = programme.stages.filter(kind=Stage.Kind.VISIT).first()
    return VisitProgrammeReport(
        city_name=programme.city.name,
        programme_name=programme.name,
        fiscal_year=programme.fiscal_year,
        stage_name=stage.name if stage else "",
        starts_on=stage.starts_on if stage else None,
        ends_on=stage.ends_on if stage else None,
        purpose=stage.purpose if stage else "",
        outline=stage.outline if stage else "",
        selections=tuple(selection_lines(by, programme.pk)) if by.everywhere(VIEW_VISITS) else (),
        visits=tuple(gathered.report(visit) for visit in visits),
        figures=visit_figures(programme.city, programme.fiscal_year, programme),
    )


def selection_lines(by: Principal, programme_id: int) -> Iterable[SelectionLine]:
    """Yield every selection of a programme, taken or not, in the order of the draws. Two queries."""
    selections = list(VisitSelection.objects.restrict(by, VIEW_VISITS).filter(stage__programme=programme_id))
    units = _grouped(
        SelectedUnit.objects.filter(selection__in=selections, removed_because="").select_related("system"),
        "selection_id",
    )
    for one in selections:
        chosen = units.get(one.pk, [])
        names = names_with_bureau(by.city, [row.unit_id for row in chosen], one.drawn_on)
        yield SelectionLine(
            number=one.number,
            method_label=one.get_method_display(),
            seed=one.seed,
            wanted=one.wanted,
            universe=len(one.universe),
            drawn_on=one.drawn_on,
            drawn_by_name=one.drawn_by_name,
            reasons=one.reasons,
            status_label=one.get_status_display(),
            discarded_because=one.discarded_because,
            in_words=in_words(one.method, one.seed, one.wanted, len(one.universe)),
            units=tuple(
                (
                    names.get(row.unit_id, "") + (f"（{row.system.name}）" if row.system else ""),
                    row.reason or "抽出",
                )
                for row in chosen
            ),
        )


class _Gathered:
    """What the papers of some visits are written from, read at once."""

    def __init__(self, by: Principal, visits: Sequence[Visit]) -> None:
        self.by = by
        self.items: Mapping[int, list[VisitItem]] = _grouped(
            VisitItem.objects.filter(visit__in=visits).select_related("category", "revision__item"),
            "visit_id",
        )
        self.observations: Mapping[int, list[Observation]] = _grouped(
            Observation.objects.filter(visit__in=visits, dropped_because="").select_related("finding"),
            "visit_id",
        )
        self.practices: Mapping[int, list[GoodPractice]] = _grouped(
            GoodPractice.objects.filter(visit__in=visits, dropped_because=""), "visit_id"
        )
        self.auditors: Mapping[int, list[VisitAuditor]] = _grouped(
            VisitAuditor.objects.filter(visit__in=visits), "visit_id"
        )
        self.meetings: dict[int, list[MeetingLine]] = defaultdict(list)
        held = ReportMeeting.objects.filter(visits__in=visits).distinct().prefetch_related("visits")
        for meeting in held:
            line = MeetingLine(meeting.held_on, meeting.place, meeting.attendees, meeting.minutes)
            for visit in meeting.visits.all():
                self.meetings[visit.pk].append(line)
        self.categories = dict(CheckCategory.objects.filter(city=by.city_id).values_list("code", "name"))
        self.names = names_with_bureau(by.city, [visit.unit_id for visit in visits], by.on)

    def letter(self, visit: Visit) -> VisitLetter:
        stage, programme = visit.stage, visit.stage.programme
        topics: dict[str, int] = defaultdict(int)
        for item in self.items.get(visit.pk, ()):
            topics[item.category.name] += 1
        return VisitLetter(
            visit_id=visit.pk,
            city_name=programme.city.name,
            number=visit.letter_number,
            dated=visit.letter_on,
            section=self.names[visit.unit_id],
            manager_name=visit.letter_to or manager_name(visit, self.by.on),
            sender=visit.letter_from,
            programme_name=programme.name,
            fiscal_year=programme.fiscal_year,
            stage_name=stage.name,
            purpose=stage.purpose,
            outline=stage.outline,
            system=visit.system.name if visit.system else "",
            planned_on=visit.planned_on,
            begins_at=visit.begins_at,
            ends_at=visit.ends_at,
            place=visit.place,
            auditors=tuple(
                AuditorLine(one.name, one.title, one.lead) for one in self.auditors.get(visit.pk, ())
            ),
            chosen_because=visit.chosen_because,
            topics=tuple(topics.items()),
            request=visit.request,
        )

    def report(self, visit: Visit) -> VisitReport:
        return VisitReport(
            letter=self.letter(visit),
            status=visit.status,
            status_label=visit.get_status_display(),
            visited_on=visit.visited_on,
            attended_by=visit.attended_by,
            summary=visit.summary,
            items=tuple(_item(one) for one in self.items.get(visit.pk, ())),
            observations=tuple(self._observation(one) for one in self.observations.get(visit.pk, ())),
            good_practices=tuple(
                ReportPractice(
                    one.text,
                    one.get_permission_display(),
                    one.permission == GoodPractice.Permission.GIVEN,
                )
                for one in self.practices.get(visit.pk, ())
            ),
            facts_label=visit.get_facts_answer_display() if visit.facts_answer else "",
            facts_comment=visit.facts_comment,
            facts_by_name=visit.facts_by_name,
            facts_on=visit.facts_on,
            facts_reply=visit.facts_reply,
            meetings=tuple(self.meetings.get(visit.pk, ())),
            reported_on=visit.reported_on,
            closed_on=visit.closed_on,
        )

    def _observation(self, row: Observation) -> ReportObservation:
        finding = row.finding
        return ReportObservation(
            number=row.number,
            category=self.categories.get(row.category_code, ""),
            title=row.title,
            detail=row.detail,
            unreported=row.unreported,
            due_on=finding.due_on if finding else row.due_on,
            finding=str(finding) if finding else "",
            status=finding.status if finding else "",
            status_label=finding.get_status_display() if finding else "",
            settled=finding is not None and finding.status in SETTLED,
            closed_on=finding.closed_on if finding else None,
        )


def manager_name(visit: Visit, on: date) -> str:
    """Return who is 情報管理者 of the visited section on the day of the visit, or on *on* while it has none."""
    day = visit.planned_on or visit.visited_on or on
    return next((one.person_name for one in holders_on([visit.unit_id], MANAGER, day)[visit.unit_id]), "")


def _item(item: VisitItem) -> ReportItem:
    return ReportItem(
        category=item.category.name,
        item_code=item.revision.item.code,
        question=item.revision.question,
        said=item.said,
        said_label=item.get_said_display() if item.said else "",
        said_reason=item.said_reason,
        seen=item.seen,
        seen_label=seen_label(item.said, item.seen),
        note=item.note,
        contradicts=item.contradicts,
    )


def _grouped(rows: QuerySet[M], key: str) -> dict[int, list[M]]:
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
