"""Passwords that someone else sets: from the command line, by the secretariat, and the first of those who join."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from tenken.common.refusals import Invalid, Problem
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.api_tokens import revoke_tokens_of
from tenken.organization.models import Account, Assignment, Person
from tenken.organization.names import refuse
from tenken.organization.permissions import CHANGE_PEOPLE
from tenken.organization.queries.naming import names_with_bureau

SLIPS_AT_ONCE: Final = 20  # a password takes a moment to hash, and the page waits for all of them
# Nothing that is mistaken for another on paper: no 0 O o, 1 l I.
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


@dataclass(frozen=True)
class Slip:
    """What is handed to a person on paper: nothing keeps the password but this."""

    unit: str
    name: str
    number: str
    username: str
    password: str
    valid_from: date


def set_password(*, by: Principal, account: Account, password: str, must_change: bool) -> None:
    """Set the password of *account*; with *must_change* its person chooses their own at the next sign-in.

    Its API tokens are revoked and its sessions end. ``Invalid`` when it is weak. Neither the password nor its hash is
    journaled.
    """
    require(by, CHANGE_PEOPLE)
    try:
        validate_password(password, account)
    except ValidationError as refusal:
        problems = [Problem(message, "パスワード", "password") for message in refusal.messages]
        raise Invalid("このパスワードは使えません。", problems) from None
    with transaction.atomic():
        stored = Account.objects.select_for_update().get(pk=account.pk, person__city=by.city_id)
        stored.set_password(password)
        stored.must_change_password = must_change
        stored.save(update_fields=["password", "must_change_password"])
        revoke_tokens_of(by=by, person_id=stored.person_id)
        record(
            by=by,
            city_code=by.city_code,
            operation="organization.account.password",
            subject=("organization.person", stored.person_id),
            changes={"username": stored.username, "must_change": must_change},
        )


def reissue_password(*, by: Principal, person: Person) -> Slip:
    """Give *person* a new password, to be changed at the next sign-in, and return it: it is shown this once.

    ``Invalid`` when the person has no account, or it has ended.
    """
    require(by, CHANGE_PEOPLE)
    account = Account.objects.select_related("person").filter(person=person, person__city=by.city_id).first()
    if account is None:
        raise refuse(f"{person.name}の利用者名はありません。", label="職員番号", field="person")
    if account.valid_to is not None and account.valid_to <= by.on:
        raise refuse(f"{person.name}の利用者名は終わっています。", label="職員番号", field="person")
    return _issue(by, [account])[0]


def awaiting_first_password(by: Principal) -> QuerySet[Account]:
    """Return the accounts of the city whose person must change a password they never got, by number."""
    require(by, CHANGE_PEOPLE)
    return (
        Account.objects.filter(
            person__city=by.city_id,
            must_change_password=True,
            is_active=True,
            valid_to=None,
            password__startswith=UNUSABLE_PASSWORD_PREFIX,
        )
        .select_related("person")
        .order_by("person__number")
    )


@transaction.atomic
def issue_first_passwords(*, by: Principal, limit: int = SLIPS_AT_ONCE) -> list[Slip]:
    """Give the next *limit* accounts that wait for it their first password and return the slips, by section.

    Each is returned this once and kept nowhere; whose slip is lost gets a new one by ``reissue_password``.
    """
    waiting = list(awaiting_first_password(by).select_for_update(of=("self",))[:limit])
    slips = _issue(by, waiting)
    return sorted(slips, key=lambda slip: (slip.unit, slip.number))


@transaction.atomic
def _issue(by: Principal, accounts: list[Account]) -> list[Slip]:
    units = _sections([account.person_id for account in accounts])
    names = names_with_bureau(by.city, set(units.values()), by.on)
    slips = []
    for account in accounts:
        password = _random_password()
        set_password(by=by, account=account, password=password, must_change=True)
        slips.append(
            Slip(
                unit=names.get(units.get(account.person_id, 0), ""),
                name=account.person.name,
                number=account.person.number,
                username=account.username,
                password=password,
                valid_from=account.valid_from,
            )
        )
    return slips


def _sections(people: list[int]) -> dict[int, int]:
    """Return the unit of each person's latest 本務."""
    rows = Assignment.objects.filter(person__in=people, kind=Assignment.Kind.MAIN).order_by("valid_from")
    return dict(rows.values_list("person_id", "post__unit_id"))


def _random_password() -> str:
    """Return a password of 80 bits that is read from paper without doubt: 「k7mp-x3qa-…」."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
