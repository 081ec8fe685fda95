"""Which sections and systems a 横展開の確認 may ask, with the reasons; for whoever prepares it, so of the whole city."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tenken.assets.models import Network
from tenken.assets.queries import SystemFacts, systems_facts
from tenken.findings.models import ExtentCheck, Finding
from tenken.findings.rules.alike import SectionTraits, SystemTraits, section_reasons, system_reasons
from tenken.findings.states import NOT_DONE, NOTED, WITHDRAWN
from tenken.organization.directory import directory_of
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Candidate:
    """A section, or a system with its owner, that is likely to have the same; ``key`` names it in a form."""

    unit_id: int
    name: str
    reasons: tuple[str, ...]
    system_id: int | None = None
    system_name: str = ""

    @property
    def key(self) -> str:
        return f"system:{self.system_id}" if self.system_id else f"unit:{self.unit_id}"

    @property
    def because(self) -> str:
        return "、".join(self.reasons)


def own_units(finding: Finding, on: date) -> frozenset[int]:
    """Return the section a finding was found in, all it came from and all it became: none of these is elsewhere."""
    tree = tree_of(finding.city, on)
    forward = tree.lineage_forward([finding.unit_id])
    return forward | tree.lineage_back(forward)


def candidates(
    check: ExtentCheck, facts: Collection[str], on: date, *, word: str = ""
) -> tuple[Candidate, ...]:
    """Return who is likely to have the same as the finding *check* starts from: sections first, the most reasons first.

    *facts*: codes of ``rules.alike.FACTS``; *word*: part of the name of a product. The finding's own section and what
    the check asks already are left out. About a dozen queries, however many there are.
    """
    asked: set[tuple[int, int | None]] = set(check.targets.values_list("unit_id", "system_id"))
    sections = [one for one in _sections(check.finding, facts, on) if (one.unit_id, None) not in asked]
    taken = {system for _, system in asked}
    systems = [one for one in _systems(check.finding, facts, on, word) if one.system_id not in taken]
    return (*_most_likely(sections), *_most_likely(systems))


def _most_likely(found: list[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda one: -len(one.reasons))  # stable: codes keep their order


def _sections(finding: Finding, facts: Collection[str], on: date) -> Iterator[Candidate]:
    city = finding.city
    own = own_units(finding, on)
    standing = Unit.objects.filter(valid_on(on), city=city, kind__answers_sheets=True).exclude(pk__in=own)
    units = list(standing.order_by("code").values_list("pk", flat=True))
    directory = directory_of(city)
    bureau = directory.bureau(finding.unit_id, on)
    traits = _traits(finding, set(units), on)
    for unit in units:
        reasons = section_reasons(facts, bureau, traits[unit])
        if reasons:
            yield Candidate(unit, directory.name(unit, on), reasons)


def _traits(finding: Finding, units: set[int], on: date) -> dict[int, SectionTraits]:
    """Return what each of *units*, or what it came from, has to do with the finding's item and category. One query."""
    tree, directory = tree_of(finding.city, on), directory_of(finding.city)
    years: dict[int, set[int]] = defaultdict(set)
    same_item: Counter[int] = Counter()
    same_category: Counter[int] = Counter()
    for unit, year, is_open, item, category in _similar(finding):
        for heir in tree.lineage_forward([unit]) & units:
            if item:
                years[heir].add(year)
            same_item[heir] += item and is_open
            same_category[heir] += category and is_open
    return {
        unit: SectionTraits(
            bureau_id=directory.bureau(unit, on),
            item_years=tuple(sorted(years[unit])),
            item_open=same_item[unit],
            category_open=same_category[unit],
        )
        for unit in units
    }


def _similar(finding: Finding) -> Iterator[tuple[int, int, bool, bool, bool]]:
    """Yield (unit, year, is it open, same item, same category) of the city's other findings alike in one of the two."""
    item, category = finding.item_code, finding.category_code
    same = Q(pk__in=[])
    if item:
        same |= Q(item_code=item)
    if category:
        same |= Q(category_code=category, status__in=NOT_DONE)
    rows = Finding.objects.of_city(finding.city_id).exclude(status__in=(WITHDRAWN, NOTED))
    for unit, year, status, its_item, its_category in (
        rows.filter(same)
        .exclude(pk=finding.pk)
        .values_list("unit_id", "fiscal_year", "status", "item_code", "category_code")
    ):
        yield (
            unit,
            year,
            status in NOT_DONE,
            bool(item) and its_item == item,
            bool(category) and its_category == category,
        )


def _systems(finding: Finding, facts: Collection[str], on: date, word: str) -> Iterator[Candidate]:
    known = systems_facts(finding.city, on)
    origin = next((traits_of(one) for one in known if one.id == finding.system_id), None)
    own = own_units(finding, on)
    names, directory = dict(Network.choices), directory_of(finding.city)
    for one in known:
        if one.id == finding.system_id or one.owner_id in own:
            continue
        reasons = system_reasons(
            facts, origin, traits_of(one), word=word, network_names={key: str(names[key]) for key in names}
        )
        if reasons:
            yield Candidate(one.owner_id, directory.name(one.owner_id, on), reasons, one.id, one.name)


def traits_of(system: SystemFacts) -> SystemTraits:
    """Return what the rule of likeness looks at of a system."""
    return SystemTraits(
        kind=system.kind,
        products=tuple(str(product) for product in system.products),
        networks=system.networks,
        vendor=system.vendor,
        classification=system.classification,
        public=system.public,
    )


def free_choices(
    finding: Finding, on: date
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    """Return (key, name) of every section and of every system outside the finding's own section, for choosing freely."""
    city: City = finding.city
    own, directory = own_units(finding, on), directory_of(city)
    standing = Unit.objects.filter(valid_on(on), city=city, kind__answers_sheets=True).exclude(pk__in=own)
    sections = tuple(
        (unit, directory.name(unit, on)) for unit in standing.order_by("code").values_list("pk", flat=True)
    )
    systems = tuple(
        (one.id, f"{one.name}（{directory.name(one.owner_id, on)}）")
        for one in systems_facts(city, on)
        if one.owner_id not in own and one.id != finding.system_id
    )
    return sections, systems
