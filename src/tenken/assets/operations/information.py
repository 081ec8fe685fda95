"""Writing 情報資産台帳."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.assets.ledger import AssetData, asset_problems
from tenken.assets.models import InformationAsset, InformationSystem
from tenken.assets.operations.ledger_rows import ASSET, NOT_KEPT, check_version, end, note
from tenken.assets.operations.systems import weigh
from tenken.assets.permissions import KEEP_ASSETS
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


@transaction.atomic
def add_asset(*, by: Principal, unit: Unit, data: AssetData, on: date | None = None) -> InformationAsset:
    """Add an information asset of *unit* to its ledger from a date on; it gets the next number of the unit's lineage.

    ``Invalid`` names fields (a second asset of one name among them). Of class S, it makes the system it is kept in important.
    """
    require(by, KEEP_ASSETS, unit=unit)
    day = on or by.on
    Unit.objects.select_for_update().get(pk=unit.pk)  # two at once would get one number
    tidy = _checked_asset(data, by, unit, day)
    family = tree_of(unit.city, day).lineage_back([unit.pk])
    last = InformationAsset.objects.filter(unit__in=family).aggregate(last=Max("number"))["last"] or 0
    asset = InformationAsset(unit=unit, number=last + 1, valid_from=day)
    _take_asset(asset, tidy)
    asset.save(force_insert=True)
    note(by, unit.city.code, "assets.asset.add", (ASSET, asset.pk), {"after": told_asset(asset)}, on)
    weigh(by=by, systems=[asset.system_id], on=day)
    return asset


@transaction.atomic
def change_asset(
    *, by: Principal, asset: InformationAsset, data: AssetData, version: int, on: date | None = None
) -> InformationAsset:
    """Change a row of the ledger. ``Stale`` when it changed since *version* was shown; no change records nothing."""
    kept = _locked_asset(by, asset, version)
    tidy = _checked_asset(data, by, kept.unit, on or by.on, but=kept.pk)
    before, system = told_asset(kept), kept.system_id
    _take_asset(kept, tidy)
    after = told_asset(kept)
    if after != before:
        kept.version += 1
        kept.save(force_update=True)
        changes = {"before": before, "after": after}
        note(by, kept.unit.city.code, "assets.asset.change", (ASSET, kept.pk), changes, on)
        weigh(by=by, systems=[system, kept.system_id], on=on)
    return kept


@transaction.atomic
def retire_asset(
    *, by: Principal, asset: InformationAsset, version: int, valid_to: date | None = None
) -> InformationAsset:
    """End a row of the ledger: from *valid_to* on (that of *by* unless given) the section holds it no more."""
    kept = _locked_asset(by, asset, version)
    end(by, kept, valid_to, "assets.asset.retire", (ASSET, kept.pk), kept.unit.city.code)
    weigh(by=by, systems=[kept.system_id])
    return kept


def told_asset(asset: InformationAsset) -> dict[str, Any]:
    """Return what a row says, as the journal keeps it."""
    names = ("name", "classification", "amount", "forms", "location", "personal_data", "main")
    said = {name: getattr(asset, name) for name in names}
    return {
        "unit": asset.unit.code,
        "number": asset.number,
        **said,
        "system": asset.system and asset.system.code,
    }


def _locked_asset(by: Principal, asset: InformationAsset, version: int) -> InformationAsset:
    kept = (
        InformationAsset.objects.select_for_update(of=("self",))
        .select_related("unit__city", "system")
        .filter(pk=asset.pk)
        .first()
    )
    if kept is None:
        raise Missing("情報資産がありません。")
    require(by, KEEP_ASSETS, unit=kept.unit)
    check_version(kept, version)
    return kept


def _checked_asset(
    data: AssetData, by: Principal, unit: Unit, day: date, but: int | None = None
) -> AssetData:
    tidy = data.tidy()
    problems = asset_problems(tidy)
    if (
        tidy.system_id is not None
        and not InformationSystem.objects.filter(city=by.city_id, pk=tidy.system_id).exists()
    ):
        problems.append(Problem("台帳にない情報システムです。", "情報システム", "system"))
    same = InformationAsset.objects.filter(valid_on(day), unit=unit, name=tidy.name).exclude(pk=but or 0)
    if not problems and same.exists():
        problems.append(Problem("同じ名前の情報資産が台帳にあります。", "情報資産", "name"))
    if problems:
        raise Invalid(NOT_KEPT, problems)
    return tidy


def _take_asset(asset: InformationAsset, data: AssetData) -> None:
    asset.name, asset.classification, asset.amount = data.name, data.classification, data.amount
    asset.forms, asset.location = list(data.forms), data.location
    asset.personal_data, asset.main = data.personal_data, data.main
    if asset.system_id != data.system_id:
        asset.system = InformationSystem.objects.filter(pk=data.system_id or 0).first()
