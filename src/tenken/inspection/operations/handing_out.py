"""Which employees answer a self-check, and handing it out to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.inspection.models import Programme, SelfCheck, SheetForm
from tenken.inspection.queries.targets import exceptions_of
from tenken.notices.operations import Recipient
from tenken.organization.models import Assignment, City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import bureaus_of
from tenken.organization.tree import tree_of

_FIRST = {Assignment.Kind.MAIN: 0, Assignment.Kind.ACTING: 1, Assignment.Kind.CONCURRENT: 2}


@dataclass(frozen=True)
class Employee:
    """Someone with a post on a date: whom, and the section (else the unit) of their main post."""

    person_id: int
    number: str
    email: str
    unit_id: int
    bureau_id: int | None


def employees_on(programme: Programme, day: date) -> list[Employee]:
    """Return who is to answer *programme* (with its city) on *day*: everyone with a post, but for the units left out.

    Four queries besides the tree, whatever the number of people.
    """
    city = programme.city
    rows = sorted(
        Assignment.objects.filter(valid_on(day), person__city=city).values_list(
            "person_id", "kind", "pk", "post__unit_id", "person__number", "person__email"
        ),
        key=lambda row: (row[4], _FIRST[Assignment.Kind(row[1])], row[2]),
    )
    sections = _sections_above(city, day, {row[3] for row in rows})
    bureaus = bureaus_of(city, set(sections.values()), day)
    excluded = tree_of(city, day).below(
        one.unit_id for one in exceptions_of(programme) if one.unit_id and not one.include
    )
    found: dict[int, Employee] = {}
    for person, _, _, post_unit, number, email in rows:
        unit = sections[post_unit]
        if person not in found and unit not in excluded and post_unit not in excluded:
            found[person] = Employee(person, number, email, unit, bureaus.get(unit))
    return list(found.values())


def _sections_above(city: City, day: date, units: Iterable[int]) -> dict[int, int]:
    """The section each of *units* is or stands below, the unit itself where there is none."""
    sections = set(
        Unit.objects.filter(valid_on(day), city=city, kind__answers_sheets=True).values_list("pk", flat=True)
    )
    tree = tree_of(city, day)
    return {
        unit: next((one for one in [unit, *tree.ancestors(unit)] if one in sections), unit) for unit in units
    }


def hand_out(programme: Programme, form: SheetForm, day: date) -> list[Recipient]:
    """Give every employee their own check, inside the caller's transaction; return them for the mail."""
    employees = employees_on(programme, day)
    give(programme, form, employees)
    return [Recipient(code=one.number, address=one.email) for one in employees]


def give(programme: Programme, form: SheetForm, employees: Iterable[Employee]) -> None:
    """Make the checks of *employees*, who have none yet."""
    SelfCheck.objects.bulk_create(
        (
            SelfCheck(
                programme=programme,
                form=form,
                person_id=one.person_id,
                unit_id=one.unit_id,
                bureau_id=one.bureau_id,
            )
            for one in employees
        ),
        batch_size=1_000,
    )
