"""Every write of lists and duty hours: permission first, one transaction, journalled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any, Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.telemetry.lists.duty import HOLIDAY, Stretch, Week, minute_of
from tenken.telemetry.lists.queries import (
    BUILT_IN,
    DEVICES,
    forget_snapshots,
    list_for,
    unsaved_list,
    weeks_by_unit,
)
from tenken.telemetry.lists.values import problem_of, tidy
from tenken.telemetry.models import DutyHours, WatchEntry, WatchList
from tenken.telemetry.permissions import MANAGE_RULES

MOST_ENTRIES: Final = 20_000
MOST_STRETCHES: Final = 4
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class NewEntry:
    """A value for a list. ``valid_until`` is its last day."""

    value: str
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic
def make_list(*, by: Principal, code: str, name: str, note: str = "") -> WatchList:
    """Make a list of the city's own; rules call it ``%code%``. ``Invalid`` for a code or name that cannot be."""
    require(by, MANAGE_RULES)
    code, name = code.strip().lower(), name.strip()
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(
            Problem("半角の英小文字で始まる英小文字・数字・_（2～40字）にしてください。", "コード", "code")
        )
    elif code in (DEVICES, *BUILT_IN) or WatchList.objects.filter(city=by.city, code=code).exists():
        problems.append(Problem(f"「{code}」はもう使われています。", "コード", "code"))
    if not 0 < len(name) <= 100:
        problems.append(Problem("名称を100字までで入力してください。", "名称", "name"))
    if len(note) > 300:
        problems.append(Problem("300字までです。", "説明", "note"))
    if problems:
        raise Invalid("リストを作れません。", problems)
    made = WatchList.objects.create(city=by.city, code=code, name=name, note=note.strip())
    _journal(by, made, "make", {"code": code, "name": name})
    return made


@transaction.atomic
def add_entry(*, by: Principal, code: str, entry: NewEntry) -> WatchEntry:
    """Add a value to a list. ``Invalid`` when it stands there already or would hit everything."""
    require(by, MANAGE_RULES)
    watch_list = _locked(by, code)
    made = checked(watch_list.kind, entry)
    if watch_list.entries.filter(value=made.value).exists():
        raise Invalid(
            "リストに加えられません。", [Problem(f"「{made.value}」はもうあります。", "値", "value")]
        )
    if watch_list.entries.count() >= MOST_ENTRIES:
        raise Invalid(f"1つのリストは{MOST_ENTRIES:,}件までです。")
    row = _entry(by, watch_list, made)
    row.save(force_insert=True)
    _raise_version(watch_list)
    _journal(by, watch_list, "add", {"entry": told(made)})
    return row


@transaction.atomic
def change_entry(*, by: Principal, entry_id: int, entry: NewEntry) -> WatchEntry:
    """Change a value, its note or its period."""
    require(by, MANAGE_RULES)
    row = _entry_of(by, entry_id)
    watch_list = _locked(by, row.watch_list.code)
    made = checked(watch_list.kind, entry)
    if watch_list.entries.filter(value=made.value).exclude(pk=row.pk).exists():
        raise Invalid("変更できません。", [Problem(f"「{made.value}」はもうあります。", "値", "value")])
    before = told(standing_entry(row))
    row.value, row.note = made.value, made.note
    row.valid_from, row.valid_until = made.valid_from, made.valid_until
    row.save(update_fields=["value", "note", "valid_from", "valid_until"])
    _raise_version(watch_list)
    _journal(by, watch_list, "change", {"before": before, "after": told(made)})
    return row


@transaction.atomic
def remove_entry(*, by: Principal, entry_id: int) -> WatchList:
    """Take a value out of its list; the journal keeps what stood there. Returns the list."""
    require(by, MANAGE_RULES)
    row = _entry_of(by, entry_id)
    watch_list = _locked(by, row.watch_list.code)
    before = told(standing_entry(row)) | {"added_by": row.added_by, "added_at": row.added_at}
    row.delete()
    _raise_version(watch_list)
    _journal(by, watch_list, "remove", {"entry": before})
    return watch_list


@transaction.atomic
def replace_entries(
    *, by: Principal, code: str, entries: Sequence[NewEntry], version: int
) -> tuple[int, int, int]:
    """Let a list hold exactly *entries* (each checked by :func:`checked`); return how many were added, changed, removed.

    ``Stale`` unless the list still has *version*: what was compared is what is replaced.
    """
    require(by, MANAGE_RULES)
    watch_list = _locked(by, code)
    if watch_list.version != version:
        raise Stale("ほかの人が先にリストを変更しました。差分をもう一度確かめてください。")
    wanted = {entry.value: entry for entry in (checked(watch_list.kind, one) for one in entries)}
    standing = {row.value: row for row in watch_list.entries.all()}
    added = [entry for value, entry in wanted.items() if value not in standing]
    gone = [row for value, row in standing.items() if value not in wanted]
    changed = [
        (standing[value], entry)
        for value, entry in wanted.items()
        if value in standing and standing_entry(standing[value]) != entry
    ]
    for row, entry in changed:
        row.note, row.valid_from, row.valid_until = entry.note, entry.valid_from, entry.valid_until
    WatchEntry.objects.bulk_update(
        [row for row, _ in changed], ["note", "valid_from", "valid_until"], batch_size=500
    )
    for start in range(0, len(gone), 500):
        WatchEntry.objects.filter(pk__in=[row.pk for row in gone[start : start + 500]]).delete()
    WatchEntry.objects.bulk_create([_entry(by, watch_list, entry) for entry in added], batch_size=500)
    if added or changed or gone:
        _raise_version(watch_list)
        changes = {
            "added": [told(entry) for entry in added],
            "changed": [told(entry) for _, entry in changed],
            "removed": [row.value for row in gone],
        }
        _journal(by, watch_list, "replace", changes)
    return len(added), len(changed), len(gone)


@transaction.atomic
def set_duty_hours(
    *, by: Principal, unit: Unit, week: Sequence[tuple[int, time, time]], seen: Week | None = None
) -> None:
    """Let *unit* be on duty in *week*: (day, from, to) by ``DutyHours.Day``; none: as the unit above it.

    *seen*: what stood there when the form was shown; ``Stale`` when it does not any more. ``Invalid`` for stretches that
    overlap.
    """
    require(by, MANAGE_RULES, unit=unit)
    Unit.objects.select_for_update().get(pk=unit.pk)
    before = weeks_by_unit(by.city).get(unit.pk, ())
    if seen is not None and before != seen:
        raise Stale("ほかの人が先に執務時間を変更しました。ページを開き直してください。")
    _check_week(week)
    DutyHours.objects.filter(unit=unit).delete()
    DutyHours.objects.bulk_create(
        [DutyHours(unit=unit, day=day, starts=starts, ends=ends) for day, starts, ends in week]
    )
    transaction.on_commit(forget_snapshots)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.duty.set",
        subject=("organization.unit", unit.pk),
        changes={
            "unit": unit.code,
            "before": [[one.day, one.starts, one.ends] for one in before],
            "after": [[day, minute_of(starts), minute_of(ends)] for day, starts, ends in week],
        },
    )


def _check_week(week: Sequence[tuple[int, time, time]]) -> None:
    days: dict[int, list[Stretch]] = {}
    for day, starts, ends in week:
        if not 0 <= day <= HOLIDAY:
            raise Invalid("その曜日はありません。")
        days.setdefault(day, []).append(Stretch(day, minute_of(starts), minute_of(ends)))
    for day, stretches in days.items():
        place = f"{DutyHours.Day(day).label}"
        ordered = sorted(stretches)
        if len(ordered) > MOST_STRETCHES:
            raise Invalid("執務時間を保存できません。", [Problem(f"{MOST_STRETCHES}つまでです。", place)])
        for first, second in pairwise(ordered):
            if first.ends <= first.starts or first.ends > second.starts:
                raise Invalid("執務時間を保存できません。", [Problem("時間帯が重なっています。", place)])


def checked(kind: str, entry: NewEntry) -> NewEntry:
    """Return *entry* as it is kept. ``Invalid`` with the field when it cannot stand in a list of *kind*."""
    made = NewEntry(tidy(kind, entry.value), entry.note.strip(), entry.valid_from, entry.valid_until)
    problems = []
    if problem := problem_of(kind, made.value):
        problems.append(Problem(problem, "値", "value"))
    if len(made.note) > 300:
        problems.append(Problem("300字までです。", "備考", "note"))
    if made.valid_from and made.valid_until and made.valid_until < made.valid_from:
        problems.append(Problem("開始日より後の日にしてください。", "終了日", "valid_until"))
    if problems:
        raise Invalid("リストに加えられません。", problems)
    return made


def standing_entry(row: WatchEntry) -> NewEntry:
    """Return what stands in *row*."""
    return NewEntry(row.value, row.note, row.valid_from, row.valid_until)


def told(entry: NewEntry) -> dict[str, Any]:
    """Return *entry* for the journal."""
    return {
        "value": entry.value,
        "note": entry.note,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
    }


def _locked(by: Principal, code: str) -> WatchList:
    """Return the city's list with its row locked; a built-in one is made with its first write."""
    rows = WatchList.objects.select_for_update(of=("self",)).filter(city=by.city, code=code)
    found = rows.first()
    if found is None:
        fresh = list_for(by, code)  # Missing unless built in
        WatchList.objects.bulk_create(
            [unsaved_list(by.city, WatchList.Kind(fresh.kind))], ignore_conflicts=True
        )
        found = rows.get()
    return found


def _entry_of(by: Principal, entry_id: int) -> WatchEntry:
    rows = WatchEntry.objects.filter(pk=entry_id, watch_list__city=by.city).select_related("watch_list")
    if (row := rows.first()) is None:
        raise Missing("リストの値が見つかりません。")
    return row


def _entry(by: Principal, watch_list: WatchList, entry: NewEntry) -> WatchEntry:
    return WatchEntry(
        watch_list=watch_list,
        value=entry.value,
        note=entry.note,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        added_by=by.actor.code,
        added_by_name=by.actor.name,
        added_at=clock.now(),
    )


def _raise_version(watch_list: WatchList) -> None:
    watch_list.version += 1
    watch_list.save(update_fields=["version"])


def _journal(by: Principal, watch_list: WatchList, what: str, changes: dict[str, Any]) -> None:
    transaction.on_commit(forget_snapshots)
    record(
        by=by,
        city_code=by.city_code,
        operation=f"telemetry.list.{what}",
        subject=("telemetry.list", watch_list.pk),
        changes={"list": watch_list.code, **changes},
    )
