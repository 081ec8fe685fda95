"""What waits for a person: small scoped queries for the first page and the menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tenken.findings.models import Finding
from tenken.findings.permissions import CHECK_FINDINGS, IMPROVE_FINDINGS, VIEW_FINDINGS
from tenken.findings.states import WITH_SECTION
from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.permissions import (
    ACCEPT_SHEETS,
    APPROVE_SHEETS,
    FILL_SHEETS,
    VIEW_PROGRAMMES,
    VIEW_SHEETS,
)
from tenken.inspection.states import APPROVED, EDITABLE, SUBMITTED
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.reports.models import PaperEdition
from tenken.reports.queries import editions

SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """How many sheets and findings wait for a person."""

    sheets: int
    findings: int


def waiting(by: Principal) -> Waiting:
    """Count what waits for *by*. One query."""
    row = (
        City.objects.filter(pk=by.city_id)
        .values_list(_number_of(_waiting_sheets(by)), _number_of(_waiting_findings(by)))
        .first()
    )
    return Waiting(*row) if row else Waiting(0, 0)


def _number_of(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _waiting_sheets(by: Principal) -> QuerySet[Sheet]:
    launched = Sheet.objects.filter(programme__status=Programme.Status.LAUNCHED)
    return (
        launched.restrict(by, FILL_SHEETS).filter(status__in=EDITABLE)
        | launched.restrict(by, APPROVE_SHEETS).filter(status=SUBMITTED)
        | launched.restrict(by, ACCEPT_SHEETS).filter(status=APPROVED)
    )


def _waiting_findings(by: Principal) -> QuerySet[Finding]:
    return Finding.objects.restrict(by, IMPROVE_FINDINGS).filter(
        status__in=WITH_SECTION
    ) | Finding.objects.restrict(by, CHECK_FINDINGS).filter(status=Finding.Status.REPORTED)


def sheets_to_do(by: Principal) -> list[Sheet]:
    """Return the first sheets that wait for *by*, the earliest ``due_on`` (end of the self-inspection) first."""
    ends = Stage.objects.filter(programme=OuterRef("programme"), kind=Stage.Kind.SELF_INSPECTION).values(
        "ends_on"
    )[:1]
    return list(
        _waiting_sheets(by)
        .select_related("unit", "programme")
        .annotate(due_on=Subquery(ends))
        .order_by(F("due_on").asc(nulls_last=True), "unit__code", "pk")[:SHOWN]
    )


def findings_to_do(by: Principal) -> list[Finding]:
    """Return the first findings that wait for *by*, the earliest due first."""
    return list(
        _waiting_findings(by)
        .select_related("unit")
        .annotate(until=Coalesce("plan_due_on", "due_on"))
        .order_by(F("until").asc(nulls_last=True), "fiscal_year", "number")[:SHOWN]
    )


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
        .exclude(status__in=(APPROVED, Sheet.Status.ACCEPTED))
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
