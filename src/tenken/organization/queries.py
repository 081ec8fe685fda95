"""Reading the organisation: scoped lists, who holds what, and what became of a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, on_date
from tenken.organization.capabilities import Capability
from tenken.organization.models import (
    Assignment,
    EmergencyProcedure,
    Person,
    Post,
    PostRole,
    Unit,
    UnitSuccession,
)
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS
from tenken.organization.tree import tree_of

MANAGER = "section_manager"


# --- units ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitLine:
    """A unit in the list: how deep it stands, the units above it, who manages it."""

    unit: Unit
    depth: int
    path: str
    managers: str

    @property
    def indent(self) -> str:
        """Full-width blanks as deep as the unit stands."""
        return "　" * self.depth


def visible_unit(by: Principal, unit_id: int, capability: Capability = VIEW_UNITS) -> Unit:
    """Return the unit if *by* may reach it with *capability*; else ``Missing``."""
    rows = Unit.objects.restrict(by, capability).select_related("city", "kind", "body")
    unit = rows.filter(pk=unit_id).first()
    if unit is None:
        raise Missing("この組織はないか、見ることのできる範囲にありません。")
    return unit


def unit_lines(by: Principal, *, on: date | None = None, search: str = "") -> list[UnitLine]:
    """Return the units *by* may see that stand on a date (that of *by* unless given), in the order of the tree.

    *search* keeps units whose name, kana or code holds it (髙 finds 高). Four queries at most, however many units.
    """
    day = on or by.on
    seen_by = by if day == by.on else on_date(by, day)
    rows = Unit.objects.restrict(seen_by, VIEW_UNITS).filter(valid_on(day)).select_related("kind")
    units = {unit.pk: unit for unit in rows.order_by("code")}
    tree = tree_of(by.city, day)
    managers = holders_on(units, MANAGER, day)
    wanted = search_key(search)
    lines = []
    for unit_id, depth in _walk(units, tree.parent, tree.children):
        unit = units[unit_id]
        if wanted and wanted not in unit.search_text:
            continue
        above = [units[up].name for up in reversed(tree.ancestors(unit_id)) if up in units]
        told = "、".join(holder.person_name for holder in managers.get(unit_id, ()))
        lines.append(UnitLine(unit, depth, " › ".join(above[1:] if len(above) > 1 else ()), told))
    return lines


def _walk(
    units: dict[int, Unit], parent: dict[int, int], children: dict[int, tuple[int, ...]]
) -> Iterator[tuple[int, int]]:
    """Yield each unit and its depth, parents first; a unit whose parent is out of sight begins at depth 0."""
    stack = [(unit, 0) for unit in reversed(list(units)) if parent.get(unit) not in units]
    while stack:
        unit, depth = stack.pop()
        yield unit, depth
        stack += [(child, depth + 1) for child in reversed(children.get(unit, ())) if child in units]


def predecessors_of(unit: Unit) -> list[Unit]:
    """Return what *unit* came from, at any remove, oldest first."""
    return _units(tree_of(unit.city, unit.valid_from).lineage_back([unit.pk]) - {unit.pk})


def successors_of(unit: Unit) -> list[Unit]:
    """Return what became of *unit*, at any remove, oldest first."""
    return _units(tree_of(unit.city, unit.valid_from).lineage_forward([unit.pk]) - {unit.pk})


def heirs_on(unit: Unit, day: date) -> list[Unit]:
    """Return what *unit* is on a date: itself, or what became of it, or what it came from."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    return [one for one in _units(family) if one.is_valid_on(day)]


def successions_of(unit: Unit) -> list[UnitSuccession]:
    """Return the links of *unit* and of its whole lineage, oldest first."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    rows = UnitSuccession.objects.filter(Q(predecessor__in=family), Q(successor__in=family))
    return list(rows.select_related("predecessor", "successor").order_by("effective_on", "pk"))


def _units(keys: Iterable[int]) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=list(keys)).order_by("valid_from", "code"))


# --- who holds what ---------------------------------------------------------------------------------------


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


def manager_on(unit: Unit, day: date) -> list[Holder]:
    """Return who was 情報管理者 of *unit* (or of what stood for it) on a date."""
    return [holder for holder in manager_history(unit) if holder.on(day)]


def _holders(units: Iterable[int], role_code: str) -> Iterator[Holder]:
    """Yield every holding of the role for *units*: where an assignment and the role of its post overlap."""
    grants = PostRole.objects.filter(unit__in=list(units), role__code=role_code).values_list(
        "unit_id", "unit__name", "post_id", "post__title", "valid_from", "valid_to"
    )
    by_post: dict[int, list[tuple[int, str, str, date, date | None]]] = defaultdict(list)
    for unit_id, unit_name, post_id, title, starts, ends in grants:
        by_post[post_id].append((unit_id, unit_name, title, starts, ends))
    if not by_post:
        return
    held = Assignment.objects.filter(post__in=by_post).select_related("person")
    order = {"main": 0, "acting": 1, "concurrent": 2}
    for row in sorted(held, key=lambda row: (order[row.kind], row.pk)):
        for unit_id, unit_name, title, starts, ends in by_post[row.post_id]:
            begins = max(starts, row.valid_from)
            closes = [day for day in (ends, row.valid_to) if day is not None]
            until = min(closes) if closes else None
            if until is None or begins < until:
                yield Holder(
                    unit_id=unit_id,
                    unit_name=unit_name,
                    person_id=row.person_id,
                    person_number=row.person.number,
                    person_name=row.person.name,
                    post_title=title,
                    kind=row.get_kind_display(),
                    starts=begins,
                    ends=until,
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


def emergency_procedures(by: Principal, unit: Unit) -> list[EmergencyProcedure]:
    """Return the procedures laid down for *unit* for its manager's absence, newest (the one that counts) first."""
    rows = EmergencyProcedure.objects.restrict(by, VIEW_UNITS).filter(unit=unit)
    return list(rows.order_by("-valid_from", "-pk"))


# --- people -----------------------------------------------------------------------------------------------


def appointments(
    by: Principal, *, on: date | None = None, search: str = "", unit: int | None = None, role: str = ""
) -> QuerySet[Assignment]:
    """Return who holds which post on a date, as far as *by* may see people.

    *search*: in name, kana or number; *unit*: in that unit and below; *role*: posts that carry it. Their
    roles: :func:`roles_of_posts`.
    """
    day = on or by.on
    rows = Assignment.objects.restrict(by, VIEW_PEOPLE).filter(valid_on(day))
    if wanted := search_key(search):
        rows = rows.filter(person__search_text__contains=wanted)
    if unit is not None:
        rows = rows.filter(post__unit__in=tree_of(by.city, day).below([unit]))
    if role:
        carrying = PostRole.objects.filter(valid_on(day), role__code=role, role__city=by.city_id)
        rows = rows.filter(post__in=carrying.values("post_id"))
    return rows.select_related("person", "post__unit").order_by(
        "post__unit__code", "post__code", "person__number"
    )


def roles_of_posts(posts: Iterable[int], on: date) -> dict[int, list[str]]:
    """Return the names of the roles each post carries on a date. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PostRole.objects.filter(valid_on(on), post__in=list(posts)).order_by("role__order")
    for post_id, name in rows.values_list("post_id", "role__name"):
        if name not in found[post_id]:
            found[post_id].append(name)
    return found


def visible_person(by: Principal, person_id: int) -> Person:
    """Return the person if *by* may see them; else ``Missing``."""
    person = Person.objects.restrict(by, VIEW_PEOPLE).filter(pk=person_id).first()
    if person is None:
        raise Missing("この職員はいないか、見ることのできる範囲にいません。")
    return person
