"""監査の実施一覧 (document 004, A20②): every audit held, whoever held it; who works on what; the numbers of a board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from tenken.audit.engagement_states import CANCELLED, LIVE, SAID
from tenken.audit.models import Appointment, Engagement, Observation, Visit, VisitAuditor
from tenken.audit.states import TOOK_PLACE
from tenken.common import clock
from tenken.findings.models import AuditReport, Finding
from tenken.findings.states import WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau


@dataclass(frozen=True)
class HeldAudit:
    """One audit as the list names it. ``source``: "engagement", "visit" or "report" (of others), with its key. ``findings``:
    how many items of which kind, by the kind's code; of a visit its 指摘事項 as "exception"."""

    source: str
    key: int
    fiscal_year: int
    kind: str
    conduct: str
    target: str
    theme: str
    auditor: str
    starts_on: date | None
    ends_on: date | None
    issued_on: date | None
    status: str
    findings: dict[str, int]

    @property
    def exceptions(self) -> int:
        return self.findings.get("exception", 0)

    @property
    def opinions(self) -> int:
        return self.findings.get("opinion", 0)

    @property
    def others(self) -> int:
        return sum(self.findings.values()) - self.exceptions - self.opinions


@dataclass(frozen=True)
class Workload:
    """Who works on which audits under way: as whom, until when."""

    auditor_id: int
    name: str
    title: str
    part: str
    engagement: Engagement


@dataclass(frozen=True)
class AuditCounts:
    """The numbers of a year's audits: by status, held (reported), by order of the CISO, with overdue answers."""

    by_status: dict[str, int]
    held: int
    special: int
    answers_overdue: int


def audits_held(city: City, years: Collection[int]) -> list[HeldAudit]:
    """Return the audits of the fiscal years *years*, the newest year first: those of this house that took place or are
    planned, visits that belong to none of them, and reports of others' audits. For who may see all of the city's audits.
    Eight queries, however many."""
    engagements = list(
        Engagement.objects.filter(city=city, fiscal_year__in=years)
        .exclude(status=CANCELLED)
        .select_related("unit", "system")
        .order_by("number")
    )
    visits = list(
        Visit.objects.of_city(city.pk)
        .filter(stage__programme__fiscal_year__in=years, status__in=TOOK_PLACE, engagement__isnull=True)
        .select_related("stage__programme", "unit", "system")
        .order_by("visited_on", "pk")
    )
    reports = list(
        AuditReport.objects.of_city(city.pk)
        .filter(fiscal_year__in=years, engagement_key="")
        .order_by("issued_on", "code")
    )
    made = [
        *_engagements(city, engagements),
        *_visits(city, visits),
        *_reports(reports),
    ]
    return sorted(made, key=lambda one: (-one.fiscal_year, one.starts_on or date.max, one.source, one.key))


def workloads(by: Principal) -> list[Workload]:
    """Return who works on which audit under way, by name. For the secretariat. One query."""
    rows = Appointment.objects.filter(
        valid_on(by.on), engagement__city=by.city_id, engagement__status__in=LIVE
    ).select_related("engagement__unit", "engagement__system", "auditor")
    return [
        Workload(row.auditor_id, row.name, row.title, row.get_part_display(), row.engagement)
        for row in rows.order_by("name", "engagement__starts_on", "pk")
    ]


def audit_counts(city: City, fiscal_year: int, on: date) -> AuditCounts:
    """Return the numbers of a year's audits for boards and papers. Two queries."""
    rows = Engagement.objects.filter(city=city, fiscal_year=fiscal_year)
    by_status = Counter(rows.values_list("status", flat=True))
    overdue = rows.filter(status=Engagement.Status.DRAFTED, drafts__isnull=False).exclude(
        Q(drafts__due_on__gte=on) | Q(drafts__answers__isnull=False)
    )
    return AuditCounts(
        by_status=dict(by_status),
        held=sum(by_status[status] for status in SAID),
        special=rows.filter(special=True).exclude(status=CANCELLED).count(),
        answers_overdue=overdue.distinct().count(),
    )


def _engagements(city: City, rows: list[Engagement]) -> list[HeldAudit]:
    names = names_with_bureau(city, {row.unit_id for row in rows}, clock.today()) if rows else {}
    counts = _kinds(Finding.objects.filter(report__in=[row.report_id for row in rows if row.report_id]))
    leads = dict(
        Appointment.objects.filter(engagement__in=rows, part=Appointment.Part.LEAD)
        .order_by("valid_to", "pk")
        .values_list("engagement_id", "name")
    )
    return [
        HeldAudit(
            source="engagement",
            key=row.pk,
            fiscal_year=row.fiscal_year,
            kind=row.get_kind_display(),
            conduct=row.get_conduct_display() + ("（特命）" if row.special else ""),
            target=_target(names, row.unit_id, row.system.name if row.system else ""),
            theme=row.theme,
            auditor="・".join(one for one in (leads.get(row.pk, ""), row.conducted_with) if one),
            starts_on=row.began_on or row.starts_on,
            ends_on=row.ends_on,
            issued_on=row.issued_on,
            status=row.get_status_display(),
            findings=counts.get(row.report_id or 0, {}),
        )
        for row in rows
    ]


def _visits(city: City, rows: list[Visit]) -> list[HeldAudit]:
    names = names_with_bureau(city, {row.unit_id for row in rows}, clock.today()) if rows else {}
    seen = Counter(
        Observation.objects.filter(visit__in=rows, dropped_because="").values_list("visit_id", flat=True)
    )
    leads = dict(VisitAuditor.objects.filter(visit__in=rows, lead=True).values_list("visit_id", "name"))
    return [
        HeldAudit(
            source="visit",
            key=row.pk,
            fiscal_year=row.stage.programme.fiscal_year,
            kind="訪問調査",
            conduct="内部監査",
            target=_target(names, row.unit_id, row.system.name if row.system else ""),
            theme=row.stage.programme.name,
            auditor=leads.get(row.pk, ""),
            starts_on=row.visited_on,
            ends_on=row.visited_on,
            issued_on=row.reported_on,
            status=row.get_status_display(),
            findings={"exception": seen[row.pk]} if seen[row.pk] else {},
        )
        for row in rows
    ]


def _reports(rows: list[AuditReport]) -> list[HeldAudit]:
    counts = _kinds(Finding.objects.filter(report__in=rows))
    return [
        HeldAudit(
            source="report",
            key=row.pk,
            fiscal_year=row.fiscal_year,
            kind=row.get_kind_display(),
            conduct="共同監査" if row.kind == AuditReport.Kind.JOINT else "外部の監査",
            target=row.target,
            theme=row.theme,
            auditor=row.auditor,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            issued_on=row.issued_on,
            status="報告済",
            findings=counts.get(row.pk, {}),
        )
        for row in rows
    ]


def _kinds(rows: QuerySet[Finding]) -> dict[int, dict[str, int]]:
    """Return by the report's key how many findings of which kind stand."""
    found: dict[int, dict[str, int]] = {}
    for report, kind in rows.exclude(status=WITHDRAWN).values_list("report_id", "kind"):
        kinds = found.setdefault(report, {})
        kinds[kind] = kinds.get(kind, 0) + 1
    return found


def _target(names: dict[int, str], unit: int, system: str) -> str:
    return names.get(unit, "") + (f"（{system}）" if system else "")
