"""Audit reports and the measures of their findings, as one person may see them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count, F, Min, OuterRef, Q, Subquery

from tenken.common.refusals import Missing
from tenken.findings.models import (
    AuditReport,
    Finding,
    FindingQuerySet,
    Measure,
    MeasureEvidence,
    ReportingDate,
)
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES, VIEW_FINDINGS
from tenken.findings.queries.measures import MeasuresTable, measures_table
from tenken.findings.states import MEASURED, PROMISED, UNANSWERED, VERIFIED, WITHDRAWN
from tenken.findings.states.measures import DONE
from tenken.organization.access import Principal


def report_for(by: Principal, key: int) -> AuditReport:
    """Return one report *by* may see; ``Missing`` when there is none within reach."""
    report = (
        AuditReport.objects.restrict(by, VIEW_FINDINGS).select_related("city", "unit").filter(pk=key).first()
    )
    if report is None:
        raise Missing("この監査結果報告書はないか、見ることのできる範囲にありません。")
    return report


def visible_table(by: Principal, report: AuditReport, as_of: date) -> MeasuresTable:
    """Return :func:`measures_table` with the rows of sections *by* may see; those of others are left out."""
    table = measures_table(report.city, report, as_of)
    if by.everywhere(VIEW_FINDINGS):
        return table
    units = by.units_with(VIEW_FINDINGS)
    parts = tuple(
        replace(
            part,
            groups=tuple(
                replace(group, rows=rows)
                for group in part.groups
                if (rows := tuple(row for row in group.rows if row.unit_id in units))
            ),
        )
        for part in table.parts
    )
    return replace(table, parts=parts)


@dataclass(frozen=True)
class MeasureCount:
    """Findings that want measures, of one kind of thing: by status, and of these the overdue and the unproved ones.

    ``lacking``: 措置済 that promises nothing more and has no evidence beside any of its measures.
    """

    by_status: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    lacking: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def done(self) -> int:
        """措置済 that promise nothing more, confirmed or not."""
        return self.by_status.get(MEASURED, 0) + self.by_status.get(VERIFIED, 0)

    @property
    def promised(self) -> int:
        return self.by_status.get(PROMISED, 0)

    def __add__(self, other: MeasureCount) -> MeasureCount:
        both = {
            status: self.by_status.get(status, 0) + other.by_status.get(status, 0)
            for status in self.by_status.keys() | other.by_status.keys()
        }
        return MeasureCount(both, self.overdue + other.overdue, self.lacking + other.lacking)


@dataclass(frozen=True)
class MeasureBoard:
    """The same findings counted by report, by section and by fiscal year (newest first), and all together."""

    by_report: dict[int, MeasureCount]
    by_unit: dict[int, MeasureCount]
    by_year: dict[int, MeasureCount]
    all: MeasureCount


def measure_board(
    by: Principal, *, fiscal_year: int | None = None, report_id: int | None = None
) -> MeasureBoard:
    """Count the findings answered by measures that *by* may see. One query."""
    rows = _measured(by)
    if fiscal_year is not None:
        rows = rows.filter(fiscal_year=fiscal_year)
    if report_id is not None:
        rows = rows.filter(report=report_id)
    counted = (
        rows.order_by()
        .values_list("report_id", "unit_id", "fiscal_year", "status")
        .annotate(n=Count("pk"), late=Count("pk", filter=late_on(by.on)), bare=Count("pk", filter=_LACKING))
    )
    found = list(counted)
    by_report, by_unit, by_year = (_summed((row[place], *row[3:]) for row in found) for place in range(3))
    return MeasureBoard(
        by_report=by_report,
        by_unit=by_unit,
        by_year=dict(sorted(by_year.items(), reverse=True)),
        all=sum(by_year.values(), MeasureCount()),
    )


def _summed(rows: Iterable[tuple[int, str, int, int, int]]) -> dict[int, MeasureCount]:
    """Add up (key, status, number, overdue, lacking) by key."""
    statuses: dict[int, Counter[str]] = defaultdict(Counter)
    late, bare = Counter[int](), Counter[int]()
    for key, status, number, overdue, lacking in rows:
        statuses[key][status] += number
        late[key] += overdue
        bare[key] += lacking
    return {key: MeasureCount(dict(counted), late[key], bare[key]) for key, counted in statuses.items()}


def _measured(by: Principal) -> FindingQuerySet:
    return (
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .filter(track=Finding.Track.MEASURES)
        .exclude(status__in=(WITHDRAWN, Finding.Status.NOTED))
    )


# As a list and not as a question asked of each row: the database reads it once.
_PROVED = MeasureEvidence.objects.filter(measure__status=DONE).values("measure__finding")
_LACKING = Q(status=MEASURED) & ~Q(pk__in=_PROVED)


def late_on(day: date) -> Q:
    """Return the condition that a finding waits for its measure, or for what it promised, past its date."""
    return Q(status__in=UNANSWERED) & (Q(plan_due_on__lt=day) | Q(plan_due_on__isnull=True, due_on__lt=day))


def lacking_evidence(by: Principal) -> FindingQuerySet:
    """Return the findings *by* may see that are 措置済 without a file that shows it."""
    return (
        _measured(by).filter(_LACKING).select_related("unit", "report").order_by("report_id", "report_order")
    )


def open_promises(by: Principal, *, overdue: bool = False) -> list[Measure]:
    """Return the promises not kept yet of findings *by* may see, the earliest due first. One query."""
    rows = Measure.objects.filter(
        finding__in=_measured(by).filter(status=PROMISED),
        state=Measure.State.DECIDED,
        promises=True,
        kept_on__isnull=True,
    )
    if overdue:
        rows = rows.filter(promise_due_on__lt=by.on)
    later = Measure.objects.filter(finding=OuterRef("finding"), state=Measure.State.DECIDED).order_by(
        "-on", "-number"
    )
    return list(
        rows.annotate(latest=Subquery(later.values("pk")[:1]))
        .filter(pk=F("latest"))
        .select_related("finding__unit", "finding__report")
        .order_by("promise_due_on", "finding__report_id", "finding__report_order")
    )


def my_measures(by: Principal) -> FindingQuerySet:
    """Return the findings for which *by*'s sections still have to report measures, the earliest first, with ``next_as_of``: the
    next reporting day of the report, and ``proposal``: the state of a proposal that stands."""
    coming = (
        ReportingDate.objects.filter(report=OuterRef("report"), told_on__isnull=True, as_of__gte=by.on)
        .order_by()
        .values("report")
        .annotate(first=Min("as_of"))
        .values("first")
    )
    proposal = Measure.objects.filter(finding=OuterRef("pk")).exclude(state=Measure.State.DECIDED)
    return (
        Finding.objects.restrict(by, REPORT_MEASURES)
        .filter(track=Finding.Track.MEASURES, status__in=UNANSWERED)
        .annotate(next_as_of=Subquery(coming), proposal=Subquery(proposal.values("state")[:1]))
        .select_related("unit", "report")
        .order_by(
            F("next_as_of").asc(nulls_last=True),
            F("plan_due_on").asc(nulls_last=True),
            "report_id",
            "report_order",
        )
    )


def until_of(finding: Finding) -> date | None:
    """Return by when a row of :func:`my_measures` is to be answered: what it promised, what was asked for, or the next
    reporting day, whichever comes first."""
    days = (finding.plan_due_on, finding.due_on, getattr(finding, "next_as_of", None))
    return min((day for day in days if day is not None), default=None)


def proposals_waiting(by: Principal) -> list[Measure]:
    """Return the measures sections proposed that *by* may decide on, the longest waiting first."""
    if not by.holds(MANAGE_REPORTS):
        return []
    rows = Measure.objects.filter(
        state=Measure.State.PROPOSED, finding__in=Finding.objects.restrict(by, MANAGE_REPORTS)
    )
    return list(rows.select_related("finding__unit", "finding__report").order_by("proposed_on", "pk"))


def measures_of(finding: Finding) -> list[Measure]:
    """Return the measures of one finding with their files and budget steps, proposals too, in the order printed."""
    return list(finding.measures.prefetch_related("evidence__file", "budget_steps").order_by("on", "number"))
