"""Accounts: one per person, opened and ended by date."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tenken.common import clock
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Account, ApiToken, Person
from tenken.organization.names import Checks, refuse
from tenken.organization.operations.city_lock import lock_city
from tenken.organization.permissions import CHANGE_PEOPLE

_USERNAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z@._+-]{0,63}")


@transaction.atomic
def open_account(
    *,
    by: Principal,
    person: Person,
    username: str,
    password: str | None,
    on: date | None = None,
    must_change_password: bool = True,
) -> Account:
    """Open the account of *person* from a date on (today unless given) and return it.

    *password* None: signing in works by an identity provider only. ``Invalid`` when the person has an account, the
    name is taken, or the password is weak. Neither the password nor its hash is journaled.
    """
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    checks = Checks()
    plain = unicodedata.normalize("NFKC", username).strip()
    if not _USERNAME.fullmatch(plain):
        checks.problem("利用者名は、英数字と「@._+-」で64文字までです。", label="利用者名", field="username")
    elif Account.objects.filter(username=plain).exists():
        checks.problem(f"利用者名「{plain}」は使われています。", label="利用者名", field="username")
    if person.city_id != by.city_id:
        checks.problem("この市の職員ではありません。", label="職員", field="person")
    elif Account.objects.filter(person=person).exists():
        checks.problem(f"{person.name}には利用者名があります。", label="職員", field="person")
    account = Account(
        username=plain,
        person=person,
        valid_from=on or clock.today(),
        must_change_password=must_change_password and password is not None,
    )
    if password is not None:
        _check_password(checks, password, account)
    checks.done()
    account.password = make_password(password)
    account.save(force_insert=True)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.account.open",
        subject=("organization.person", person.pk),
        changes={"username": plain, "password": password is not None},
        business_date=account.valid_from,
    )
    return account


@transaction.atomic
def end_account(*, by: Principal, person: Person, on: date) -> None:
    """End the account of *person* at a date: the first day it no longer works. ``Invalid`` when there is none."""
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    account = Account.objects.select_for_update().filter(person=person, person__city=by.city_id).first()
    if account is None:
        raise refuse(f"{person.name}の利用者名はありません。", label="職員", field="person")
    if on < account.valid_from:
        raise refuse(
            f"利用開始日（{account.valid_from}）以後の日付にしてください。", label="終了日", field="on"
        )
    Account.objects.filter(pk=account.pk).update(valid_to=on)
    ApiToken.objects.filter(person=person, revoked_at=None, expires_on__gt=on).update(expires_on=on)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.account.end",
        subject=("organization.person", person.pk),
        changes={"username": account.username},
        business_date=on,
    )


def end_access(people: Iterable[int], on: date) -> None:
    """End the accounts and API tokens of *people* at a date, the first day neither works; sessions end with the account.

    Inside the caller's transaction, which also journals it.
    """
    keys = list(people)
    accounts = Account.objects.filter(person__in=keys)
    accounts.filter(valid_from__lte=on).exclude(valid_to__lte=on).update(valid_to=on)
    accounts.filter(valid_from__gt=on).update(is_active=False)
    ApiToken.objects.filter(person__in=keys, revoked_at=None, expires_on__gt=on).update(expires_on=on)


def _check_password(checks: Checks, password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as refusal:
        for message in refusal.messages:
            checks.problem(message, label="パスワード", field="password")
