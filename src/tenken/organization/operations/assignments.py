"""発令 and 解令: who holds which post, and when."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Assignment, Person, Post, PostRole
from tenken.organization.names import Checks, refuse
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.permissions import CHANGE_PEOPLE
from tenken.organization.rules.seats import Held, clash


@transaction.atomic
def assign(
    *,
    by: Principal,
    person: Person,
    post: Post,
    on: date,
    until: date | None = None,
    kind: str = Assignment.Kind.MAIN,
) -> Assignment:
    """Appoint *person* to *post* from a date on (to the day before *until*) and return the assignment.

    ``Invalid`` when the same person holds the post in that time already, or a ``single_seat`` post has another
    本務 holder then; 兼務 and 事務取扱 may stand beside them. Who appoints must be allowed for the post's unit and
    for every unit the post's roles reach.
    """
    require_to_appoint(by, post)
    lock_city(by)
    checks = Checks()
    checks.period(on, until)
    if person.city_id != by.city_id:
        checks.problem("この市の職員ではありません。", label="職員", field="person")
    if kind not in Assignment.Kind.values:
        checks.problem("本務・兼務・事務取扱のいずれかにしてください。", label="区分", field="kind")
    if post.valid_from > on or (post.valid_to is not None and (until is None or until > post.valid_to)):
        checks.problem(
            f"「{post.title}」がある期間（{_period(post)}）を越えています。", label="職", field="post"
        )
    _check_seats(checks, person, post, on, until, kind)
    checks.done()
    assignment = Assignment.objects.create(person=person, post=post, kind=kind, valid_from=on, valid_to=until)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.assignment.begin",
        subject=("organization.person", person.pk),
        changes={"post": post.code, "kind": str(kind), "until": until},
        business_date=on,
    )
    return assignment


@transaction.atomic
def end_assignment(*, by: Principal, assignment: Assignment, on: date) -> None:
    """解令: end an assignment at a date, the first day without the post. ``Invalid`` when it ended before."""
    require_to_appoint(by, assignment.post)
    lock_city(by)
    row = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if row.valid_to is not None and row.valid_to <= on:
        raise refuse(f"この発令は{row.valid_to}に終わっています。", label="解令日", field="on")
    if on <= row.valid_from:
        raise refuse(f"発令日（{row.valid_from}）より後の日付にしてください。", label="解令日", field="on")
    Assignment.objects.filter(pk=row.pk).update(valid_to=on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.assignment.end",
        subject=("organization.person", row.person_id),
        changes={"post": assignment.post.code, "from": row.valid_from},
        business_date=on,
    )


def require_to_appoint(by: Principal, post: Post) -> None:
    """``Denied`` unless *by* may change people for the post's unit and wherever its roles reach."""
    require(by, CHANGE_PEOPLE, unit=post.unit)
    for grant in PostRole.objects.filter(post=post).exclude(valid_to__lte=by.on).select_related("unit"):
        require(by, CHANGE_PEOPLE, unit=grant.unit)


def _check_seats(checks: Checks, person: Person, post: Post, on: date, until: date | None, kind: str) -> None:
    rows = Assignment.objects.filter(post=post).exclude(valid_to__lte=on).select_related("person")
    held = [Held(row.person, row.kind, row.valid_from, row.valid_to) for row in rows]
    found = clash(Held(person, kind, on, until), held, single_seat=post.single_seat)
    if found and found.same_person:
        checks.problem(
            f"{person.name}は、同じ職（{post.title}）に{found.other.period}の発令があります。",
            label="職",
            field="post",
        )
    elif found:
        checks.problem(
            f"「{post.title}」には{found.other.person}の本務の発令（{found.other.period}）があります。先に解令するか、"
            "兼務・事務取扱にしてください。",
            label="職",
            field="post",
        )


def _period(row: Post) -> str:
    return f"{row.valid_from}から{row.valid_to}の前日まで" if row.valid_to else f"{row.valid_from}から"
