"""Who may audit whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tenken.audit.competence.queries.settings import settings_of
from tenken.audit.models import Auditor, DeclaredConflict
from tenken.audit.permissions import RECORD_VISITS
from tenken.audit.rules.conflict_of_interest import Audited, Declared, Standing, Tie, conflict
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import Assignment, City, Person, PostRole, Role, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import Tree, tree_of

# Roles whose holder answers for the units they are held over.
MANAGING = ("section_manager", "deputy", "bureau_manager")


@dataclass(frozen=True)
class PossibleAuditor:
    """Someone who records visits, and why not this one ('' when they may)."""

    person_id: int
    name: str
    title: str
    conflict: str


def family_of(unit: Unit, on: date) -> frozenset[int]:
    """Return a section, what it came from and became, and all that stands below those on a date."""
    tree = tree_of(unit.city, on)
    kin = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    return tree.below(kin)


def possible_auditors(by: Principal, unit: Unit, on: date, *, vendor: str = "") -> list[PossibleAuditor]:
    """Return who holds the capability to record visits on a date, by number, each with its conflict. Seven queries."""
    roles = [
        role.pk for role in Role.objects.filter(city=by.city_id) if RECORD_VISITS.code in role.capabilities
    ]
    posts = PostRole.objects.filter(valid_on(on), role__in=roles).values("post_id")
    seated = (
        Assignment.objects.filter(valid_on(on), post__in=posts, person__city=by.city_id)
        .select_related("person", "post")
        .order_by("person__number", "pk")
    )
    titles: dict[int, str] = {}
    people: dict[int, Person] = {}
    for row in seated:
        people.setdefault(row.person_id, row.person)
        titles.setdefault(row.person_id, row.post.title)
    standings = standings_of_people(by.city, people, on)
    audited = Audited(family_of(unit, on), vendor)
    years = settings_of(by.city_id).independence_years
    return [
        PossibleAuditor(key, person.name, titles[key], conflict(standings[key], audited, on, years=years))
        for key, person in people.items()
    ]


def conflict_of(city: City, person_id: int, unit: Unit, on: date, *, vendor: str = "") -> str:
    """Return why a person may not audit *unit* (and the system *vendor* looks after) on a date; '' when they may. Four
    queries besides the tree."""
    standing = standings_of_people(city, [person_id], on)[person_id]
    years = settings_of(city.pk).independence_years
    return conflict(standing, Audited(family_of(unit, on), vendor), on, years=years)


def standings_of_people(city: City, people: Iterable[int], on: date) -> dict[int, Standing]:
    """Return what could stand between each of *people* and an audit: their ties, and what they declared as auditors."""
    keys = list(people)
    ties = ties_of(city, keys, on)
    declared = _declared(
        city, DeclaredConflict.objects.filter(auditor__person__in=keys), on, "auditor__person_id"
    )
    return {key: Standing(tuple(ties.get(key, ())), tuple(declared.get(key, ()))) for key in keys}


def standings_of_auditors(city: City, auditors: Iterable[Auditor], on: date) -> dict[int, Standing]:
    """Return what could stand between each of *auditors* and an audit, by the auditor's key. Three queries."""
    rows = list(auditors)
    ties = ties_of(city, [row.person_id for row in rows if row.person_id], on)
    declared = _declared(city, DeclaredConflict.objects.filter(auditor__in=rows), on, "auditor_id")
    return {
        row.pk: Standing(
            tuple(ties.get(row.person_id, ())) if row.person_id else (),
            tuple(declared.get(row.pk, ())),
            row.organization_name,
        )
        for row in rows
    }


def ties_of(city: City, people: Iterable[int], on: date) -> dict[int, list[Tie]]:
    """Return what binds each of *people* to units: posts in them (兼務 too), and roles that manage them."""
    tree, directory = tree_of(city, on), directory_of(city)
    rows = list(Assignment.objects.filter(person__in=list(people)).select_related("post"))
    grants: dict[int, list[PostRole]] = defaultdict(list)
    managing = PostRole.objects.filter(
        post__in={row.post_id for row in rows}, role__code__in=MANAGING
    ).select_related("role")
    for grant in managing:
        grants[grant.post_id].append(grant)
    found: dict[int, list[Tie]] = defaultdict(list)
    for row in rows:
        place = directory.name(row.post.unit_id, row.valid_from)
        units = frozenset({row.post.unit_id})
        found[row.person_id].append(Tie(units, row.post.title, False, row.valid_from, row.valid_to, place))
        for grant in grants[row.post_id]:
            if tie := _managed(tree, row, grant, directory.name(grant.unit_id, row.valid_from)):
                found[row.person_id].append(tie)
    return found


def _managed(tree: Tree, row: Assignment, grant: PostRole, place: str) -> Tie | None:
    """Return the time in which the assignment carried the management; None when they never met."""
    starts = max(row.valid_from, grant.valid_from)
    closes = [day for day in (row.valid_to, grant.valid_to) if day is not None]
    ends = min(closes) if closes else None
    if ends is not None and ends <= starts:
        return None
    title = f"{row.post.title}（{grant.role.name}）"
    return Tie(tree.below([grant.unit_id]), title, True, starts, ends, place)


def _declared(city: City, rows: QuerySet[DeclaredConflict], on: date, key: str) -> dict[int, list[Declared]]:
    """Return what was declared and not struck out, by the value of *key*."""
    tree = tree_of(city, on)
    found: dict[int, list[Declared]] = defaultdict(list)
    standing = rows.filter(struck_because="").values_list(
        key, "unit_id", "vendor", "reason", "starts_on", "ends_on"
    )
    for who, unit, vendor, reason, starts, ends in standing:
        kin = tree.lineage_back([unit]) | tree.lineage_forward([unit]) if unit else frozenset()
        found[who].append(Declared(tree.below(kin), vendor, reason, starts, ends))
    return found
