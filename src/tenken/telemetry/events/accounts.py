"""Saying whose an account is, where neither the 職員番号 nor the mail address tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from tenken.common.refusals import Invalid, Problem
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Person
from tenken.telemetry.events.directory import fold_account, forget_directories
from tenken.telemetry.models import AccountName
from tenken.telemetry.permissions import MANAGE_TERMINALS

LABELS: Final = {"telemetry.accounts.name": "アカウントの使用者を登録"}
MOST: Final = 20_000
_LONGEST: Final = 100


@dataclass(frozen=True)
class AccountLine:
    """``account`` is ``number``'s (職員番号) from ``on``; no number: nobody's any more."""

    account: str
    number: str
    on: date


@transaction.atomic
def name_accounts(*, by: Principal, lines: Sequence[AccountLine]) -> int:
    """Take in whose accounts are: all of *lines* or none. Who had an account before had it until the day before. Return
    how many changed anything. ``Invalid`` with the line of each problem."""
    require(by, MANAGE_TERMINALS)
    people = {
        person.number: person
        for person in Person.objects.filter(city=by.city, number__in={line.number for line in lines})
    }
    names = {fold_account(line.account) for line in lines}
    standing = {
        row.name: row
        for row in AccountName.objects.select_for_update(of=("self",))
        .filter(city=by.city, name__in=names, valid_to__isnull=True)
        .select_related("person")
    }
    if problems := _problems(lines, people, standing):
        raise Invalid("アカウントの使用者を登録できません。", problems)
    changed = []
    for line in lines:
        name = fold_account(line.account)
        current = standing.get(name)
        if (current.person.number if current else "") == line.number:
            continue
        if current:
            _end(current, line.on)
        if line.number:
            AccountName.objects.create(
                city=by.city, name=name, person=people[line.number], valid_from=line.on
            )
        changed.append({"account": name, "person": line.number, "on": line.on.isoformat()})
    if changed:
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.accounts.name",
            subject=("telemetry.accounts", by.city_code),
            changes={"accounts": changed},
        )
        transaction.on_commit(forget_directories)
    return len(changed)


def _end(row: AccountName, on: date) -> None:
    """End *row* the day before *on*; one of the same day never held."""
    if row.valid_from == on:
        row.delete()
    else:
        row.valid_to = on
        row.save(update_fields=["valid_to"])


def _problems(
    lines: Sequence[AccountLine], people: dict[str, Person], standing: dict[str, AccountName]
) -> list[Problem]:
    if len(lines) > MOST:
        return [Problem(f"一度に{MOST:,}件までです。")]
    problems = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        name, place = fold_account(line.account), f"{number}行目"
        if not 0 < len(name) <= _LONGEST:
            problems.append(Problem(f"アカウントを{_LONGEST}字までで入力してください。", place))
        elif name in seen:
            problems.append(Problem(f"「{name}」が2回あります。", place))
        elif line.number and line.number not in people:
            problems.append(Problem(f"職員番号「{line.number}」の職員はいません。", place))
        elif name in standing and line.on < standing[name].valid_from:
            problems.append(
                Problem(f"いまの使用者の開始日（{standing[name].valid_from}）より前の日です。", place)
            )
        seen.add(name)
    return problems
