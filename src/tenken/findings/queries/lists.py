"""Lists of findings as one person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from tenken.common.japanese_text import search_key
from tenken.findings.models import Finding, FindingEvent, FindingQuerySet
from tenken.findings.permissions import CHECK_FINDINGS, CONFIRM_REASONS, IMPROVE_FINDINGS, VIEW_FINDINGS
from tenken.findings.rules.ages import ANY_AGE, BANDS_BY_CODE
from tenken.findings.rules.review import review_is_due
from tenken.findings.states import (
    CANNOT_FIX,
    ENVIRONMENT,
    NOT_DONE,
    NOTED,
    OPEN,
    PLANNED,
    REPORTED,
    STATUS_LABELS,
    TREATED,
    UNANSWERED,
    VERIFIED,
    WITHDRAWN,
)
from tenken.organization.access import Principal
from tenken.organization.models import City

# Several statuses under one word, as boards count them.
STATUS_GROUPS = {
    "risk_treatment": (CANNOT_FIX, TREATED),
    "not_done": tuple(
        status for status in STATUS_LABELS if status not in (VERIFIED, TREATED, NOTED, WITHDRAWN)
    ),
}
STATUS_GROUP_LABELS = {
    "risk_treatment": "改善困難（確認待ちと管理中）",
    "not_done": "改善が済んでいないもの（低減策で管理するものを除く）",
}
# Words of the filter besides codes and keys.
NO_ASPECT, ANY_SYSTEM = "none", "any"


@dataclass(frozen=True)
class FindingFilter:
    """What a list is narrowed to; '' and None narrow nothing. ``unit_id``: that unit, all below, and what they were.

    ``status`` '' leaves withdrawn findings out; it may be one of ``STATUS_GROUPS``. ``overdue``: past its date and still with the section. ``text`` is
    looked for in the finding and in the unit's name. ``age``: a band of ``rules.ages``, or "all", of what is not done. ``review_due``:
    under a compensating measure and to be looked at again. ``aspect``: one of ``Finding.Aspect`` or ``NO_ASPECT``; ``system``: a
    key as text, or ``ANY_SYSTEM``; ``risk``: what is left under a compensating measure. ``level``: whose measure it is (``states.MEASURE_LEVELS``).
    """

    fiscal_year: int | None = None
    unit_id: int | None = None
    category_code: str = ""
    status: str = ""
    origin: str = ""
    overdue: bool = False
    text: str = ""
    item_code: str = ""
    level: str = ""
    age: str = ""
    review_due: bool = False
    kind: str = ""
    track: str = ""
    report_id: int | None = None
    aspect: str = ""
    system: str = ""
    risk: str = ""


def findings_for(by: Principal, only: FindingFilter | None = None) -> FindingQuerySet:
    """Return the findings *by* may see, narrowed, with their unit loaded and ``effective_due`` (planned date, else due)."""
    only = only or FindingFilter()
    rows = (
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .select_related("unit", "system")
        .annotate(effective_due=_EFFECTIVE_DUE)
    )
    equal: dict[str, Any] = {
        "fiscal_year": only.fiscal_year,
        "category_code": only.category_code,
        "origin": only.origin,
        "item_code": only.item_code,
        "measure_level": only.level,
        "kind": only.kind,
        "track": only.track,
        "report": only.report_id,
        "residual_risk": only.risk,
        "aspect": only.aspect if only.aspect != NO_ASPECT else "",
        "system": int(only.system) if only.system.isdecimal() else None,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if only.aspect == NO_ASPECT:
        rows = rows.filter(aspect="")
    if only.system == ANY_SYSTEM:
        rows = rows.filter(system__isnull=False)
    if only.status in STATUS_GROUPS:
        rows = rows.filter(status__in=STATUS_GROUPS[only.status])
    elif only.status:
        rows = rows.filter(status=only.status)
    else:
        rows = rows.exclude(status=WITHDRAWN)
    if only.unit_id is not None:
        rows = rows.filter(unit__in=by.tree.lineage_back(by.tree.below([only.unit_id])))
    if only.overdue:
        rows = rows.filter(overdue_on(by.on))
    if only.age:
        rows = rows.filter(_of_age(only.age, by.on))
    if only.review_due:
        rows = rows.filter(review_due_on(by.on))
    for word in only.text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(detail__icontains=word)
            | Q(unit__search_text__contains=search_key(word))
        )
    return rows.order_by("-fiscal_year", "number")


# Until when: what was planned, else what was asked for; under a compensating measure, the day of its review.
_EFFECTIVE_DUE = Coalesce("review_on", "plan_due_on", "due_on")


def urgent_first(rows: FindingQuerySet, on: date) -> FindingQuerySet:
    """Order a list of :func:`findings_for` as work: what is overdue, then by date, then without a date, then what is
    done."""
    return rows.annotate(
        urgency=Case(
            When(overdue_on(on) | review_due_on(on), then=0),
            When(status__in=NOT_DONE, then=1),
            default=2,
            output_field=IntegerField(),
        )
    ).order_by("urgency", F("effective_due").asc(nulls_last=True), "-fiscal_year", "number")


def _of_age(code: str, on: date) -> Q:
    wanted = Q(status__in=NOT_DONE)
    if code == ANY_AGE:
        return wanted
    band = BANDS_BY_CODE.get(code)
    if band is None:
        return Q(pk__in=[])
    first, last = band.opened(on)
    if first is not None:
        wanted &= Q(opened_on__gte=first)
    return wanted & Q(opened_on__lte=last) if last is not None else wanted


def review_due_on(day: date) -> Q:
    """Return the condition of ``rules.review.review_is_due``."""
    return Q(status=TREATED, review_on__lte=day)


def overdue_on(day: date) -> Q:
    """Return the condition that a finding is with its section past its date (``effective_due`` annotated)."""
    return Q(status__in=(OPEN, PLANNED, *UNANSWERED), effective_due__lt=day)


def is_overdue(finding: Finding, day: date) -> bool:
    """Tell the same of one finding, or that its review is due."""
    due = finding.plan_due_on or finding.due_on
    late = finding.status in (OPEN, PLANNED, *UNANSWERED) and due is not None and due < day
    return late or review_is_due(finding.status, finding.review_on, day)


def years_of(by: Principal) -> list[int]:
    """Return the fiscal years that have findings *by* may see, newest first."""
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).order_by("-fiscal_year")
    return list(rows.values_list("fiscal_year", flat=True).distinct())


@dataclass(frozen=True)
class StatusSummary:
    """How many findings of a list are in each status, and how many are overdue."""

    by_status: dict[str, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def status_summary(by: Principal, fiscal_year: int | None = None) -> StatusSummary:
    """Count what *by* may see of a year (None: of all years), withdrawn ones left out. One query."""
    rows = findings_for(by, FindingFilter(fiscal_year=fiscal_year)).order_by()
    counted = rows.values("status").annotate(n=Count("pk"), late=Count("pk", filter=overdue_on(by.on)))
    by_status, overdue = {}, 0
    for row in counted:
        by_status[row["status"]] = row["n"]
        overdue += row["late"]
    return StatusSummary(by_status, overdue)


@dataclass(frozen=True)
class Task:
    """Something that waits for a person: ``query`` narrows the list to it ("status=open")."""

    code: str
    label: str
    count: int
    query: str


def my_tasks(by: Principal) -> tuple[Task, ...]:
    """Return what findings ask of *by*, the most urgent first; nothing where nothing waits. At most three queries."""
    tasks: list[Task] = []
    if by.holds(IMPROVE_FINDINGS):
        last = FindingEvent.objects.filter(finding=OuterRef("pk")).order_by("-pk").values("event")[:1]
        mine = (
            Finding.objects.restrict(by, IMPROVE_FINDINGS)
            .filter(status__in=(OPEN, PLANNED, TREATED))
            .annotate(effective_due=_EFFECTIVE_DUE, last_event=Subquery(last))
            .aggregate(
                overdue=Count("pk", filter=overdue_on(by.on)),
                review=Count("pk", filter=review_due_on(by.on)),
                returned=Count("pk", filter=Q(last_event="returned")),
                open=Count("pk", filter=Q(status=OPEN)),
                planned=Count("pk", filter=Q(status=PLANNED)),
            )
        )
        tasks += [
            Task("overdue", "期限を過ぎた課題がある", mine["overdue"], "overdue=on"),
            Task("review", "改善困難とした課題を見直す", mine["review"], "review_due=on"),
            Task("returned", "差し戻された改善報告を直す", mine["returned"], "status=planned"),
            Task("plan", "改善計画を作成する", mine["open"], "status=open"),
            Task("report", "改善報告をする", mine["planned"], "status=planned"),
        ]
    if by.holds(CHECK_FINDINGS):
        waiting = Finding.objects.restrict(by, CHECK_FINDINGS).filter(status=REPORTED).count()
        tasks.append(Task("check", "改善報告を確認する", waiting, "status=reported"))
    if by.holds(CONFIRM_REASONS):
        waiting = Finding.objects.restrict(by, CONFIRM_REASONS).filter(status=CANNOT_FIX).count()
        tasks.append(Task("confirm", "改善困難の理由を確認する", waiting, "status=cannot_fix"))
    return tuple(task for task in tasks if task.count)


def due_reviews(by: Principal, on: date | None = None) -> FindingQuerySet:
    """Return what *by* may see that is under a compensating measure and to be looked at again, the longest due first."""
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).filter(review_due_on(on or by.on))
    return rows.select_related("unit").order_by("review_on", "fiscal_year", "number")


def environment_measures(by: Principal) -> FindingQuerySet:
    """Return the findings *by* may see whose measure is a bureau's environment and that are not done."""
    return (
        findings_for(by, FindingFilter(level=ENVIRONMENT))
        .filter(status__in=NOT_DONE)
        .select_related("unit", "measure_bureau")
    )


def waiting_for_check(by: Principal, fiscal_year: int | None = None) -> FindingQuerySet:
    """Return the reports *by* may check, the longest waiting first as far as their dates tell."""
    rows = Finding.objects.restrict(by, CHECK_FINDINGS).filter(status=REPORTED).select_related("unit")
    if fiscal_year is not None:
        rows = rows.filter(fiscal_year=fiscal_year)
    return rows.annotate(pieces=Count("evidence")).order_by("fiscal_year", "number")


def unfinished_in_stage(by: Principal, fiscal_year: int) -> FindingQuerySet:
    """Return what the end of a year's improvement stage would turn into 未改善 (self-inspection only)."""
    return (
        Finding.objects.restrict(by, CHECK_FINDINGS)
        .filter(
            fiscal_year=fiscal_year,
            origin=Finding.Origin.SELF_INSPECTION,
            status__in=NOT_DONE,
            closed_as_not_improved=False,
        )
        .select_related("unit")
        .order_by("number")
    )


def not_improved_at_close(city: City, fiscal_year: int) -> FindingQuerySet:
    """Return what was 未改善 when the year's improvement stage ended, improved later or not. For the city's papers."""
    return (
        Finding.objects.filter(city=city, fiscal_year=fiscal_year, closed_as_not_improved=True)
        .exclude(status=WITHDRAWN)
        .select_related("unit")
        .annotate(effective_due=_EFFECTIVE_DUE)
        .order_by("number")
    )
