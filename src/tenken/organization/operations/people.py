"""People."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tenken.common.refusals import Missing
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Assignment, Person
from tenken.organization.names import Checks, refuse, search_text
from tenken.organization.operations.accounts import end_access
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.permissions import CHANGE_PEOPLE


@transaction.atomic
def add_person(*, by: Principal, number: str, name: str, kana: str = "", email: str = "") -> Person:
    """Add a person and return them. ``Invalid`` when the 職員番号 is in use in this city, or an input is wrong."""
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    checks = Checks()
    kept = check_person_text(checks, number, name, kana, email)
    if not checks.problems and Person.objects.filter(city=by.city_id, number=kept["number"]).exists():
        checks.problem(
            f"職員番号{kept['number']}は、すでに使われています。", label="職員番号", field="number"
        )
    checks.done()
    person = Person.objects.create(
        city=by.city, search_text=search_text(kept["name"], kept["kana"], kept["number"]), **kept
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.person.add",
        subject=("organization.person", person.pk),
        changes=kept,
    )
    return person


@transaction.atomic
def change_person(*, by: Principal, person: Person, name: str, kana: str = "", email: str = "") -> None:
    """Set a person's name, kana and mail. The 職員番号 stays: the journal knows people by it."""
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    if person.city_id != by.city_id:
        raise Missing("この職員はいません。")
    checks = Checks()
    kept = check_person_text(checks, person.number, name, kana, email)
    checks.done()
    before = {"name": person.name, "kana": person.kana, "email": person.email}
    person.name, person.kana, person.email = kept["name"], kept["kana"], kept["email"]
    person.search_text = search_text(person.name, person.kana, person.number)
    person.save(update_fields=["name", "kana", "email", "search_text"])
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.person.change",
        subject=("organization.person", person.pk),
        changes={"before": before, "after": kept},
    )


@transaction.atomic
def leave(*, by: Principal, person: Person, on: date) -> int:
    """The person leaves the city's service: every assignment, the account and its API tokens end at the date, the first day without.

    Returns how many assignments ended. ``Invalid`` when one is laid down for that date or later.
    """
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    if person.city_id != by.city_id:
        raise Missing("この職員はいません。")
    held = Assignment.objects.filter(person=person).exclude(valid_to__lte=on)
    if later := held.filter(valid_from__gte=on).select_related("post").first():
        raise refuse(
            f"{later.valid_from}からの発令（{later.post.title}）があります。先に取り消してください。",
            label="退職日",
            field="on",
        )
    ended = held.update(valid_to=on)
    end_access([person.pk], on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.person.leave",
        subject=("organization.person", person.pk),
        changes={"assignments": ended},
        business_date=on,
    )
    return ended


def check_person_text(checks: Checks, number: str, name: str, kana: str, email: str) -> dict[str, str]:
    """Check what is said of a person and return it as it is kept."""
    kept_email = email.strip()
    if kept_email:
        try:
            validate_email(kept_email)
        except ValidationError:
            checks.problem("メールアドレスの形が正しくありません。", label="メール", field="email")
    return {
        "number": checks.code(number, label="職員番号", limit=20, field="number"),
        "name": checks.name(name, label="氏名", limit=100, field="name"),
        "kana": checks.name(kana, label="ふりがな", limit=200, field="kana", required=False),
        "email": checks.name(kept_email, label="メール", limit=254, field="email", required=False),
    }
