"""Systems as the audit universe: what is known of each on a day, and which are alike. Not scoped: for plans and rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.assets.ledger import ProductData, SystemData
from tenken.assets.models import (
    Classification,
    InformationAsset,
    InformationSystem,
    SystemOccurrence,
    SystemProduct,
)
from tenken.assets.rules.importance import Criterion, Handling, criteria
from tenken.common.japanese_text import search_key
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class ProductFacts:
    """One product of a system; ``kind``: a ``SystemProduct.Kind``."""

    kind: str
    name: str
    release: str
    support_ends_on: date | None

    def __str__(self) -> str:
        return f"{self.name} {self.release}".strip()


@dataclass(frozen=True)
class OccurrenceFacts:
    """A change or a failure of a system; ``kind``: a ``SystemOccurrence.Kind``."""

    id: int
    kind: str
    happened_on: date
    outline: str

    @property
    def is_failure(self) -> bool:
        return self.kind == SystemOccurrence.Kind.FAILURE


@dataclass(frozen=True)
class SystemFacts:
    """One system of the ledger on a day. ``owner_id``: who owns it that day, through the lineage; ``importance``: the
    criteria of document 003 (3)2 that hold; ``occurrences``: up to that day, newest first, none that was struck."""

    id: int
    code: str
    name: str
    kind: str
    owner_id: int
    importance: tuple[Criterion, ...]
    classification: str
    personal_data: bool
    networks: tuple[str, ...]
    public: bool
    vendor: str
    in_use_since: date | None
    support_ends_on: date | None
    products: tuple[ProductFacts, ...]
    occurrences: tuple[OccurrenceFacts, ...]

    @property
    def important(self) -> bool:
        return bool(self.importance)

    @property
    def first_end_of_support(self) -> date | None:
        """The first day on which support of the system or of one of its products ends."""
        days = (self.support_ends_on, *(product.support_ends_on for product in self.products))
        return min((day for day in days if day is not None), default=None)

    def happened(self, *, failures: bool, since: date | None = None) -> tuple[OccurrenceFacts, ...]:
        """Return the failures, or the changes, since a day (that day counts)."""
        return tuple(
            one
            for one in self.occurrences
            if one.is_failure == failures and (since is None or one.happened_on >= since)
        )


def occurrences(city: City, since: date | None, until: date) -> dict[int, tuple[OccurrenceFacts, ...]]:
    """Return what happened to each system (by key) from *since* (None: ever) to *until*, both counted, newest first.

    What was struck did not happen. One query.
    """
    rows = SystemOccurrence.objects.filter(system__city=city, struck_because="", happened_on__lte=until)
    if since is not None:
        rows = rows.filter(happened_on__gte=since)
    found: dict[int, list[OccurrenceFacts]] = defaultdict(list)
    for row in rows:
        found[row.system_id].append(OccurrenceFacts(row.pk, row.kind, row.happened_on, row.outline))
    return {system: tuple(happened) for system, happened in found.items()}


def systems_facts(city: City, on: date) -> tuple[SystemFacts, ...]:
    """Return every system and network of *city* in use on a day, by code. Seven queries at most, however many there are."""
    rows = list(InformationSystem.objects.filter(valid_on(on), city=city).order_by("code"))
    owners = owners_on(city, on, {row.owner_id for row in rows})
    handling = handling_of(rows, on)
    products: dict[int, list[ProductFacts]] = defaultdict(list)
    for part in SystemProduct.objects.filter(system__city=city):
        products[part.system_id].append(
            ProductFacts(part.kind, part.name, part.release, part.support_ends_on)
        )
    happened = occurrences(city, None, on)
    return tuple(
        SystemFacts(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind=row.kind,
            owner_id=owners[row.owner_id],
            importance=criteria(handling[row.pk]),
            classification=row.classification,
            personal_data=row.personal_data,
            networks=tuple(row.networks),
            public=row.public,
            vendor=row.vendor,
            in_use_since=row.in_use_since,
            support_ends_on=row.support_ends_on,
            products=tuple(products[row.pk]),
            occurrences=happened.get(row.pk, ()),
        )
        for row in rows
    )


def alike_systems(
    city: City,
    on: date,
    *,
    product: str = "",
    network: str = "",
    vendor: str = "",
    kind: str = "",
    classification: str = "",
) -> tuple[SystemFacts, ...]:
    """Return the systems of a day that fit all that is given, for 横展開.

    *product* and *vendor*: words within the name (width and case do not matter; a product also by its release);
    *network*: a ``Network``; *kind*: an ``InformationSystem.Kind``; *classification*: a ``Classification``.
    """
    wanted, maker = search_key(product), search_key(vendor)
    return tuple(
        one
        for one in systems_facts(city, on)
        if (not wanted or any(wanted in search_key(str(part)) for part in one.products))
        and (not network or network in one.networks)
        and (not maker or maker in search_key(one.vendor))
        and (not kind or kind == one.kind)
        and (not classification or classification == one.classification)
    )


def handling_of(systems: Iterable[InformationSystem], on: date) -> dict[int, Handling]:
    """Return what the rule of importance needs to know of each of *systems* (by key) on a day. Two queries."""
    rows = {row.pk: row for row in systems}
    users = InformationSystem.used_by.through.objects.filter(informationsystem_id__in=rows)
    others: Counter[int] = Counter(
        system
        for system, unit in users.values_list("informationsystem_id", "unit_id")
        if unit != rows[system].owner_id
    )
    stored = InformationAsset.objects.filter(
        valid_on(on), system_id__in=rows, classification=Classification.S
    )
    most: Counter[int | None] = Counter(stored.values_list("system_id", flat=True))
    return {
        key: Handling(
            other_users=others[key],
            used_by_all=row.used_by_all,
            classification=row.classification,
            stored_in_class_s=most[key],
            outage_is_grave=row.outage_is_grave,
            named_because=row.named_important_because,
        )
        for key, row in rows.items()
    }


def system_data(system: InformationSystem) -> SystemData:
    """Return what a row says as it is given to the operations. Two queries unless fetched beforehand."""
    return SystemData(
        code=system.code,
        name=system.name,
        owner_id=system.owner_id,
        outline=system.outline,
        kind=system.kind,
        users=frozenset(unit.pk for unit in system.used_by.all()),
        used_by_all=system.used_by_all,
        networks=tuple(system.networks),
        public=system.public,
        classification=system.classification,
        personal_data=system.personal_data,
        outage_is_grave=system.outage_is_grave,
        named_important_because=system.named_important_because,
        vendor=system.vendor,
        in_use_since=system.in_use_since,
        support_ends_on=system.support_ends_on,
        products=tuple(
            ProductData(one.kind, one.name, one.release, one.support_ends_on) for one in system.products.all()
        ),
    )


def owners_on(city: City, on: date, owners: Iterable[int]) -> dict[int, int]:
    """Return for each unit who stands for it on a day: itself, else what became of it, else itself all the same."""
    wanted = set(owners)
    tree = tree_of(city, on)
    reach = {owner: tree.lineage_forward([owner]) for owner in wanted}
    every = {unit for heirs in reach.values() for unit in heirs}
    standing = set(Unit.objects.filter(valid_on(on), pk__in=every).values_list("pk", flat=True))
    return {
        owner: owner if owner in standing else min(reach[owner] & standing, default=owner) for owner in wanted
    }
