"""Writing what a file's difference said: all of it or nothing."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.imports.columns import PEOPLE, UNITS
from tenken.organization.imports.differences import SAME, Difference, difference
from tenken.organization.imports.standing import Standing, standing_of
from tenken.organization.imports.units_and_people import OrganizationFile, PersonRow, UnitRow
from tenken.organization.models import (
    Assignment,
    ImplementingBody,
    Person,
    Post,
    PostRole,
    Unit,
    UnitPlacement,
)
from tenken.organization.names import search_text
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.operations.people import change_person
from tenken.organization.operations.placements import move_unit
from tenken.organization.operations.reorganization import rename_unit
from tenken.organization.operations.units import correct_unit

_STALE = "差分を表示した後に、組織か職員が変更されました。もう一度差分を確かめてください。"


@transaction.atomic
def apply_organization_file(*, by: Principal, file: OrganizationFile, on: date, shown: str) -> Difference:
    """Write what *file* says from a date on, and return the difference that was written.

    *shown* is the digest of the difference the person agreed to: ``Stale`` when the city has changed since, and it
    would be another or is refused now. ``Denied`` as ``difference``.
    """
    lock_city(by)
    try:
        found = difference(by=by, file=file, on=on)
    except Invalid as refusal:  # it was valid when it was shown
        raise Stale(_STALE, refusal.problems) from refusal
    if found.digest != shown:
        raise Stale(_STALE)
    if not found.nothing_to_do:
        _write_early_ends(found)
        _write_units(by, file, on)
        _write_people(by, file, found, on)
        raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.import",
        subject=("organization.file", file.sha256),
        changes={
            "file": file.name,
            "units": found.counts(UNITS),
            "people": found.counts(PEOPLE),
            "changes": [
                [change.sheet, change.row, change.what, change.subject, [list(d) for d in change.details]]
                for change in found.changes
                if change.what != SAME
            ],
        },
        business_date=on,
    )
    return found


# --- 組織 --------------------------------------------------------------------------------------------------


def _write_units(by: Principal, file: OrganizationFile, on: date) -> None:
    """New names first, then new units, then moves from the top down: no ring can stand in between."""
    standing = standing_of(by.city, on)
    for row in file.units:
        unit = standing.units.get(row.code)
        if unit is not None and unit.name != row.name:
            standing.units[row.code] = rename_unit(by=by, unit=unit, name=row.name, kana=row.kana, on=on)
    before = set(standing.units)
    _add_units(by, [row for row in file.units if row.code not in before], standing, on)
    rows = {row.code: row for row in file.units}
    for code in sorted(before & set(rows), key=lambda code: _depth(code, rows, standing)):
        _change_unit(by, rows[code], standing, on)


def _add_units(by: Principal, rows: list[UnitRow], standing: Standing, on: date) -> None:
    new = [
        Unit(
            city=by.city,
            code=row.code,
            name=row.name,
            kana=row.kana,
            search_text=search_text(row.name, row.kana, row.code),
            kind=standing.kinds[row.kind],
            body=_body(row, standing),
            valid_from=on,
        )
        for row in rows
    ]
    Unit.objects.bulk_create(new)
    made = Unit.objects.filter(city=by.city, valid_from=on, code__in=[row.code for row in rows])
    standing.units |= {unit.code: unit for unit in made.select_related("kind", "body")}
    UnitPlacement.objects.bulk_create(
        UnitPlacement(unit=standing.units[row.code], parent=standing.units[row.parent], valid_from=on)
        for row in rows
    )


def _body(row: UnitRow, standing: Standing) -> ImplementingBody | None:
    return standing.bodies[row.body] if row.body else None


def _change_unit(by: Principal, row: UnitRow, standing: Standing, on: date) -> None:
    unit, kind, body = standing.units[row.code], standing.kinds[row.kind], _body(row, standing)
    if standing.parents[row.code] != row.parent:
        move_unit(by=by, unit=unit, parent=standing.units[row.parent], on=on)
    if unit.kana != row.kana or unit.kind_id != kind.pk or (body is not None and unit.body_id != body.pk):
        correct_unit(by=by, unit=unit, kana=row.kana, kind=kind, body=body)


def _depth(code: str, rows: dict[str, UnitRow], standing: Standing) -> int:
    """Return how deep the unit will stand."""
    depth, above = 0, code
    while above in rows or above in standing.parents:
        above = rows[above].parent if above in rows else standing.parents[above]
        depth += 1
    return depth


def _write_early_ends(found: Difference) -> None:
    """解令 up to the date come before units are renamed, so that no assignment goes on that has ended."""
    for row, held in found.ends:
        if row.ends is not None and row.ends <= found.on:
            Assignment.objects.filter(pk=held.pk).update(valid_to=row.ends)


# --- 職員 --------------------------------------------------------------------------------------------------


def _write_people(by: Principal, file: OrganizationFile, found: Difference, on: date) -> None:
    standing = standing_of(by.city, on)
    first_rows = {row.number: row for row in reversed(file.people)}
    for number, row in first_rows.items():
        person = standing.people.get(number)
        said = (row.name, row.kana, row.email)
        if person is not None and (person.name, person.kana, person.email) != said:
            change_person(by=by, person=person, name=row.name, kana=row.kana, email=row.email)
    Person.objects.bulk_create(
        Person(
            city=by.city,
            number=number,
            name=row.name,
            kana=row.kana,
            email=row.email,
            search_text=search_text(row.name, row.kana, number),
        )
        for number, row in first_rows.items()
        if number not in standing.people
    )
    new_posts = _write_posts(by, file, standing, on)
    standing = standing_of(by.city, on)
    _write_roles(found, standing, new_posts, on)
    _write_assignments(found, standing, on)


def _write_posts(by: Principal, file: OrganizationFile, standing: Standing, on: date) -> set[str]:
    """Add and set right the posts; return the codes of the new."""
    rows = {row.post: row for row in reversed(file.people) if row.post}
    Post.objects.bulk_create(
        Post(
            city=by.city,
            unit=standing.units[row.unit],
            code=code,
            title=row.title,
            single_seat=row.single_seat,
            valid_from=max(standing.units[row.unit].valid_from, _first_day(code, file, on)),
        )
        for code, row in rows.items()
        if code not in standing.posts
    )
    for code, row in rows.items():
        post = standing.posts.get(code)
        if post is not None and (post.title, post.single_seat) != (row.title, row.single_seat):
            Post.objects.filter(pk=post.pk).update(title=row.title, single_seat=row.single_seat)
    return set(rows) - set(standing.posts)


def _first_day(post: str, file: OrganizationFile, on: date) -> date:
    """A new post begins with its first holder, at the latest on the import's date."""
    return min([on, *(row.starts for row in file.people if row.post == post and row.starts)])


def _write_roles(found: Difference, standing: Standing, new_posts: set[str], on: date) -> None:
    """End and begin roles at the date; a new post carries its roles from its own first day."""
    for post, role, unit in found.revocations:
        grants = PostRole.objects.filter(post=standing.posts[post], role__code=role, unit__code=unit)
        running = grants.exclude(valid_to__lte=on)
        running.filter(valid_from__gte=on).delete()
        running.filter(valid_from__lt=on).update(valid_to=on)
    PostRole.objects.bulk_create(
        PostRole(
            post=standing.posts[post],
            role=standing.roles[role],
            unit=standing.units[unit],
            valid_from=max(standing.posts[post].valid_from, standing.units[unit].valid_from)
            if post in new_posts
            else on,
        )
        for post, role, unit in found.grants
        if (role, unit) not in standing.grants.get(post, ())
    )


def _write_assignments(found: Difference, standing: Standing, on: date) -> None:
    for row, held in found.ends:
        if row.ends is not None and row.ends <= on:
            continue  # written before the units
        Assignment.objects.filter(pk=_present(held, row, standing).pk).update(valid_to=row.ends)
    Assignment.objects.bulk_create(
        Assignment(
            person=standing.people[row.number],
            post=standing.posts[row.post],
            kind=row.kind,
            valid_from=row.starts or on,
            valid_to=row.ends,
        )
        for row in found.appointments
    )


def _present(held: Assignment, row: PersonRow, standing: Standing) -> Assignment:
    """Return *held*, or what goes on of it in a unit that the same file renamed."""
    own = [one for one in standing.held[row.post] if one.person.number == row.number]
    return next((one for one in own if one.pk != held.pk and one.valid_from == standing.on), held)
