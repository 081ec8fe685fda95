"""Founds the invented city: its organisation and its transfer lists come in as a city's own would, by the import."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.names import name_of
from tenken.demo.seats import Seat, Seating, number_of, seat_everyone
from tenken.journal.actor import Actor
from tenken.journal.canonical import canonical_json, sha256
from tenken.organization.access import Principal, principal_of, system_principal
from tenken.organization.imports import OrganizationFile, apply_organization_file, difference
from tenken.organization.imports.units_and_people import PersonRow, UnitRow
from tenken.organization.models import City, Person, Post, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.operations import NewUnit, abolish_unit, found_city, merge_units, rename_unit

CHANNEL = "demo"


class Founder:
    """Who founds the city: the demo itself."""

    actor = Actor(code="system:demo", name="デモ", channel=CHANNEL)


@dataclass
class DemoCity:
    """The city as loaded. ``people``: by number in the seating; units and posts are found by code and date."""

    city: City
    seating: Seating
    people: dict[int, Person] = field(default_factory=dict)

    def system(self, on: date) -> Principal:
        """Return the demo's own principal on a business date."""
        return system_principal(self.city, "demo", on=on)

    def units_on(self, day: date) -> dict[str, Unit]:
        """Return the units that stand on *day*, by code."""
        rows = Unit.objects.filter(valid_on(day), city=self.city).select_related("kind", "city")
        return {unit.code: unit for unit in rows.order_by("code")}

    def holder(self, post_code: str, day: date) -> Person:
        """Return who holds a post on *day*."""
        return self.people[self.seating.holder(post_code, day)]

    def acting(self, post_code: str, day: date) -> Principal:
        """Return the holder of a post as they act on *day*, marked as the demo's doing (channel "demo")."""
        person = self.holder(post_code, day)
        person.city = self.city
        return principal_of(person, on=day, channel=CHANNEL)


@dataclass(frozen=True)
class _PostNow:
    """A post as a transfer list names it. ``roles``: (role, unit code or '' for the post's own)."""

    unit: str
    title: str
    single_seat: bool
    roles: tuple[tuple[str, str], ...]


def found(today: date) -> DemoCity:
    """Found the city with its units, posts and everyone's first appointment. Changes come by their dates.

    ``Invalid`` when a city with the code stands already.
    """
    data = plan.city_data()
    on: date = data["founded_on"]
    city = found_city(by=Founder(), code=data["city"]["code"], name=data["city"]["name"], on=on)
    made = DemoCity(city, _seating(today))
    units = tuple(
        UnitRow(row, unit.code, unit.name, "", unit.kind, unit.parent or city.code, unit.body)
        for row, unit in enumerate(plan.units(), start=2)
    )
    seats = [one for one in made.seating.seats if one.on == on]
    _bring_in(made, "組織と職員（発足時）", on, units, seats, _first_posts(city.code))
    return made


def _seating(today: date) -> Seating:
    ended = frozenset(f"{code}-{number}" for code in plan.ended_codes() for number in (1, 2))
    return seat_everyone(
        [post.code for post in plan.posts()],
        founded=plan.city_data()["founded_on"],
        last_year=FiscalYear.of(today).year,
        settled=frozenset(plan.account_posts()),
        ended=ended,
        concurrent=plan.concurrent_posts(),
    )


def _first_posts(city_code: str) -> dict[str, _PostNow]:
    def over(scope: str) -> str:
        return city_code if scope == "city" else ""

    extra = {
        f"{plan.code_of(row['bureau'], row['unit'])}-1": (row["role"], over(row.get("scope", "unit")))
        for row in plan.city_data()["extra_roles"]
    }
    found: dict[str, _PostNow] = {}
    for post in plan.posts():
        own = (post.role, over(post.scope)) if post.role else None
        roles = tuple(filter(None, (own, extra.get(post.code))))
        found[post.code] = _PostNow(post.unit or city_code, post.title, post.single_seat, roles)
    return found


def transfer(made: DemoCity, april: date, until: date) -> int:
    """Bring in the transfers from an April day up to the day before *until*, as one list; return how many."""
    seats = [one for one in made.seating.seats if april <= one.on < until]
    if seats:
        name = f"人事異動の記録（{FiscalYear.of(april)}から）"
        _bring_in(made, name, april, (), seats, _posts_on(made.city, april))
    return len(seats)


def _posts_on(city: City, day: date) -> dict[str, _PostNow]:
    posts = Post.objects.filter(valid_on(day), city=city).select_related("unit")
    found: dict[str, _PostNow] = {}
    for post in posts.prefetch_related("roles__role", "roles__unit"):
        roles = tuple(
            (grant.role.code, grant.unit.code) for grant in post.roles.all() if grant.is_valid_on(day)
        )
        found[post.code] = _PostNow(post.unit.code, post.title, post.single_seat, roles)
    return found


def _bring_in(
    made: DemoCity,
    name: str,
    on: date,
    units: tuple[UnitRow, ...],
    seats: list[Seat],
    posts: dict[str, _PostNow],
) -> None:
    people = tuple(_row(place, one, posts[one.post]) for place, one in enumerate(seats, start=2))
    content: list[Any] = [[asdict(row) for row in units], [asdict(row) for row in people]]
    file = OrganizationFile(name, sha256(canonical_json(content)), units, people)
    by = made.system(on)
    shown = difference(by=by, file=file, on=on)
    apply_organization_file(by=by, file=file, on=on, shown=shown.digest)
    numbers = {number_of(one.person): one.person for one in seats if one.person not in made.people}
    for person in Person.objects.filter(city=made.city, number__in=numbers):
        made.people[numbers[person.number]] = person


def _row(place: int, one: Seat, post: _PostNow) -> PersonRow:
    number = number_of(one.person)
    name, kana = name_of(one.person)
    return PersonRow(
        row=place,
        number=number,
        name=name,
        kana=kana,
        email=f"{number}@midori.example",
        unit=post.unit,
        post=one.post,
        title=post.title,
        single_seat=post.single_seat,
        roles=post.roles,
        kind=one.kind,
        starts=one.on,
        ends=one.until,
    )


def reorganize(made: DemoCity, on: date) -> None:
    """Carry out the renamings, mergers and abolitions of a date."""
    by = made.system(on)
    for change in plan.changes():
        if change.on != on:
            continue
        standing = made.units_on(on)
        units = [standing[code] for code in change.units]
        if change.what == "rename":
            rename_unit(by=by, unit=units[0], name=change.into, on=on)
        elif change.what == "merge":
            merge_units(by=by, units=units, on=on, new=NewUnit(name=change.into))
        else:
            abolish_unit(by=by, unit=units[0], on=on)
