"""内容別指摘事項一覧: what audits, visits and scans found, by content and fiscal year (document 004, A20)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from tenken.findings.models import AuditReport, Finding, FindingQuerySet
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries.lists import findings_for
from tenken.findings.states import NOT_DONE, NOTED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.policy.models import CheckCategory

AUDIT_ORIGINS: Final = (
    Finding.Origin.AUDIT,
    Finding.Origin.EXTERNAL_AUDIT,
    Finding.Origin.VISIT,
    Finding.Origin.SCAN,
)
CATEGORY, VIEWPOINT, ASPECT = "category", "viewpoint", "aspect"
GROUPS = {CATEGORY: "調査項目", VIEWPOINT: "着眼点", ASPECT: "運用面・技術面"}
_NONE = {CATEGORY: "調査項目のないもの", VIEWPOINT: "着眼点のないもの", ASPECT: "区分のないもの"}


@dataclass(frozen=True)
class ContentCount:
    """How many were found, and how many of these are still open."""

    found: int = 0
    open: int = 0

    def __add__(self, other: ContentCount) -> ContentCount:
        return ContentCount(self.found + other.found, self.open + other.open)


@dataclass(frozen=True)
class ContentRow:
    """One content with a count for each year of its table, in that order. ``code`` '' is what has none."""

    code: str
    label: str
    counts: tuple[ContentCount, ...]

    @property
    def total(self) -> ContentCount:
        return sum(self.counts, ContentCount())


@dataclass(frozen=True)
class ContentTable:
    """Contents by fiscal year; ``group``: one of ``GROUPS``. 評価 and 優良事例 are no 指摘 and are not counted."""

    group: str
    years: tuple[int, ...]
    rows: tuple[ContentRow, ...]

    @property
    def all(self) -> ContentRow:
        columns = zip(*(row.counts for row in self.rows), strict=True) if self.rows else ()
        return ContentRow("", "計", tuple(sum(column, ContentCount()) for column in columns))


def findings_by_content(
    city: City,
    years: Sequence[int],
    *,
    origins: Collection[str] = AUDIT_ORIGINS,
    group: str = CATEGORY,
    by: Principal | None = None,
) -> ContentTable:
    """Count the findings of *origins* by content and fiscal year, with how many are still open.

    *group*: by 調査項目, by 着眼点 (the same words in several reports are one), or by 運用面・技術面. *by*: only what they may
    see; None: the whole city, for its papers. Two queries.
    """
    rows = _counted_rows(city, by, origins).filter(fiscal_year__in=years).order_by()
    viewpoints = _viewpoints(city) if group == VIEWPOINT else {}
    names = _names(city, group) if group != VIEWPOINT else {text: text for text in viewpoints.values()}
    found: dict[str, Counter[tuple[int, bool]]] = defaultdict(Counter)
    for *key, year, number, still_open in rows.values_list(*_FIELDS[group], "fiscal_year").annotate(
        n=Count("pk"), still=Count("pk", filter=Q(status__in=NOT_DONE))
    ):
        code = viewpoints.get((key[0], key[-1]), key[-1])
        found[code][(year, False)] += number
        found[code][(year, True)] += still_open
    order = {code: place for place, code in enumerate(names)}
    return ContentTable(
        group=group,
        years=tuple(years),
        rows=tuple(
            ContentRow(
                code,
                names.get(code, code) if code else _NONE[group],
                tuple(ContentCount(found[code][(year, False)], found[code][(year, True)]) for year in years),
            )
            for code in sorted(found, key=lambda code: (not code, order.get(code, len(order)), code))
        ),
    )


def content_findings(
    by: Principal, *, group: str, code: str | None, origins: Collection[str] = AUDIT_ORIGINS
) -> FindingQuerySet:
    """Return the findings one number of the table counts as :func:`findings_for` does, as far as *by* may see them; *code*
    None: of every content."""
    rows = _counted(findings_for(by), origins)
    if code is None:
        return rows
    if group == VIEWPOINT:
        if not code:
            return rows.filter(viewpoint="")
        meant = Q(viewpoint=code)  # what stands in no list of its report is known by its own code
        for (report, viewpoint), text in _viewpoints(by.city).items():
            if text == code:
                meant |= Q(report=report, viewpoint=viewpoint)
        return rows.filter(meant)
    return rows.filter(**{_FIELDS[group][0]: code})


def content_years(by: Principal, origins: Collection[str] = AUDIT_ORIGINS) -> list[int]:
    """Return the fiscal years with such findings in sight, the oldest first."""
    rows = _counted_rows(by.city, by, origins).order_by("fiscal_year")
    return list(rows.values_list("fiscal_year", flat=True).distinct())


_FIELDS: Final = {
    CATEGORY: ("category_code",),
    VIEWPOINT: ("report_id", "viewpoint"),
    ASPECT: ("aspect",),
}


def _counted_rows(city: City, by: Principal | None, origins: Collection[str]) -> FindingQuerySet:
    return _counted(
        Finding.objects.of_city(city.pk) if by is None else Finding.objects.restrict(by, VIEW_FINDINGS),
        origins,
    )


def _counted(rows: FindingQuerySet, origins: Collection[str]) -> FindingQuerySet:
    return rows.filter(origin__in=origins).exclude(status__in=(WITHDRAWN, NOTED))


def _names(city: City, group: str) -> dict[str, str]:
    """Return what the codes of a content are called, in the order they are listed."""
    if group == ASPECT:
        return {code: str(label) for code, label in Finding.Aspect.choices}
    rows = CheckCategory.objects.filter(city=city).order_by("part", "order")
    return dict(rows.values_list("code", "name"))


def _viewpoints(city: City) -> dict[tuple[int, str], str]:
    """Return the words of each 着眼点 by report and code: the same words in several reports are one content."""
    reports = AuditReport.objects.filter(city=city).order_by("fiscal_year", "code")
    return {
        (report, str(one["code"])): str(one.get("text") or one["code"])
        for report, viewpoints in reports.values_list("pk", "viewpoints")
        for one in viewpoints
        if one.get("code")
    }
