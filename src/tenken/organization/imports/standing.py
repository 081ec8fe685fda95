"""The city as it stands on the date of an import, by the codes a file uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem
from tenken.organization.models import (
    Assignment,
    City,
    ImplementingBody,
    Person,
    Post,
    PostRole,
    Role,
    Unit,
    UnitKind,
    UnitPlacement,
)
from tenken.organization.models.validity import valid_on


@dataclass
class Standing:
    """What stands on the date. ``parents``: unit code → code above; ``grants``: post code → (role, unit code)."""

    on: date
    root: Unit
    units: dict[str, Unit]
    parents: dict[str, str]
    kinds: dict[str, UnitKind]
    bodies: dict[str, ImplementingBody]
    roles: dict[str, Role]
    people: dict[str, Person]
    posts: dict[str, Post]
    grants: dict[str, set[tuple[str, str]]]
    held: dict[str, list[Assignment]]

    def kind(self, typed: str) -> UnitKind | None:
        return self.kinds.get(typed)

    def role(self, typed: str) -> Role | None:
        return self.roles.get(typed)


def standing_of(city: City, on: date) -> Standing:
    """Read the city as it stands on a date. A query per table, whatever the size."""
    units = {unit.code: unit for unit in _valid(Unit, city, on).select_related("kind", "body")}
    placements = UnitPlacement.objects.filter(valid_on(on), unit__city=city)
    posts = {post.code: post for post in _valid(Post, city, on).select_related("unit__kind")}
    grants: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = PostRole.objects.filter(valid_on(on), post__in=[post.pk for post in posts.values()])
    for post, role, unit in rows.values_list("post__code", "role__code", "unit__code"):
        grants[post].add((role, unit))
    held: dict[str, list[Assignment]] = defaultdict(list)
    assigned = Assignment.objects.filter(post__city=city, post__code__in=list(posts))
    for row in assigned.select_related("person", "post").order_by("valid_from"):
        held[row.post.code].append(row)
    root = next((unit for unit in units.values() if unit.kind.rank == 0), None)
    if root is None:
        message = f"{era_date(on)}には、この市の組織がまだありません。"
        raise Invalid(message, [Problem(message, "基準日", "on")])
    return Standing(
        on=on,
        root=root,
        units=units,
        parents=dict(placements.values_list("unit__code", "parent__code")),
        kinds=_by_name_and_code(UnitKind.objects.filter(city=city)),
        bodies=_by_name_and_code(ImplementingBody.objects.filter(city=city)),
        roles=_by_name_and_code(Role.objects.filter(city=city)),
        people={person.number: person for person in Person.objects.filter(city=city)},
        posts=posts,
        grants=grants,
        held=held,
    )


def _valid(model: type, city: City, on: date):  # type: ignore[no-untyped-def]
    return model.objects.filter(valid_on(on), city=city).order_by("code")  # type: ignore[attr-defined]


def _by_name_and_code(rows: Iterable) -> dict:
    """Return rows by name and by code; a code wins over another row's name."""
    found = list(rows)
    return {row.name: row for row in found} | {row.code: row for row in found}
