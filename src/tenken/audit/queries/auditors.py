"""Who may audit whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.audit.permissions import RECORD_VISITS
from tenken.audit.rules.conflict_of_interest import Tie, conflict
from tenken.organization.access import Principal
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


def possible_auditors(by: Principal, unit: Unit, on: date) -> list[PossibleAuditor]:
    """Return who holds the capability to record visits on a date, by number, each with its conflict. Five queries."""
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
    ties = ties_of(by.city, people, on)
    family = family_of(unit, on)
    return [
        PossibleAuditor(key, person.name, titles[key], conflict(ties[key], family, on))
        for key, person in people.items()
    ]


def conflict_of(city: City, person_id: int, unit: Unit, on: date) -> str:
    """Return why a person may not audit *unit* on a date; '' when they may. Two queries besides the tree."""
    return conflict(ties_of(city, [person_id], on)[person_id], family_of(unit, on), on)


def ties_of(city: City, people: Iterable[int], on: date) -> dict[int, list[Tie]]:
    """Return what binds each of *people* to units: posts in them (兼務 too), and roles that manage them."""
    tree = tree_of(city, on)
    rows = list(Assignment.objects.filter(person__in=list(people)).select_related("post"))
    grants: dict[int, list[PostRole]] = defaultdict(list)
    managing = PostRole.objects.filter(
        post__in={row.post_id for row in rows}, role__code__in=MANAGING
    ).select_related("role")
    for grant in managing:
        grants[grant.post_id].append(grant)
    found: dict[int, list[Tie]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(
            Tie(frozenset({row.post.unit_id}), row.post.title, False, row.valid_from, row.valid_to)
        )
        found[row.person_id] += [tie for grant in grants[row.post_id] if (tie := _managed(tree, row, grant))]
    return found


def _managed(tree: Tree, row: Assignment, grant: PostRole) -> Tie | None:
    """Return the time in which the assignment carried the management; None when they never met."""
    starts = max(row.valid_from, grant.valid_from)
    closes = [day for day in (row.valid_to, grant.valid_to) if day is not None]
    ends = min(closes) if closes else None
    if ends is not None and ends <= starts:
        return None
    title = f"{row.post.title}（{grant.role.name}）"
    return Tie(tree.below([grant.unit_id]), title, True, starts, ends)
