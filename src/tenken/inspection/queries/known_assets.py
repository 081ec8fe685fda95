"""Main information assets that a section need not type: from its ledger, from its latest earlier sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tenken.assets.models import InformationAsset
from tenken.inspection.models import Programme, Sheet, SheetAsset
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class KnownAsset:
    """An asset as the ledger or an earlier sheet states it. ``asset_id``: its row in the ledger, if any."""

    name: str
    classification: str
    amount: int | None
    forms: tuple[str, ...]
    location: str
    asset_id: int | None


def family_of(sheet: Sheet, day: date) -> frozenset[int]:
    """Return the keys of the sheet's section and of all it came from."""
    return tree_of(sheet.unit.city, day).lineage_back([sheet.unit_id])


def ledger_assets(sheet: Sheet, day: date) -> list[KnownAsset]:
    """Return the 主要な情報資産 of the section's ledger on a date; of a system's sheet those kept in that system."""
    rows = InformationAsset.objects.filter(valid_on(day), unit__in=family_of(sheet, day), main=True)
    if sheet.system_id is not None:
        rows = rows.filter(system=sheet.system_id)
    return _each_once((row, row.pk) for row in rows.order_by("unit__code", "number"))


def last_sheet_assets(sheet: Sheet, day: date) -> list[KnownAsset]:
    """Return the main assets of the section's latest earlier sheet of the same kind that states any.

    Those that the ledger has ended since are left out. Two queries.
    """
    programme, family = sheet.programme, family_of(sheet, day)
    earlier = Q(fiscal_year__lt=programme.fiscal_year) | Q(
        fiscal_year=programme.fiscal_year, launched_on__lt=programme.launched_on
    )
    stated = SheetAsset.objects.filter(sheet__unit__in=family, sheet__system=sheet.system_id)
    last = (
        Programme.objects.filter(earlier, city=programme.city_id, kind=programme.kind)
        .filter(pk__in=stated.values("sheet__programme"))
        .order_by("-fiscal_year", "-launched_on", "-pk")
        .first()
    )
    if last is None:
        return []
    living = Q(asset__isnull=True) | Q(asset__valid_to__isnull=True) | Q(asset__valid_to__gt=day)
    rows = stated.filter(living, sheet__programme=last).order_by("sheet__unit__code", "order")
    return _each_once((row, row.asset_id) for row in rows)


def _each_once(rows: Iterable[tuple[InformationAsset | SheetAsset, int | None]]) -> list[KnownAsset]:
    found: dict[str, KnownAsset] = {}
    for row, asset_id in rows:
        known = KnownAsset(row.name, row.classification, row.amount, tuple(row.forms), row.location, asset_id)
        found.setdefault(row.name, known)
    return list(found.values())
