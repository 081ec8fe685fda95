"""Writing a transfer list: all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tenken.common.refusals import Invalid, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.imports.transfer_list import TransferFile, TransferRow
from tenken.organization.imports.transfers import SAME, TransferDifference, transfer_difference
from tenken.organization.models import Account, Assignment, Person
from tenken.organization.names import search_text
from tenken.organization.operations.accounts import end_access
from tenken.organization.operations.city_lock import lock_city, raise_version

Tell = Callable[[int, int, str], None]
STALE = "差分を表示した後に、組織か職員が変更されました。もう一度差分を確かめてください。"
_AT_ONCE = 500
Part = TypeVar("Part")


def silent(done: int, total: int, message: str) -> None:
    return None


@transaction.atomic
def apply_transfer_file(
    *, by: Principal, file: TransferFile, shown: str, last_day: bool = True, tell: Tell = silent
) -> TransferDifference:
    """Write what a transfer list says and return the difference that was written; *tell* hears how far it is.

    Those who join have an account (利用者名 is the 職員番号) that waits for its first password; those who leave lose
    account and API tokens on the day. *shown*: the digest of the difference agreed to; ``Stale`` when the city has
    changed since. ``Denied`` as ``transfer_difference``.
    """
    lock_city(by)
    tell(0, len(file.rows), "差分を確かめています")
    try:
        found = transfer_difference(by=by, file=file, last_day=last_day)
    except Invalid as refusal:  # it was valid when it was shown
        raise Stale(STALE, refusal.problems) from refusal
    if found.digest != shown:
        raise Stale(STALE)
    if not found.nothing_to_do:
        _write(by, found, lambda done, message: tell(done, len(file.rows), message))
        raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.transfer",
        subject=("organization.file", file.sha256),
        changes={
            "file": file.name,
            "counts": found.counts(),
            "vacancies": found.vacancies,
            "changes": [
                [one.row, one.label, one.on, one.number, one.before, one.after]
                for one in found.changes
                if one.what != SAME
            ],
        },
        business_date=min(change.on for change in found.changes),
    )
    tell(len(file.rows), len(file.rows), "終わりました")
    return found


def _write(by: Principal, found: TransferDifference, tell: Callable[[int, str], None]) -> None:
    people = _write_people(by, found)
    tell(len(found.joiners), "採用・転入の職員を登録しました")
    _end_assignments(found)
    tell(len(found.joiners) + len(found.ended), "これまでの職を解きました")
    for rows in _parts(found.begun):
        Assignment.objects.bulk_create(
            Assignment(
                person=people[slot.number],
                post=slot.post,
                kind=slot.kind,
                valid_from=slot.starts,
                valid_to=slot.ends,
            )
            for slot in rows
        )
    tell(max(0, len(found.changes) - len(found.leavers)), "新しい職に発令しました")
    by_day: dict[date, list[int]] = defaultdict(list)
    for number, day in found.leavers:
        by_day[day].append(people[number].pk)
    for day, left in by_day.items():
        end_access(left, day)


def _write_people(by: Principal, found: TransferDifference) -> dict[str, Person]:
    """Register those who are new, open the accounts of those who join; return everyone the list names."""
    joining = {row.number: row for row in found.joiners}
    known = set(Person.objects.filter(city=by.city_id).values_list("number", flat=True))
    for rows in _parts([row for number, row in joining.items() if number not in known]):
        Person.objects.bulk_create(
            Person(
                city=by.city,
                number=row.number,
                name=row.name,
                kana=row.kana,
                email=row.email,
                search_text=search_text(row.name, row.kana, row.number),
            )
            for row in rows
        )
    people = {person.number: person for person in Person.objects.filter(city=by.city_id)}
    days = {slot.number: slot.starts for slot in reversed(found.begun) if slot.number in joining}
    _open_accounts(by, [(people[number], row, days[number]) for number, row in joining.items()])
    return people


def _open_accounts(by: Principal, joining: list[tuple[Person, TransferRow, date]]) -> None:
    """Open, or open again, the accounts of those who join: without a password until their slip is printed."""
    have = {
        account.person_id: account
        for part in _parts([person.pk for person, _, _ in joining])
        for account in Account.objects.filter(person__in=part)
    }
    taken = {
        name
        for part in _parts([person.number for person, _, _ in joining])
        for name in Account.objects.filter(username__in=part).values_list("username", flat=True)
    }
    new, again = [], []
    for person, _, day in joining:
        account = have.get(person.pk)
        if account is None:
            free = person.number not in taken
            account = Account(
                username=person.number if free else f"{person.number}@{by.city_code}", person=person
            )
            new.append(account)
        elif account.is_active and account.valid_to is None:
            continue  # in service without a post: the account goes on
        else:
            again.append(account)
        account.valid_from, account.valid_to, account.is_active = day, None, True
        account.password, account.must_change_password = make_password(None), True
    Account.objects.bulk_create(new, batch_size=_AT_ONCE)
    fields = ["valid_from", "valid_to", "is_active", "password", "must_change_password"]
    Account.objects.bulk_update(again, fields, batch_size=_AT_ONCE)


def _end_assignments(found: TransferDifference) -> None:
    """End what ends; an assignment that would have begun that very day never counted and is taken back."""
    by_day: dict[date, list[int]] = defaultdict(list)
    never: list[int] = []
    for slot, day in found.ended:
        if slot.assignment is None:
            continue  # begins and ends by this list
        if slot.assignment.valid_from < day:
            by_day[day].append(slot.assignment.pk)
        else:
            never.append(slot.assignment.pk)
    for day, keys in by_day.items():
        for part in _parts(keys):
            Assignment.objects.filter(pk__in=part).update(valid_to=day)
    for part in _parts(never):
        Assignment.objects.filter(pk__in=part).delete()


def _parts(rows: list[Part]) -> Iterator[list[Part]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
