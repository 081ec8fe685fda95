"""Writing 情報システム台帳: systems and networks, and their products. What is important follows from the rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from tenken.assets.ledger import ProductData, SystemData, product_problems, system_problems
from tenken.assets.models import InformationSystem, SystemProduct
from tenken.assets.operations.ledger_rows import NOT_KEPT, SYSTEM, check_version, end, note
from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.assets.queries.systems import handling_of
from tenken.assets.rules.importance import criteria
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on

_PLAIN = (
    "code",
    "name",
    "kind",
    "outline",
    "used_by_all",
    "public",
    "classification",
    "personal_data",
    "outage_is_grave",
    "named_important_because",
    "vendor",
    "in_use_since",
    "support_ends_on",
)


@transaction.atomic
def add_system(*, by: Principal, data: SystemData, on: date | None = None) -> InformationSystem:
    """Add an information system from a date on. ``Invalid`` names fields (a code in use among them)."""
    day = on or by.on
    owner = _owner(by, data.owner_id, day)
    require(by, MANAGE_SYSTEMS, unit=owner)
    tidy = _checked(by, data, day)
    if InformationSystem.objects.filter(city=by.city_id, code=tidy.code).exists():
        raise Invalid(NOT_KEPT, [Problem("このコードの情報システムは、すでにあります。", "コード", "code")])
    system = InformationSystem(city=by.city, valid_from=day)
    _take(system, tidy, owner)
    system.save(force_insert=True)
    _take_parts(system, tidy)
    _weighed(system, max(day, by.on))
    note(by, by.city_code, "assets.system.add", (SYSTEM, system.pk), {"after": told_system(system)}, on)
    return system


@transaction.atomic
def change_system(
    *, by: Principal, system: InformationSystem, data: SystemData, version: int, on: date | None = None
) -> InformationSystem:
    """Change a system of the ledger; its code stays. A new owner needs the right over both sections."""
    kept = locked_system(by, system)
    check_version(kept, version)
    day = on or by.on
    owner = kept.owner if kept.owner_id == data.owner_id else _owner(by, data.owner_id, day)
    require(by, MANAGE_SYSTEMS, unit=owner)
    tidy = _checked(by, data, day, standing=users_of(kept))
    if tidy.code != kept.code:
        raise Invalid(NOT_KEPT, [Problem("コードは変えられません。", "コード", "code")])
    before = told_system(kept)
    _take(kept, tidy, owner)
    _take_parts(kept, tidy)
    _weighed(kept, max(day, by.on))
    _changed(by, kept, before, on)
    return kept


@transaction.atomic
def set_products(
    *,
    by: Principal,
    system: InformationSystem,
    products: Sequence[ProductData],
    version: int,
    on: date | None = None,
) -> InformationSystem:
    """Say what products a system is made of: all of them. ``Invalid`` names the field products."""
    kept = locked_system(by, system)
    check_version(kept, version)
    tidy = [one.tidy() for one in products]
    if problems := product_problems(tidy):
        raise Invalid(NOT_KEPT, [problem for _, problem in problems])
    before = told_system(kept)
    _take_products(kept, tidy)
    _changed(by, kept, before, on)
    return kept


@transaction.atomic
def retire_system(
    *, by: Principal, system: InformationSystem, version: int, valid_to: date | None = None
) -> InformationSystem:
    """End a system of the ledger: from *valid_to* on (that of *by* unless given) it is used no more."""
    kept = locked_system(by, system)
    check_version(kept, version)
    end(by, kept, valid_to, "assets.system.retire", (SYSTEM, kept.pk), by.city_code)
    return kept


def weigh(*, by: Principal, systems: Iterable[int | None], on: date | None = None) -> None:
    """Find anew whether *systems* (by key) are important, after what is kept in them changed. Part of that write.

    No right of its own: it follows from what another operation was allowed to write. The later of *on* and the day of
    *by* counts, so that a row written for the past is weighed as things are.
    """
    keys = sorted({key for key in systems if key is not None})
    for system in InformationSystem.objects.select_for_update().filter(pk__in=keys, valid_to__isnull=True):
        before = system.important
        if _weighed(system, max(on or by.on, by.on)) != before:
            changes = {"before": {"important": before}, "after": {"important": system.important}}
            note(by, by.city_code, "assets.system.weigh", (SYSTEM, system.pk), changes, on)


def told_system(system: InformationSystem) -> dict[str, Any]:
    """Return what a row says, as the journal keeps it. Two queries."""
    said = {name: getattr(system, name) for name in (*_PLAIN, "important")}
    for name in ("in_use_since", "support_ends_on"):
        said[name] = said[name] and said[name].isoformat()
    return said | {
        "owner": system.owner.code,
        "networks": list(system.networks),
        "users": list(system.used_by.order_by("code").values_list("code", flat=True)),
        "products": [told_product(one) for one in SystemProduct.objects.filter(system=system)],
    }


def told_product(product: SystemProduct) -> str:
    """Return a product in one line: 「OS｜Windows Server｜2012 R2｜2023-10-10」, as files have it too."""
    ends = product.support_ends_on.isoformat() if product.support_ends_on else ""
    return "｜".join((product.get_kind_display(), product.name, product.release, ends)).rstrip("｜")


def locked_system(by: Principal, system: InformationSystem) -> InformationSystem:
    """Return the row locked, the right over its owner checked; ``Missing`` when it is gone."""
    kept = (
        InformationSystem.objects.select_for_update(of=("self",))
        .select_related("owner")
        .filter(pk=system.pk)
        .first()
    )
    if kept is None:
        raise Missing("情報システムがありません。")
    require(by, MANAGE_SYSTEMS, unit=kept.owner)
    return kept


def users_of(system: InformationSystem) -> frozenset[int]:
    """Return the sections that use a system besides its owner, by key. One query."""
    return frozenset(system.used_by.values_list("pk", flat=True))


def _changed(by: Principal, kept: InformationSystem, before: dict[str, Any], on: date | None) -> None:
    after = told_system(kept)
    if after != before:
        kept.version += 1
        kept.save(force_update=True)
        changes = {"before": before, "after": after}
        note(by, by.city_code, "assets.system.change", (SYSTEM, kept.pk), changes, on)


def _checked(
    by: Principal, data: SystemData, day: date, standing: frozenset[int] = frozenset()
) -> SystemData:
    """Return *data* tidy; ``Invalid`` unless right. Users that stand may stay when their section has ended."""
    tidy = data.tidy()
    problems = system_problems(tidy)
    new = tidy.users - standing
    if new and Unit.objects.filter(valid_on(day), city=by.city_id, pk__in=new).count() != len(new):
        problems.append(Problem("この日にある組織から選んでください。", "利用する課公所", "users"))
    if problems:
        raise Invalid(NOT_KEPT, problems)
    return tidy


def _owner(by: Principal, owner_id: int, day: date) -> Unit:
    owner = Unit.objects.filter(valid_on(day), city=by.city_id, pk=owner_id).first()
    if owner is None:
        raise Invalid(NOT_KEPT, [Problem("この日にある組織から選んでください。", "所管課", "owner")])
    return owner


def _take(system: InformationSystem, data: SystemData, owner: Unit) -> None:
    for name in _PLAIN:
        setattr(system, name, getattr(data, name))
    system.owner, system.networks = owner, list(data.networks)


def _take_parts(system: InformationSystem, data: SystemData) -> None:
    system.used_by.set(data.users)
    if data.products is not None:
        _take_products(system, data.products)


def _take_products(system: InformationSystem, products: Sequence[ProductData]) -> None:
    standing = {
        (one.kind, one.name, one.release, one.support_ends_on): one
        for one in SystemProduct.objects.filter(system=system)
    }
    wanted = {(one.kind, one.name, one.release, one.support_ends_on) for one in products}
    SystemProduct.objects.filter(
        pk__in=[one.pk for said, one in standing.items() if said not in wanted]
    ).delete()
    SystemProduct.objects.bulk_create(
        SystemProduct(system=system, kind=kind, name=name, release=release, support_ends_on=ends)
        for kind, name, release, ends in sorted(wanted - set(standing), key=str)
    )


def _weighed(system: InformationSystem, day: date) -> bool:
    """Find whether *system* is important on a day, keep it, and return it."""
    important = bool(criteria(handling_of([system], day)[system.pk]))
    if important != system.important:
        system.important = important
        InformationSystem.objects.filter(pk=system.pk).update(important=important)
    return important
