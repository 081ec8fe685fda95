"""Operational against technical: what became of the issues of a year, as 図5 of document 001 sets them side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, Subquery

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.queries.lists import ANY_SYSTEM, STATUS_GROUPS, FindingFilter, findings_for
from tenken.findings.states import NOTED, TREATED, VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.policy.models import CheckCategory


@dataclass(frozen=True)
class AspectFigure:
    """One 調査項目 in one aspect: how many systems (or sections) had an issue, how many of them had improved all, and of
    the ``not_improved`` those under a confirmed compensating measure with all that is left (``treated``)."""

    code: str
    name: str
    aspect: str
    issues: int
    improved: int
    treated: int
    not_improved: int


@dataclass(frozen=True)
class AspectFigures:
    """The numbers of 図5 of a year, as things stood on ``as_of``: by aspect, then in the order of the categories."""

    fiscal_year: int
    as_of: date
    systems_only: bool
    items: tuple[AspectFigure, ...]


@dataclass(frozen=True)
class AspectCount:
    """The findings of one 調査項目 in one aspect, as they stand now; ``aspect`` '' where the bank does not say."""

    code: str
    name: str
    aspect: str
    found: int
    improved: int
    treated: int
    not_improved: int

    @property
    def rate(self) -> float:
        """The share that is improved, in percent."""
        return 100 * self.improved / self.found


def aspect_figures(city: City, fiscal_year: int, *, systems_only: bool = True) -> AspectFigures:
    """Return the numbers of 図5 from a year's self-inspections, as they stood when it ended (today, while it runs).

    Counted are information systems; with *systems_only* False sections, and all their findings. Findings of which the
    bank does not say the aspect are left out. Two queries.
    """
    as_of = min(FiscalYear(fiscal_year).ends_on, clock.today())
    last = FindingEvent.objects.filter(finding=OuterRef("pk"), happened_on__lte=as_of).order_by("-pk")
    rows = Finding.objects.of_city(city.pk).filter(
        fiscal_year=fiscal_year, origin=Finding.Origin.SELF_INSPECTION, opened_on__lte=as_of
    )
    if systems_only:
        rows = rows.filter(system__isnull=False)
    stood = rows.exclude(aspect="").annotate(stood=Subquery(last.values("status")[:1]))
    whose = "system_id" if systems_only else "unit_id"
    found: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for aspect, category, key, status in stood.values_list("aspect", "category_code", whose, "stood"):
        if status not in (WITHDRAWN, NOTED):
            found[aspect, category][key].add(status)
    names = _names(city.pk)
    items = [
        _figure(aspect, category, names, list(states.values()))
        for (aspect, category), states in sorted(found.items(), key=lambda one: _place(one[0], names))
    ]
    return AspectFigures(fiscal_year, as_of, systems_only, tuple(items))


def aspect_counts(
    by: Principal, fiscal_year: int | None, *, systems_only: bool = True
) -> tuple[AspectCount, ...]:
    """Return the findings of a year (None: of all) that *by* may see, as they stand now. Two queries."""
    only = FindingFilter(fiscal_year=fiscal_year, system=ANY_SYSTEM if systems_only else "")
    rows = findings_for(by, only).exclude(status=NOTED).order_by().values("aspect", "category_code")
    counted = rows.annotate(
        found=Count("pk"),
        improved=Count("pk", filter=Q(status=VERIFIED)),
        treated=Count("pk", filter=Q(status=TREATED)),
        not_improved=Count("pk", filter=Q(status__in=STATUS_GROUPS["not_done"])),
    )
    names = _names(by.city_id)
    return tuple(
        AspectCount(
            row["category_code"],
            names.get(row["category_code"], row["category_code"]),
            row["aspect"],
            row["found"],
            row["improved"],
            row["treated"],
            row["not_improved"],
        )
        for row in sorted(counted, key=lambda row: _place((row["aspect"], row["category_code"]), names))
    )


def _figure(aspect: str, category: str, names: dict[str, str], states: list[set[str]]) -> AspectFigure:
    """Count *states*: what one system's findings of the category came to, each once."""
    came = Counter(
        "improved" if statuses == {VERIFIED} else "treated" if statuses <= {VERIFIED, TREATED} else "open"
        for statuses in states
    )
    left = came["treated"] + came["open"]
    return AspectFigure(
        category,
        names.get(category, category),
        aspect,
        len(states),
        came["improved"],
        came["treated"],
        left,
    )


def _names(city_id: int) -> dict[str, str]:
    """The names of the categories by code, in the bank's order."""
    rows = CheckCategory.objects.filter(city=city_id).order_by("part", "order")
    return dict(rows.values_list("code", "name"))


def _place(key: tuple[str, str], names: dict[str, str]) -> tuple[int, int, str]:
    aspect, category = key
    order = [*Finding.Aspect.values, ""]
    places = list(names)
    return order.index(aspect), places.index(category) if category in names else len(places), category
