"""Whom a programme reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tenken.assets.models import InformationSystem
from tenken.inspection.models import Kind, Programme, Sheet, TargetException, TargetRule
from tenken.inspection.rules.targets import Candidate, Excepted, Selection, select
from tenken.notices.operations import Recipient
from tenken.organization.models import Assignment, City, PostRole, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Reach:
    """Who a programme's rule comes to on a date, and the sections among them that have no 情報管理者 then.

    ``basis``: the programme whose issues were looked at, when the rule looks at any. ``names``: of the systems.
    """

    selection: Selection
    without_manager: tuple[int, ...]
    basis: Programme | None
    names: Mapping[int, str]

    @property
    def units(self) -> list[int]:
        """The sections among the targets, each once, in order."""
        return list(dict.fromkeys(one.unit_id for one in self.selection.targets if one.unit_id))


def sections_on(city: City, day: date) -> list[tuple[int, int | None]]:
    """Return (section, its 局・区 or None) for every unit that answers sheets on *day*, in the order of codes."""
    units = (
        Unit.objects.filter(valid_on(day), city=city)
        .order_by("code")
        .values_list("pk", "kind__answers_sheets", "kind__rank")
    )
    bureaus = {pk for pk, _, rank in units if rank == 1}
    tree = tree_of(city, day)
    return [
        (pk, next((above for above in tree.ancestors(pk) if above in bureaus), None))
        for pk, answers, _ in units
        if answers
    ]


def reach_of(programme: Programme, day: date) -> Reach:
    """Return whom *programme* (with its city) reaches on *day*. At most six queries, whatever the number of sections."""
    sections = sections_on(programme.city, day)
    basis = basis_of(programme) if programme.target_rule == TargetRule.WITH_ISSUES else None
    names: dict[int, str] = {}
    if programme.kind == Kind.SYSTEM_AUDIT:
        systems = _systems(programme.city, day)
        names = {pk: name for pk, name, _, _ in systems}
        candidates = _system_candidates(programme.city, day, systems, dict(sections))
    else:
        had = _units_with_issues(programme.city, basis, day)
        candidates = [Candidate(unit, bureau, had_issues=unit in had) for unit, bureau in sections]
    exceptions = _of_heirs(exceptions_of(programme), programme.city, {one.unit_id for one in candidates}, day)
    selection = select(programme.target_rule, candidates, exceptions)
    units = [one.unit_id for one in selection.targets if one.unit_id is not None]
    return Reach(selection, _without_manager(units, day), basis, names)


def exceptions_of(programme: Programme) -> list[Excepted]:
    """Return the units and systems taken in or left out by name. One query."""
    rows = TargetException.objects.filter(programme=programme)
    return [
        Excepted(row.mode == TargetException.Mode.INCLUDE, row.reason, row.unit_id, row.system_id)
        for row in rows
    ]


def _of_heirs(exceptions: list[Excepted], city: City, standing: set[int | None], day: date) -> list[Excepted]:
    """The *exceptions*, one for a section that is no more said of what became of it."""
    tree = tree_of(city, day)
    found = []
    for one in exceptions:
        heirs = {one.unit_id} if one.unit_id is None or one.unit_id in standing else set()
        if one.unit_id is not None and not heirs:
            heirs = {unit for unit in tree.lineage_forward([one.unit_id]) if unit in standing}
        found += [replace(one, unit_id=unit) for unit in sorted(heirs, key=lambda unit: unit or 0)]
    return found


def basis_of(programme: Programme) -> Programme | None:
    """Return the programme whose issues decide the targets: the chosen one, else the one launched last before.

    Of the same series when there is one; people's own checks never. One query unless it was chosen.
    """
    if programme.basis is not None:
        return programme.basis
    launched = Programme.objects.filter(
        city=programme.city_id,
        kind=Kind.INSPECTION,
        launched_on__isnull=False,
        fiscal_year__lte=programme.fiscal_year,
    ).exclude(pk=programme.pk)
    if programme.launched_on:
        launched = launched.filter(launched_on__lte=programme.launched_on)
    rows = list(launched.order_by("-launched_on", "-pk")[:50])
    same = [one for one in rows if programme.series_id and one.series_id == programme.series_id]
    return next(iter(same or rows), None)


def _units_with_issues(city: City, basis: Programme | None, day: date) -> frozenset[int]:
    """The sections of the *basis* with an issue, with all that became of them."""
    if basis is None:
        return frozenset()
    rows = Sheet.objects.filter(programme=basis, issues__gt=0).values_list("unit_id", flat=True)
    return tree_of(city, day).lineage_forward(rows)


def _systems(city: City, day: date) -> list[tuple[int, str, int, bool]]:
    rows = InformationSystem.objects.filter(valid_on(day), city=city).order_by("code")
    return list(rows.values_list("pk", "name", "owner_id", "important"))


def _system_candidates(
    city: City,
    day: date,
    systems: Iterable[tuple[int, str, int, bool]],
    sections: Mapping[int, int | None],
) -> list[Candidate]:
    """Each system with the section that owns it, or with what became of that section."""
    tree = tree_of(city, day)
    found = []
    for system, _, owner, important in systems:
        heirs = [owner, *sorted(tree.lineage_forward([owner]) - {owner})]
        unit = next((one for one in heirs if one in sections), None)
        found.append(
            Candidate(unit, sections.get(unit) if unit else None, system_id=system, important=important)
        )
    return found


def _without_manager(units: list[int], day: date) -> tuple[int, ...]:
    """The *units* that no one answers for on *day*: no 情報管理者 is appointed there. One query."""
    held = Assignment.objects.filter(valid_on(day)).values("post_id")
    managed = set(
        PostRole.objects.filter(
            valid_on(day), unit__in=set(units), role__code="section_manager", post__in=held
        ).values_list("unit_id", flat=True)
    )
    return tuple(dict.fromkeys(unit for unit in units if unit not in managed))


def recipients_of_launch(city: City, units: Iterable[int], day: date) -> list[Recipient]:
    """Return the deputies and managers of *units* on *day* who have a mail address, each once."""
    posts = PostRole.objects.filter(
        valid_on(day), unit__in=list(units), role__code__in=("deputy", "section_manager")
    ).values("post_id")
    people = (
        Assignment.objects.filter(valid_on(day), post__in=posts, person__city=city)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("person__number", "person__email")
        .distinct()
    )
    return [Recipient(code=number, address=email) for number, email in people]
