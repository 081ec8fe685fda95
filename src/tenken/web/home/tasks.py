"""What waits for a person: small scoped queries for the first page and the menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.audit.engagements.queries.waiting import waiting_engagements
from tenken.audit.models import Visit
from tenken.audit.queries.waiting import waiting_visits
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import ExtentTarget, Finding, Measure, TraceLine
from tenken.findings.permissions import (
    CHECK_FINDINGS,
    CONFIRM_REASONS,
    IMPROVE_FINDINGS,
    MANAGE_REPORTS,
    REPORT_MEASURES,
    VIEW_FINDINGS,
)
from tenken.findings.queries import late_on, my_extent_targets, my_trace_lines, review_due_on
from tenken.findings.states import NOT_IMPROVED, NOT_STARTED, OPEN, PLANNED
from tenken.inspection.models import Kind, Programme, Sheet, Stage
from tenken.inspection.permissions import (
    ACCEPT_SHEETS,
    APPROVE_SHEETS,
    FILL_SHEETS,
    VIEW_PROGRAMMES,
    VIEW_SHEETS,
)
from tenken.inspection.rules.due import due_on
from tenken.inspection.states import APPROVED, EDITABLE, NOT_HANDED_IN, SUBMITTED
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.opening_days import opening_days_of
from tenken.reports.models import PaperEdition
from tenken.reports.queries import editions
from tenken.telemetry.alerts.queries import waiting_alerts

SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """How many sheets, findings, visits, audits and alerts wait for a person."""

    sheets: int
    findings: int
    visits: int = 0
    audits: int = 0
    alerts: int = 0


def waiting(by: Principal) -> Waiting:
    """Count what waits for *by*. One query."""
    row = (
        City.objects.filter(pk=by.city_id)
        .values_list(
            _number_of(_waiting_sheets(by)),
            _waiting_in_findings(by),
            _number_of(waiting_visits(by)),
            _number_of(waiting_engagements(by)),
            _number_of(waiting_alerts(by)),
        )
        .first()
    )
    return Waiting(*row) if row else Waiting(0, 0)


def _number_of(rows: QuerySet[Any]) -> Any:
    counted = (
        rows.order_by()
        .annotate(_all=Value(1))
        .values("_all")
        .annotate(n=Count("pk", distinct=True))
        .values("n")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _waiting_in_findings(by: Principal) -> Any:
    return (
        _number_of(_waiting_findings(by)) + _number_of(my_trace_lines(by)) + _number_of(my_extent_targets(by))
    )


def _waiting_sheets(by: Principal) -> QuerySet[Sheet]:
    launched = Sheet.objects.filter(programme__status=Programme.Status.LAUNCHED)
    return (
        launched.restrict(by, FILL_SHEETS).filter(status__in=EDITABLE)
        | launched.restrict(by, APPROVE_SHEETS).filter(status=SUBMITTED)
        | launched.restrict(by, ACCEPT_SHEETS).filter(status=APPROVED)
    )


def _waiting_findings(by: Principal) -> QuerySet[Finding]:
    # What stayed 未改善 in an earlier year is known and looked at again by its date, not a task of every day.
    this_year = Q(status=NOT_IMPROVED, fiscal_year=FiscalYear.of(by.on).year)
    return (
        Finding.objects.restrict(by, IMPROVE_FINDINGS).filter(
            Q(status__in=(OPEN, PLANNED)) | this_year | review_due_on(by.on)
        )
        | _measures_asked(by)
        | Finding.objects.restrict(by, CHECK_FINDINGS).filter(status=Finding.Status.REPORTED)
        | Finding.objects.restrict(by, CONFIRM_REASONS).filter(status=Finding.Status.CANNOT_FIX)
    )


def _measures_asked(by: Principal) -> QuerySet[Finding]:
    """Return the findings whose measure is asked for now: of the section, what has no answer, a promise past its date and
    what was returned; of the secretariat, what was proposed."""
    # Lists and not questions asked of each finding: there are few such measures, and many findings.
    if by.holds(MANAGE_REPORTS):
        return Finding.objects.restrict(by, MANAGE_REPORTS).filter(
            pk__in=_findings_of(Measure.State.PROPOSED)
        )
    returned = Q(pk__in=_findings_of(Measure.State.RETURNED))
    return Finding.objects.restrict(by, REPORT_MEASURES).filter(
        Q(track=Finding.Track.MEASURES) & (Q(status=NOT_STARTED) | late_on(by.on) | returned)
    )


def _findings_of(state: Measure.State) -> QuerySet[Any, Any]:
    return Measure.objects.filter(state=state).order_by().values("finding")


def sheets_to_do(by: Principal) -> list[Sheet]:
    """Return the first sheets that wait for *by*, the earliest due first, with ``until``: its due date."""
    own_first = Case(When(kind=Stage.Kind.SELF_INSPECTION, then=0), default=1)
    ends = Stage.objects.filter(programme=OuterRef("programme")).order_by(own_first, "order")
    rows: list[Sheet] = list(
        _waiting_sheets(by)
        .select_related("unit", "programme", "system")
        .annotate(stage_ends=Subquery(ends.values("ends_on")[:1]))
        .order_by(Coalesce("due_on", "stage_ends").asc(nulls_last=True), "unit__code", "pk")[:SHOWN]
    )
    days = opening_days_of(by.city)
    for sheet in rows:
        sheet.until = due_on(sheet.due_on, sheet.stage_ends, days)  # type: ignore[attr-defined]
    return rows


def findings_to_do(by: Principal) -> list[Finding]:
    """Return the first findings that wait for *by*, the earliest due first."""
    return list(
        _waiting_findings(by)
        .select_related("unit")
        .annotate(until=Coalesce("review_on", "plan_due_on", "due_on"))
        .order_by(F("until").asc(nulls_last=True), "fiscal_year", "number")[:SHOWN]
    )


def visits_to_do(by: Principal) -> list[Visit]:
    """Return the first visits that wait for *by*, the earliest first."""
    rows = waiting_visits(by).select_related("unit").order_by(F("planned_on").asc(nulls_last=True), "pk")
    return list(rows[:SHOWN])


def trace_lines_to_do(by: Principal) -> list[TraceLine]:
    """Return the first lines of 追跡調査 that wait for *by*'s sections, the earliest due first."""
    return list(my_trace_lines(by)[:SHOWN]) if by.holds(IMPROVE_FINDINGS) else []


def extent_targets_to_do(by: Principal) -> list[ExtentTarget]:
    """Return the first 横展開の確認 that wait for *by*'s answer, the earliest due first."""
    answers = by.holds(IMPROVE_FINDINGS) or by.holds(MANAGE_SYSTEMS)
    return list(my_extent_targets(by)[:SHOWN]) if answers else []


@dataclass(frozen=True)
class ProgrammeNow:
    """The programme that runs (else the latest), with its stages."""

    programme: Programme
    stages: list[Stage]


def programme_now(by: Principal) -> ProgrammeNow | None:
    """Return the running programme of *by*'s city; None when there is none they may see. Two queries.

    Of several, the latest launched one whose stages have begun: next year's, launched early, does not hide this year's.
    Without such a one, the latest.
    """
    begun = Stage.objects.filter(programme=OuterRef("pk"), starts_on__lte=by.on)
    programme = (
        Programme.objects.restrict(by, VIEW_PROGRAMMES)
        .exclude(kind=Kind.SELF_CHECK)  # it has no sheets; one's own stands above
        .annotate(running=Q(status=Programme.Status.LAUNCHED) & Exists(begun))
        .order_by("-running", "-fiscal_year", "-pk")
        .first()
    )
    return ProgrammeNow(programme, list(programme.stages.all())) if programme else None


def sheet_counts(by: Principal, programme: Programme) -> dict[str, int]:
    """Count the programme's sheets that *by* may see, by status. One query."""
    rows = (
        Sheet.objects.restrict(by, VIEW_SHEETS).filter(programme=programme).order_by().values_list("status")
    )
    return dict(rows.annotate(n=Count("pk")))


def finding_counts(by: Principal, fiscal_year: int) -> dict[str, int]:
    """Count the findings of a fiscal year that *by* may see, by status. One query."""
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).filter(fiscal_year=fiscal_year).order_by()
    return dict(rows.values_list("status").annotate(n=Count("pk")))


def sections_not_handed_in(by: Principal, programme: Programme) -> list[Sheet]:
    """Return the first sheets in *by*'s sight that the section still holds. One query."""
    return list(
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme)
        .filter(status__in=NOT_HANDED_IN)
        .select_related("unit")
        .order_by("unit__code")[:SHOWN]
    )


def issued_papers(by: Principal) -> list[PaperEdition]:
    """Return the papers issued last that *by* may read. One query."""
    rows = editions(by).filter(status=PaperEdition.Status.ISSUED)
    return list(rows.order_by("-issued_on", "paper_code")[:5])


def days_left(due_on: date | None, today: date) -> int | None:
    """Return the days until *due_on*, negative when it has passed."""
    return None if due_on is None else (due_on - today).days
