"""Reading the ledgers: scoped lists and one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Least

from tenken.assets.models import (
    Classification,
    InformationAsset,
    InformationSystem,
    SystemOccurrence,
    SystemProduct,
)
from tenken.assets.permissions import KEEP_ASSETS, VIEW_ASSETS
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on

Ledger = TypeVar("Ledger", QuerySet[InformationAsset], QuerySet[InformationSystem])


@dataclass(frozen=True)
class LedgerFilter:
    """What of a ledger is shown; ``unit_id``: a unit and all below it; ``ended``: what was taken off, instead.

    Of systems: ``importance``: "yes", "no" or ''; ``support_until``: support of the system or of one of its products ends
    by that day (or has ended).
    """

    text: str = ""
    unit_id: int | None = None
    classification: str = ""
    form: str = ""
    main: bool = False
    kind: str = ""
    importance: str = ""
    network: str = ""
    public: bool = False
    support_until: date | None = None
    ended: bool = False


def assets_for(by: Principal, only: LedgerFilter = LedgerFilter()) -> QuerySet[InformationAsset]:
    """Return the information assets *by* may see, by unit and number."""
    seen = InformationAsset.objects.restrict(by, VIEW_ASSETS).select_related("unit", "system")
    most_important_first = Case(
        When(classification=Classification.S, then=Value("0")), default="classification"
    )
    rows: QuerySet[InformationAsset] = seen.annotate(class_order=most_important_first)
    rows = _narrowed(rows, by, only, "unit")
    if only.text:
        rows = rows.filter(
            Q(name__icontains=only.text)
            | Q(location__icontains=only.text)
            | Q(unit__search_text__contains=search_key(only.text))
        )
    if only.classification:
        rows = rows.filter(classification=only.classification)
    if only.form:
        rows = rows.annotate(forms_text=Cast("forms", TextField())).filter(
            forms_text__contains=f'"{only.form}"'
        )
    if only.main:
        rows = rows.filter(main=True)
    return rows.order_by("unit__code", "number", "pk")


def systems_for(by: Principal, only: LedgerFilter = LedgerFilter()) -> QuerySet[InformationSystem]:
    """Return the information systems *by* may see, by code; with ``first_end``: the first end of support in it."""
    parts = SystemProduct.objects.filter(system=OuterRef("pk"), support_ends_on__isnull=False)
    own, product = (
        F("support_ends_on"),
        Subquery(parts.order_by("support_ends_on").values("support_ends_on")[:1]),
    )
    rows: QuerySet[InformationSystem] = InformationSystem.objects.restrict(by, VIEW_ASSETS)
    # The smaller of two where either may be missing: SQLite would call that missing, PostgreSQL not.
    rows = rows.annotate(first_end=Least(Coalesce(own, product), Coalesce(product, own)))
    rows = _narrowed(rows.select_related("owner"), by, only, "owner")
    if only.text:
        rows = rows.filter(
            Q(name__icontains=only.text)
            | Q(code__icontains=only.text)
            | Q(outline__icontains=only.text)
            | Q(vendor__icontains=only.text)
            | Q(owner__search_text__contains=search_key(only.text))
            | Q(pk__in=SystemProduct.objects.filter(name__icontains=only.text).values("system"))
        )
    if only.importance:
        rows = rows.filter(important=only.importance == "yes")
    if only.network:
        rows = rows.annotate(networks_text=Cast("networks", TextField())).filter(
            networks_text__contains=f'"{only.network}"'
        )
    if only.public:
        rows = rows.filter(public=True)
    if only.support_until is not None:
        rows = rows.filter(Q(first_end__lte=only.support_until))
    same = {name: value for name in ("kind", "classification") if (value := getattr(only, name))}
    return rows.filter(**same).order_by("code")


def _narrowed(rows: Ledger, by: Principal, only: LedgerFilter, unit_path: str) -> Ledger:
    rows = rows.filter(valid_to__lte=by.on) if only.ended else rows.filter(valid_on(by.on))
    if only.unit_id is not None:
        within = by.tree.lineage_back(by.tree.below([only.unit_id]))
        rows = rows.filter(**{f"{unit_path}__in": within})
    return rows


def find_asset(by: Principal, asset_id: int) -> InformationAsset:
    """Return a row of the ledger of information assets; ``Missing`` when *by* may not see it."""
    rows = InformationAsset.objects.restrict(by, VIEW_ASSETS).select_related("unit__city", "system__owner")
    asset = rows.filter(pk=asset_id).first()
    if asset is None:
        raise Missing("情報資産がないか、見ることのできる範囲にありません。")
    return asset


def find_system(by: Principal, system_id: int) -> InformationSystem:
    """Return a row of the ledger of information systems; ``Missing`` when *by* may not see it."""
    rows = InformationSystem.objects.restrict(by, VIEW_ASSETS).select_related("owner__city")
    system = rows.filter(pk=system_id).first()
    if system is None:
        raise Missing("情報システムがないか、見ることのできる範囲にありません。")
    return system


def assets_in(by: Principal, system: InformationSystem) -> QuerySet[InformationAsset]:
    """Return the information assets kept in a system today, of those *by* may see."""
    return assets_for(by).filter(system=system)


def find_occurrence(by: Principal, occurrence_id: int) -> SystemOccurrence:
    """Return what happened to a system *by* may see, with the system; ``Missing`` otherwise."""
    seen = InformationSystem.objects.restrict(by, VIEW_ASSETS)
    rows = SystemOccurrence.objects.filter(system__in=seen).select_related("system__owner__city")
    found = rows.filter(pk=occurrence_id).first()
    if found is None:
        raise Missing("変更・障害の記録がないか、見ることのできる範囲にありません。")
    return found


def system_choices(by: Principal, on: date) -> list[tuple[int, str]]:
    """Return (key, name) of every system of the city in use on a date: a section's assets lie in other sections' systems.

    Only for who keeps a ledger somewhere; nothing but the name is told.
    """
    require_somewhere(by, KEEP_ASSETS)
    rows = InformationSystem.objects.of_city(by.city_id).filter(valid_on(on)).order_by("code")
    return list(rows.values_list("pk", "name"))


def sections_for(by: Principal, capability: Any, on: date) -> list[tuple[int, str]]:
    """Return (key, code and name) of the sections of a date for which *by* holds *capability*, by code."""
    rows = Unit.objects.restrict(by, capability).filter(valid_on(on), kind__answers_sheets=True)
    return [
        (key, f"{code}　{name}")
        for key, code, name in rows.order_by("code").values_list("pk", "code", "name")
    ]
