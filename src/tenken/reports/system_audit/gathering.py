"""The numbers of paper 1, section 2, out of the rooms below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tenken.audit.models import Engagement
from tenken.audit.queries import visit_figures
from tenken.audit.technical.queries.figures import SystemResults, technical_results
from tenken.audit.technical.words import CONTEXTS, CRITICAL
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding, FindingQuerySet
from tenken.findings.queries.aspects import aspect_figures
from tenken.findings.states import REASONS
from tenken.inspection.models import Kind, Programme, Sheet, Stage
from tenken.organization.models import City
from tenken.reports.stages import StageFigures
from tenken.reports.system_audit.figures import TECHNICAL, AspectItem, ScanFigures, SystemAuditFigures

_NOT_HELD = (Engagement.Status.PLANNED, Engagement.Status.NOTIFIED, Engagement.Status.CANCELLED)
_CODES = {
    Stage.Kind.SELF_INSPECTION: "self",
    Stage.Kind.IMPROVEMENT: "improve",
    Stage.Kind.VISIT: "visit",
    Stage.Kind.FOLLOW_UP: "follow_up",
}


def system_audit_figures(city: City, fiscal_year: int) -> SystemAuditFigures | None:
    """Return the numbers of a year's audit of systems as they stood when the year ended; None when there was none.

    How many systems inspected themselves is None where no sheet of theirs is kept.
    """
    programme = (
        Programme.objects.filter(city=city, fiscal_year=fiscal_year, kind=Kind.SYSTEM_AUDIT)
        .exclude(status=Programme.Status.PLANNED)
        .order_by("pk")
        .first()
    )
    held = Engagement.objects.of_city(city.pk).filter(fiscal_year=fiscal_year, system__isnull=False)
    held = held.exclude(status__in=_NOT_HELD)
    last_day = min(FiscalYear(fiscal_year).ends_on, clock.today())
    scans = technical_results(city=city, fiscal_year=fiscal_year, as_of=last_day).systems
    if programme is None and not scans and not held.exists():
        return None
    inspected, with_issues = _inspected(city, fiscal_year, programme)
    visits = visit_figures(city, fiscal_year, programme) if programme else None
    technical = set(held.filter(kind=Engagement.Kind.TECHNICAL).values_list("system_id", flat=True))
    return SystemAuditFigures(
        inspected=inspected,
        with_issues=with_issues,
        visited=visits.visited if visits else 0,
        scanned=len(technical | {one.system_id for one in scans}),
        stages=tuple(_stages(programme, inspected, visits.visited if visits else 0)),
        items=tuple(
            AspectItem(
                one.code, one.name, one.aspect, one.issues, one.improved, one.treated, one.not_improved
            )
            for one in aspect_figures(city, fiscal_year).items
        ),
        reasons=_reasons(city, fiscal_year),
        visit_findings=visits.findings if visits else (),
        scans=tuple(_scan(one) for one in scans),
    )


def _inspected(city: City, fiscal_year: int, programme: Programme | None) -> tuple[int | None, int | None]:
    if programme is None:
        return None, None
    sheets = Sheet.objects.filter(programme=programme, system__isnull=False)
    systems = sheets.exclude(status=Sheet.Status.EXEMPTED).count()
    if not systems:
        return None, None
    return systems, _findings(city, fiscal_year).values("system").distinct().count()


def _findings(city: City, fiscal_year: int) -> FindingQuerySet:
    return (
        Finding.objects.of_city(city.pk)
        .filter(fiscal_year=fiscal_year, system__isnull=False, origin=Finding.Origin.SELF_INSPECTION)
        .exclude(status=Finding.Status.WITHDRAWN)
    )


def _reasons(city: City, fiscal_year: int) -> tuple[str, ...]:
    """Return why technical issues stayed, in words, the most frequent first."""
    codes = (
        _findings(city, fiscal_year)
        .filter(aspect=TECHNICAL)
        .exclude(not_improved_reason="")
        .exclude(not_improved_reason="other")
        .values_list("not_improved_reason", flat=True)
    )
    return tuple(REASONS[code] for code, _ in Counter(codes).most_common())


def _scan(one: SystemResults) -> ScanFigures:
    return ScanFigures(
        system=one.system,
        public=one.public,
        weaknesses=one.found,
        urgent=one.by_urgency.get(CRITICAL, 0),
        low_need=sum(one.judged_low.values()),
        unsupported=sum(row.hosts for row in one.out_of_support),
        because=tuple(CONTEXTS[code] for code in CONTEXTS if one.judged_low.get(code)),
    )


def _stages(programme: Programme | None, inspected: int | None, visited: int) -> Iterable[StageFigures]:
    counts = {Stage.Kind.SELF_INSPECTION: inspected, Stage.Kind.VISIT: visited or None}
    for stage in programme.stages.all() if programme else ():
        kind = Stage.Kind(stage.kind)
        yield StageFigures(
            code=_CODES.get(kind, "other"),
            name=stage.name,
            starts_on=stage.starts_on,
            ends_on=stage.ends_on,
            target=stage.target,
            target_count=counts.get(kind),
            purpose=stage.purpose,
            outline=stage.outline,
            unit="システム",
        )
