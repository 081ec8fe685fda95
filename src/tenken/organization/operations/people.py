"""People."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Person
from tenken.organization.names import Checks, search_text
from tenken.organization.operations.city_lock import lock_city
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
