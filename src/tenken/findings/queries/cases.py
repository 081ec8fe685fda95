"""Reading the casebook: what is published for everyone, drafts for who makes it, one's own for the section asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.findings.models import Case
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_CASES, PROPOSE_CASES, VIEW_CASES
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.queries.naming import names_with_bureau
from tenken.policy.models import CheckCategory


@dataclass(frozen=True)
class CaseFilter:
    """What the casebook is narrowed to; None and '' narrow nothing."""

    fiscal_year: int | None = None
    kind: str = ""
    category_code: str = ""
    status: str = ""
    text: str = ""


@dataclass(frozen=True)
class CaseEntry:
    """A case as it is printed. ``section`` is '' unless the section has given permission to be named."""

    key: int
    number: str
    fiscal_year: int
    kind: str
    kind_label: str
    category_code: str
    category: str
    title: str
    situation: str
    measure: str
    section: str
    published_on: date | None


def casebook(city: City, fiscal_year: int) -> tuple[CaseEntry, ...]:
    """Return a year's published cases, by 調査項目 in the bank's order, then by number. Two queries and the directory."""
    return entries_of(
        city, Case.objects.of_city(city.pk).filter(fiscal_year=fiscal_year, status=Case.Status.PUBLISHED)
    )


def entries_of(city: City, cases: QuerySet[Case]) -> tuple[CaseEntry, ...]:
    """Return *cases* as they are printed, in the casebook's order."""
    categories = {
        code: (place, name)
        for place, (code, name) in enumerate(
            CheckCategory.objects.filter(city=city)
            .order_by("part", "order", "code")
            .values_list("code", "name")
        )
    }
    rows = sorted(
        cases,
        key=lambda case: (
            -case.fiscal_year,
            categories.get(case.category_code, (len(categories), ""))[0],
            case.number,
        ),
    )
    return tuple(
        CaseEntry(
            key=case.pk,
            number=str(case),
            fiscal_year=case.fiscal_year,
            kind=case.kind,
            kind_label=case.get_kind_display(),
            category_code=case.category_code,
            category=categories.get(case.category_code, (0, case.category_code))[1],
            title=case.title,
            situation=case.situation,
            measure=case.measure,
            section=_section(city, case),
            published_on=case.published_on,
        )
        for case in rows
    )


def _section(city: City, case: Case) -> str:
    unit = case.printed_unit_id
    return (
        names_with_bureau(city, [unit], case.published_on or date(case.fiscal_year, 4, 1))[unit]
        if unit
        else ""
    )


def cases_for(by: Principal, only: CaseFilter | None = None) -> QuerySet[Case]:
    """Return the cases *by* may read, narrowed: published ones; all for who makes the casebook; one's own once asked."""
    only = only or CaseFilter()
    rows = Case.objects.of_city(by.city_id).filter(_readable(by)).select_related("unit", "city")
    equal = {
        "fiscal_year": only.fiscal_year,
        "kind": only.kind,
        "category_code": only.category_code,
        "status": only.status,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    for word in only.text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(situation__icontains=word)
            | Q(measure__icontains=word)
            | Q(unit__search_text__contains=search_key(word), permission=Case.Permission.GIVEN)
        )
    return rows.order_by("-fiscal_year", "number")


def _readable(by: Principal) -> Q:
    if by.holds(MANAGE_CASES) or by.holds(PROPOSE_CASES):
        return Q()
    readable = Q(pk__in=[])
    if by.holds(VIEW_CASES):
        readable |= Q(status=Case.Status.PUBLISHED)
    if by.holds(IMPROVE_FINDINGS):
        asked = ~Q(permission=Case.Permission.NOT_ASKED) & ~Q(status=Case.Status.WITHDRAWN)
        readable |= Q(unit__in=by.units_with(IMPROVE_FINDINGS)) & asked
    return readable


def case_for(by: Principal, key: int) -> Case:
    """Return one case as *by* may read it; else ``Missing``."""
    case = cases_for(by).filter(pk=key).first()
    if case is None:
        raise Missing("この事例はないか、公開されていません。")
    return case


def permissions_asked(by: Principal) -> QuerySet[Case]:
    """Return the cases whose section *by* speaks for and has not answered yet."""
    return (
        cases_for(by)
        .filter(permission=Case.Permission.ASKED, unit__in=by.units_with(IMPROVE_FINDINGS))
        .exclude(status=Case.Status.WITHDRAWN)
    )


def case_years(by: Principal) -> list[int]:
    """Return the fiscal years with cases *by* may read, newest first."""
    rows = cases_for(by).order_by("-fiscal_year").values_list("fiscal_year", flat=True)
    return list(rows.distinct())
