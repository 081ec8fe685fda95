"""Founds the invented city through the organisation's operations and keeps what the later years need to find."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.names import name_of
from tenken.demo.seats import Seat, Seating, number_of, seat_everyone
from tenken.journal.actor import Actor
from tenken.organization.access import Principal, principal_of, system_principal
from tenken.organization.models import City, ImplementingBody, Person, Post, Role, Unit, UnitKind
from tenken.organization.models.validity import valid_on
from tenken.organization.operations import (
    NewUnit,
    abolish_unit,
    add_person,
    add_post,
    add_unit,
    assign,
    found_city,
    grant_role,
    merge_units,
    rename_unit,
)

Progress = Callable[[int, int], None]
CHANNEL = "demo"


class Founder:
    """Who founds the city: the demo itself."""

    actor = Actor(code="system:demo", name="デモ", channel=CHANNEL)


@dataclass
class DemoCity:
    """The city as loaded. ``people``: by number in the seating; ``units`` and ``posts`` are found by code and date."""

    city: City
    seating: Seating
    root: Unit
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


def found(today: date, progress: Progress) -> DemoCity:
    """Found the city and its organisation as of the first day, with everyone's posts. Changes come by their dates.

    ``Invalid`` when a city with the code stands already.
    """
    data = plan.city_data()
    on: date = data["founded_on"]
    city = found_city(by=Founder(), code=data["city"]["code"], name=data["city"]["name"], on=on)
    made = DemoCity(city, _seating(today), Unit.objects.get(city=city, kind__rank=0))
    by = made.system(on)
    total = len(plan.units()) + len(plan.posts()) + made.seating.people
    done = 0
    standing = {"": made.root}
    kinds = {kind.code: kind for kind in UnitKind.objects.filter(city=city)}
    bodies = {body.code: body for body in ImplementingBody.objects.filter(city=city)}
    for unit in plan.units():
        standing[unit.code] = add_unit(
            by=by,
            parent=standing[unit.parent],
            kind=kinds[unit.kind],
            code=unit.code,
            name=unit.name,
            on=on,
            body=bodies[unit.body],
        )
        done += 1
        progress(done, total)
    _add_posts(by, made, standing, on, lambda count: progress(done + count, total))
    done += len(plan.posts())
    _add_people(by, made, lambda count: progress(done + count, total))
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


def _add_posts(
    by: Principal, made: DemoCity, units: dict[str, Unit], on: date, progress: Callable[[int], None]
) -> None:
    roles = {role.code: role for role in Role.objects.filter(city=made.city)}
    extra = {
        f"{plan.code_of(row['bureau'], row['unit'])}-1": row["role"]
        for row in plan.city_data()["extra_roles"]
    }
    for count, post in enumerate(plan.posts(), start=1):
        unit = units[post.unit]
        row = add_post(
            by=by,
            unit=unit,
            code=post.code,
            title=post.title,
            on=on,
            single_seat=post.single_seat,
            head=post.head,
        )
        for role in filter(None, (post.role, extra.get(post.code))):
            scope = made.root if post.scope == "city" else unit
            grant_role(by=by, post=row, role=roles[role], unit=scope, on=on)
        progress(count)


def _add_people(by: Principal, made: DemoCity, progress: Callable[[int], None]) -> None:
    for index in range(made.seating.people):
        name, kana = name_of(index)
        number = number_of(index)
        made.people[index] = add_person(
            by=by, number=number, name=name, kana=kana, email=f"{number}@midori.example"
        )
        progress(index + 1)


def seat(made: DemoCity, seats: Iterable[Seat], progress: Callable[[int], None]) -> None:
    """Appoint people as *seats* say; each on its own date."""
    posts: dict[tuple[str, date], Post] = {}
    for count, one in enumerate(seats, start=1):
        if (one.post, one.on) not in posts:
            found = Post.objects.filter(valid_on(one.on), city=made.city)
            posts |= {(post.code, one.on): post for post in found}
        assign(
            by=made.system(one.on),
            person=made.people[one.person],
            post=posts[one.post, one.on],
            on=one.on,
            until=one.until,
            kind=one.kind,
        )
        progress(count)


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
