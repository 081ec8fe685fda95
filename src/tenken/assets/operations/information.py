"""Every write of the ledgers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.assets.ledger import AssetData, SystemData, asset_problems, system_problems
from tenken.assets.models import InformationAsset, InformationSystem
from tenken.assets.permissions import KEEP_ASSETS, MANAGE_SYSTEMS
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of

ASSET, SYSTEM = "assets.asset", "assets.system"
_CHANGED = "表示したあとに、ほかの人が変更しました。ページを開き直して、内容を確かめてください。"
_NOT_KEPT = "台帳に書けませんでした。"


@transaction.atomic
def add_asset(*, by: Principal, unit: Unit, data: AssetData, on: date | None = None) -> InformationAsset:
    """Add an information asset of *unit* to its ledger from a date on; it gets the next number of the unit's lineage.

    ``Invalid`` names fields (a second asset of one name among them).
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
    _record(by, unit.city.code, "assets.asset.add", (ASSET, asset.pk), {"after": told_asset(asset)}, on)
    return asset


@transaction.atomic
def change_asset(
    *, by: Principal, asset: InformationAsset, data: AssetData, version: int, on: date | None = None
) -> InformationAsset:
    """Change a row of the ledger. ``Stale`` when it changed since *version* was shown; no change records nothing."""
    kept = _locked_asset(by, asset, version)
    tidy = _checked_asset(data, by, kept.unit, on or by.on, but=kept.pk)
    before = told_asset(kept)
    _take_asset(kept, tidy)
    after = told_asset(kept)
    if after != before:
        kept.version += 1
        kept.save(force_update=True)
        changes = {"before": before, "after": after}
        _record(by, kept.unit.city.code, "assets.asset.change", (ASSET, kept.pk), changes, on)
    return kept


@transaction.atomic
def retire_asset(
    *, by: Principal, asset: InformationAsset, version: int, valid_to: date | None = None
) -> InformationAsset:
    """End a row of the ledger: from *valid_to* on (that of *by* unless given) the section holds it no more."""
    kept = _locked_asset(by, asset, version)
    _end(by, kept, valid_to, "assets.asset.retire", (ASSET, kept.pk), kept.unit.city.code)
    return kept


@transaction.atomic
def add_system(*, by: Principal, data: SystemData, on: date | None = None) -> InformationSystem:
    """Add an information system from a date on. ``Invalid`` names fields (a code in use among them)."""
    day = on or by.on
    owner = _owner(by, data.owner_id, day)
    require(by, MANAGE_SYSTEMS, unit=owner)
    tidy = _checked_system(data)
    if InformationSystem.objects.filter(city=by.city_id, code=tidy.code).exists():
        raise Invalid(_NOT_KEPT, [Problem("このコードの情報システムは、すでにあります。", "コード", "code")])
    system = InformationSystem(city=by.city, valid_from=day)
    _take_system(system, tidy, owner)
    system.save(force_insert=True)
    _record(by, by.city_code, "assets.system.add", (SYSTEM, system.pk), {"after": told_system(system)}, on)
    return system


@transaction.atomic
def change_system(
    *, by: Principal, system: InformationSystem, data: SystemData, version: int, on: date | None = None
) -> InformationSystem:
    """Change a system of the ledger; its code stays. A new owner needs the right over both sections."""
    kept = _locked_system(by, system, version)
    owner = kept.owner if kept.owner_id == data.owner_id else _owner(by, data.owner_id, on or by.on)
    require(by, MANAGE_SYSTEMS, unit=owner)
    tidy = _checked_system(data)
    if tidy.code != kept.code:
        raise Invalid(_NOT_KEPT, [Problem("コードは変えられません。", "コード", "code")])
    before = told_system(kept)
    _take_system(kept, tidy, owner)
    after = told_system(kept)
    if after != before:
        kept.version += 1
        kept.save(force_update=True)
        changes = {"before": before, "after": after}
        _record(by, by.city_code, "assets.system.change", (SYSTEM, kept.pk), changes, on)
    return kept


@transaction.atomic
def retire_system(
    *, by: Principal, system: InformationSystem, version: int, valid_to: date | None = None
) -> InformationSystem:
    """End a system of the ledger: from *valid_to* on (that of *by* unless given) it is used no more."""
    kept = _locked_system(by, system, version)
    _end(by, kept, valid_to, "assets.system.retire", (SYSTEM, kept.pk), by.city_code)
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


def told_system(system: InformationSystem) -> dict[str, Any]:
    """Return what a row says, as the journal keeps it."""
    names = ("code", "name", "important", "outline")
    return {name: getattr(system, name) for name in names} | {"owner": system.owner.code}


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
    _check_version(kept, version)
    return kept


def _locked_system(by: Principal, system: InformationSystem, version: int) -> InformationSystem:
    kept = (
        InformationSystem.objects.select_for_update(of=("self",))
        .select_related("owner")
        .filter(pk=system.pk)
        .first()
    )
    if kept is None:
        raise Missing("情報システムがありません。")
    require(by, MANAGE_SYSTEMS, unit=kept.owner)
    _check_version(kept, version)
    return kept


def _check_version(kept: InformationAsset | InformationSystem, version: int) -> None:
    if kept.version != version:
        raise Stale(_CHANGED)
    if kept.valid_to is not None:
        raise Stale("台帳から外したものは変えられません。")


def _end(
    by: Principal,
    kept: InformationAsset | InformationSystem,
    valid_to: date | None,
    operation: str,
    subject: tuple[str, int],
    city_code: str,
) -> None:
    day = valid_to or by.on
    if day <= kept.valid_from:
        raise Invalid(
            _NOT_KEPT,
            [Problem(f"開始日（{kept.valid_from}）より後の日付にしてください。", "終了日", "valid_to")],
        )
    kept.valid_to = day
    kept.version += 1
    kept.save(force_update=True)
    _record(by, city_code, operation, subject, {"valid_to": day.isoformat()}, by.on)


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
        raise Invalid(_NOT_KEPT, problems)
    return tidy


def _checked_system(data: SystemData) -> SystemData:
    tidy = data.tidy()
    if problems := system_problems(tidy):
        raise Invalid(_NOT_KEPT, problems)
    return tidy


def _owner(by: Principal, owner_id: int, day: date) -> Unit:
    owner = Unit.objects.filter(valid_on(day), city=by.city_id, pk=owner_id).first()
    if owner is None:
        raise Invalid(_NOT_KEPT, [Problem("この日にある組織から選んでください。", "所管課", "owner")])
    return owner


def _take_asset(asset: InformationAsset, data: AssetData) -> None:
    asset.name, asset.classification, asset.amount = data.name, data.classification, data.amount
    asset.forms, asset.location = list(data.forms), data.location
    asset.personal_data, asset.main = data.personal_data, data.main
    if asset.system_id != data.system_id:
        asset.system = InformationSystem.objects.filter(pk=data.system_id or 0).first()


def _take_system(system: InformationSystem, data: SystemData, owner: Unit) -> None:
    system.code, system.name, system.owner = data.code, data.name, owner
    system.important, system.outline = data.important, data.outline


def _record(
    by: Principal,
    city_code: str,
    operation: str,
    subject: tuple[str, int],
    changes: dict[str, Any],
    on: date | None,
) -> None:
    record(
        by=by,
        city_code=city_code,
        operation=operation,
        subject=subject,
        changes=changes,
        business_date=on or by.on,
    )
