"""What tests stand on: a small city with one person per role. Deterministic; written through the operations.

    scenario = make_scenario()
    scenario.by("section_manager")          a Principal, fresh from the database
    scenario.people["other_manager"]        the manager of another bureau's section

Everything stands from :data:`FOUNDED` on. Other rooms' factories build on these in their own test folders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.hashers import make_password

from tenken.common.identifiers import local_government_check_digit
from tenken.journal.actor import Actor
from tenken.organization.access import Principal, principal_of, system_principal
from tenken.organization.models import Account, City, Person, Post, Role, Unit, UnitKind
from tenken.organization.operations import add_person, add_post, add_unit, assign, found_city, grant_role

FOUNDED = date(2010, 4, 1)
PASSWORD = "tenken-demo-1234"
_NAMES = (
    "髙橋 一郎",
    "𠮷田 花子",
    "佐藤 次郎",
    "鈴木 三和",
    "伊藤 四季",
    "渡邊 五月",
    "山本 六実",
    "中村 七海",
    "小林 八重",
    "加藤 九美",
)


class SetUp:
    """Who founds the test's cities."""

    actor = Actor(code="system:test", name="テスト")


@dataclass
class Scenario:
    """A city of two bureaus and three sections, with one person per role of roles.yaml and ``other_manager``."""

    city: City
    root: Unit
    bureau_a: Unit
    bureau_b: Unit
    section_a1: Unit
    section_a2: Unit
    section_b1: Unit
    people: dict[str, Person] = field(default_factory=dict)

    def by(self, role: str, on: date | None = None) -> Principal:
        """Return the principal of the person with *role* (or "other_manager")."""
        return principal(self.people[role], on)


@dataclass
class OtherCity:
    """Another city in the same installation, of one section."""

    city: City
    root: Unit
    section: Unit
    people: dict[str, Person] = field(default_factory=dict)

    def by(self, role: str, on: date | None = None) -> Principal:
        return principal(self.people[role], on)


def make_city(code: str = "991015", name: str = "みどり市") -> City:
    """Found a city with the default kinds and roles."""
    return found_city(by=SetUp(), code=code, name=name, on=FOUNDED)


def root_of(city: City) -> Unit:
    """Return the unit that is the city itself."""
    return Unit.objects.get(city=city, kind__rank=0, valid_to=None)


def make_unit(
    city: City,
    name: str = "総務課",
    *,
    parent: Unit | None = None,
    kind: str = "section",
    code: str | None = None,
) -> Unit:
    """Add a unit below *parent* (the city itself unless given); codes count up: U0001, U0002 …"""
    return add_unit(
        by=system_principal(city, "test", on=FOUNDED),
        parent=parent or root_of(city),
        kind=UnitKind.objects.get(city=city, code=kind),
        code=code or f"U{Unit.objects.filter(city=city).count():04d}",
        name=name,
        on=FOUNDED,
    )


def make_person(
    city: City, *, role: str | None, unit: Unit, number: str | None = None, name: str | None = None
) -> Person:
    """Add a person with an account (username: the number, password: :data:`PASSWORD`) and a post at *unit*.

    The post carries *role* over *unit*; None: no role. Staff posts have many seats.
    """
    by = system_principal(city, "test", on=FOUNDED)
    count = Person.objects.filter(city=city).count() + 1
    person = add_person(
        by=by, number=number or f"{city.code[2:5]}{count:04d}", name=name or _NAMES[count % len(_NAMES)]
    )
    post = make_post(city, role=role, unit=unit)
    assign(by=by, person=person, post=post, on=FOUNDED)
    Account.objects.create(
        username=person.number,
        person=person,
        valid_from=FOUNDED,
        password=make_password(PASSWORD, salt="test" * 6),  # long enough that no check makes it anew
    )
    return person


def make_post(city: City, *, role: str | None, unit: Unit) -> Post:
    """Add a post at *unit* that carries *role* over it."""
    by = system_principal(city, "test", on=FOUNDED)
    granted = Role.objects.get(city=city, code=role) if role else None
    post = add_post(
        by=by,
        unit=unit,
        code=f"{unit.code}-{Post.objects.filter(city=city).count() + 1:04d}",
        title=f"{unit.name} {granted.name if granted else '主事'}",
        on=FOUNDED,
        single_seat=role not in (None, "staff"),
    )
    if granted:
        grant_role(by=by, post=post, role=granted, unit=unit, on=FOUNDED)
    return post


def principal(person: Person, on: date | None = None) -> Principal:
    """Return *person* as they act, read anew from the database."""
    return principal_of(Person.objects.select_related("city").get(pk=person.pk), on=on)


def make_scenario() -> Scenario:
    """Return みどり市 with two bureaus, three sections and everyone a test may act as."""
    city = make_city()
    bureau_a = make_unit(city, "まちづくり局", kind="bureau")
    bureau_b = make_unit(city, "健康福祉局", kind="bureau")
    made = Scenario(
        city=city,
        root=root_of(city),
        bureau_a=bureau_a,
        bureau_b=bureau_b,
        section_a1=make_unit(city, "企画課", parent=bureau_a),
        section_a2=make_unit(city, "都市計画課", parent=bureau_a),
        section_b1=make_unit(city, "保険課", parent=bureau_b),
    )
    places = {
        "section_manager": made.section_a1,
        "deputy": made.section_a1,
        "staff": made.section_a1,
        "system_manager": made.section_a1,
        "bureau_manager": made.bureau_a,
    }
    for role in Role.objects.filter(city=city):
        made.people[role.code] = make_person(city, role=role.code, unit=places.get(role.code, made.root))
    made.people["other_manager"] = make_person(city, role="section_manager", unit=made.section_b1)
    made.city.refresh_from_db()
    return made


def make_other_city() -> OtherCity:
    """Return ひかり市, of one section, with its secretariat and that section's manager."""
    city = make_city("99202" + local_government_check_digit("99202"), "ひかり市")
    section = make_unit(city, "総務課")
    made = OtherCity(city=city, root=root_of(city), section=section)
    made.people["secretariat"] = make_person(city, role="secretariat", unit=made.root)
    made.people["section_manager"] = make_person(city, role="section_manager", unit=section)
    made.city.refresh_from_db()
    return made
