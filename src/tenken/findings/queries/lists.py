"""Lists of findings as one person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tenken.common.japanese_text import search_key
from tenken.findings.models import Finding, FindingEvent, FindingQuerySet
from tenken.findings.permissions import CHECK_FINDINGS, IMPROVE_FINDINGS, VIEW_FINDINGS
from tenken.findings.states import NOT_IMPROVED, OPEN, PLANNED, REPORTED, VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City


@dataclass(frozen=True)
class FindingFilter:
    """What a list is narrowed to; '' and None narrow nothing. ``unit_id``: that unit, all below, and what they were.

    ``status`` '' leaves withdrawn findings out. ``overdue``: past its date and still with the section. ``text`` is
    looked for in the finding and in the unit's name.
    """

    fiscal_year: int | None = None
    unit_id: int | None = None
    category_code: str = ""
    status: str = ""
    origin: str = ""
    overdue: bool = False
    text: str = ""


def findings_for(by: Principal, only: FindingFilter | None = None) -> FindingQuerySet:
    """Return the findings *by* may see, narrowed, with their unit loaded and ``effective_due`` (planned date, else due)."""
    only = only or FindingFilter()
    rows = (
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .select_related("unit")
        .annotate(effective_due=Coalesce("plan_due_on", "due_on"))
    )
    equal: dict[str, Any] = {
        "fiscal_year": only.fiscal_year,
        "category_code": only.category_code,
        "status": only.status,
        "origin": only.origin,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if not only.status:
        rows = rows.exclude(status=WITHDRAWN)
    if only.unit_id is not None:
        rows = rows.filter(unit__in=by.tree.lineage_back(by.tree.below([only.unit_id])))
    if only.overdue:
        rows = rows.filter(overdue_on(by.on))
    for word in only.text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(detail__icontains=word)
            | Q(unit__search_text__contains=search_key(word))
        )
    return rows.order_by("-fiscal_year", "number")


def overdue_on(day: date) -> Q:
    """Return the condition that a finding is with its section past its date (``effective_due`` annotated)."""
    return Q(status__in=(OPEN, PLANNED), effective_due__lt=day)


def is_overdue(finding: Finding, day: date) -> bool:
    """Tell the same of one finding."""
    due = finding.plan_due_on or finding.due_on
    return finding.status in (OPEN, PLANNED) and due is not None and due < day


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
    """Return what findings ask of *by*, the most urgent first; nothing where nothing waits. At most two queries."""
    tasks: list[Task] = []
    if by.holds(IMPROVE_FINDINGS):
        last = FindingEvent.objects.filter(finding=OuterRef("pk")).order_by("-pk").values("event")[:1]
        mine = (
            Finding.objects.restrict(by, IMPROVE_FINDINGS)
            .filter(status__in=(OPEN, PLANNED))
            .annotate(effective_due=Coalesce("plan_due_on", "due_on"), last_event=Subquery(last))
            .aggregate(
                overdue=Count("pk", filter=overdue_on(by.on)),
                returned=Count("pk", filter=Q(last_event="returned")),
                open=Count("pk", filter=Q(status=OPEN)),
                planned=Count("pk", filter=Q(status=PLANNED)),
            )
        )
        tasks += [
            Task("overdue", "期限を過ぎた課題がある", mine["overdue"], "overdue=on"),
            Task("returned", "差し戻された改善報告を直す", mine["returned"], "status=planned"),
            Task("plan", "改善計画を作成する", mine["open"], "status=open"),
            Task("report", "改善報告をする", mine["planned"], "status=planned"),
        ]
    if by.holds(CHECK_FINDINGS):
        waiting = Finding.objects.restrict(by, CHECK_FINDINGS).filter(status=REPORTED).count()
        tasks.append(Task("check", "改善報告を確認する", waiting, "status=reported"))
    return tuple(task for task in tasks if task.count)


def open_by_age(by: Principal, fiscal_year: int | None = None) -> list[tuple[str, int]]:
    """Return how many findings that *by* may see are not done, by the days since they were opened. One query."""
    ages = (("30日以内", 0, 30), ("31日～60日", 31, 60), ("61日～90日", 61, 90), ("91日以上", 91, None))
    counts = {}
    for label, least, most in ages:
        condition = Q(opened_on__lte=by.on - timedelta(days=least)) if least else Q()
        if most is not None:
            condition &= Q(opened_on__gte=by.on - timedelta(days=most))
        counts[label] = Count("pk", filter=condition)
    rows = findings_for(by, FindingFilter(fiscal_year=fiscal_year)).order_by().exclude(status=VERIFIED)
    found = rows.aggregate(**{f"age{place}": count for place, count in enumerate(counts.values())})
    return [(label, found[f"age{place}"]) for place, label in enumerate(counts)]


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
            status__in=(OPEN, PLANNED, REPORTED, NOT_IMPROVED),
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
        .annotate(effective_due=Coalesce(F("plan_due_on"), F("due_on")))
        .order_by("number")
    )
