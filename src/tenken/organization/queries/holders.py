"""Who holds what: the posts of a unit, and who held a role for it on any date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tenken.organization.models import Assignment, Post, PostRole, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of

MANAGER, DEPUTY = "section_manager", "deputy"


@dataclass(frozen=True)
class Holder:
    """Someone who held a role for a unit, from ``starts`` to the day before ``ends``."""

    unit_id: int
    unit_name: str
    person_id: int
    person_number: str
    person_name: str
    post_title: str
    kind: str
    starts: date
    ends: date | None
    role_code: str = ""
    role_name: str = ""

    def on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)


def holders_on(units: Iterable[int], role_code: str, day: date) -> dict[int, list[Holder]]:
    """Return who holds the role for each of *units* on a date: 本務 first. One query."""
    found: dict[int, list[Holder]] = defaultdict(list)
    for holder in _holders(units, role_code):
        if holder.on(day):
            found[holder.unit_id].append(holder)
    return found


def manager_history(unit: Unit) -> list[Holder]:
    """Return who was 情報管理者 of *unit*, of what it came from and of what became of it, newest first."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    return sorted(_holders(family, MANAGER), key=lambda holder: (holder.starts, holder.unit_id), reverse=True)


def tenures(unit: Unit) -> list[Holder]:
    """Return who was 情報管理者 or 副情報管理者 of *unit* and of its whole lineage, newest first. Three queries."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    rows = sorted(_holders(family, MANAGER, DEPUTY), key=lambda one: (one.role_code != MANAGER, one.unit_id))
    return sorted(rows, key=lambda one: one.starts, reverse=True)


def manager_on(unit: Unit, day: date) -> list[Holder]:
    """Return who was 情報管理者 of *unit* (or of what stood for it) on a date."""
    return [holder for holder in manager_history(unit) if holder.on(day)]


def _holders(units: Iterable[int], *role_codes: str) -> Iterator[Holder]:
    """Yield every holding of the roles for *units*: where an assignment and the role of its post overlap."""
    grants = PostRole.objects.filter(unit__in=list(units), role__code__in=role_codes)
    by_post: dict[int, list[PostRole]] = defaultdict(list)
    for grant in grants.select_related("unit", "post", "role"):
        by_post[grant.post_id].append(grant)
    if not by_post:
        return
    held = Assignment.objects.filter(post__in=by_post).select_related("person")
    order = {"main": 0, "acting": 1, "concurrent": 2}
    for row in sorted(held, key=lambda row: (order[row.kind], row.pk)):
        for grant in by_post[row.post_id]:
            begins = max(grant.valid_from, row.valid_from)
            closes = [day for day in (grant.valid_to, row.valid_to) if day is not None]
            until = min(closes) if closes else None
            if until is None or begins < until:
                yield Holder(
                    unit_id=grant.unit_id,
                    unit_name=grant.unit.name,
                    person_id=row.person_id,
                    person_number=row.person.number,
                    person_name=row.person.name,
                    post_title=grant.post.title,
                    kind=row.get_kind_display(),
                    starts=begins,
                    ends=until,
                    role_code=grant.role.code,
                    role_name=grant.role.name,
                )


@dataclass
class PostLine:
    """A post of a unit with its holders and the roles it carries on a date."""

    post: Post
    holders: list[Assignment] = field(default_factory=list)
    roles: list[PostRole] = field(default_factory=list)


def post_lines(unit: Unit, on: date) -> list[PostLine]:
    """Return the posts of *unit* on a date. Three queries."""
    posts = Post.objects.filter(valid_on(on), unit=unit).order_by("code")
    lines = {post.pk: PostLine(post) for post in posts}
    held = Assignment.objects.filter(valid_on(on), post__in=lines).select_related("person")
    for row in held.order_by("kind", "valid_from"):
        lines[row.post_id].holders.append(row)
    roles = PostRole.objects.filter(valid_on(on), post__in=lines).select_related("role", "unit")
    for grant in roles.order_by("role__order"):
        lines[grant.post_id].roles.append(grant)
    return list(lines.values())
