"""What a 組織改正一覧 would do, tried out and taken back; and doing it, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Stale
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.imports.cells import Problems
from tenken.organization.imports.reorganization_list import (
    ABOLISH,
    FOUND,
    LABELS,
    MERGE,
    MOVE,
    RENAME,
    REORGANIZATION_FORM,
    SPLIT,
    Action,
    ReorganizationFile,
    ReorganizationRow,
)
from tenken.organization.imports.transfer_application import STALE, Tell, silent
from tenken.organization.models import Unit, UnitKind
from tenken.organization.models.validity import valid_on
from tenken.organization.names import refuse
from tenken.organization.operations.city_lock import lock_city
from tenken.organization.operations.placements import move_unit
from tenken.organization.operations.posts import add_first_posts
from tenken.organization.operations.reorganization import NewUnit, merge_units, rename_unit, split_unit
from tenken.organization.operations.units import abolish_unit, add_unit, correct_unit
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.organization.rehearsal import Effect, effect_of, rehearsal

_ORDER = (FOUND, RENAME, MERGE, SPLIT, MOVE, ABOLISH)
_COLUMNS = {
    "code": "新所属コード",
    "name": "新名称",
    "kana": "ふりがな",
    "kind": "種類",
    "parent": "上位所属コード",
    "on": "施行日",
}


@dataclass
class ReorganizationDifference:
    """What a list would do, an effect for each change. ``digest`` stands for exactly this of exactly this file."""

    sha256: str
    effects: list[Effect] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind."""
        found = Counter(effect.label for effect in self.effects)
        return {label: found[label] for label in LABELS.values()}

    @property
    def digest(self) -> str:
        return sha256(self.sha256, canonical_json([effect.said for effect in self.effects]))


def reorganization_difference(*, by: Principal, file: ReorganizationFile) -> ReorganizationDifference:
    """Tell what the list does to units, posts and holders. ``Invalid`` with the place of every row the city refuses."""
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)
    with rehearsal(by):
        return _perform(by, file)


@transaction.atomic
def apply_reorganization_file(
    *, by: Principal, file: ReorganizationFile, shown: str, tell: Tell = silent
) -> ReorganizationDifference:
    """Do what the list says and return it; *tell* hears how far it is. Each change is journaled as if made by hand.

    *shown*: the digest of the difference agreed to; ``Stale`` when the city has changed since.
    """
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)
    lock_city(by)
    try:
        found = _perform(by, file, tell)
    except Invalid as refusal:  # it was valid when it was shown
        raise Stale(STALE, refusal.problems) from refusal
    if found.digest != shown:
        raise Stale(STALE)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.reorganization",
        subject=("organization.file", file.sha256),
        changes={"file": file.name, "counts": found.counts(), "effects": [one.said for one in found.effects]},
        business_date=min(effect.on for effect in found.effects),
    )
    return found


def _perform(by: Principal, file: ReorganizationFile, tell: Tell = silent) -> ReorganizationDifference:
    """Make every change that can be made; ``Invalid`` names those that cannot."""
    found, problems = ReorganizationDifference(file.sha256), Problems()
    actions = _in_order(by, file.actions)
    for done, action in enumerate(actions):
        tell(done, len(actions), f"{LABELS[action.kind]}：{action.first.name or action.first.old_name}")
        try:
            with transaction.atomic():
                found.effects.append(_do(by, action))
        except Invalid as refusal:
            _note(action, refusal, problems)
    problems.done()
    tell(len(actions), len(actions), "終わりました")
    found.effects.sort(key=lambda effect: effect.rows)
    return found


def _in_order(by: Principal, actions: Sequence[Action]) -> list[Action]:
    """Day by day; what another change needs first: the unit above must be there, a code must have become free."""
    kinds = _kinds(by)
    ranks = dict(
        Unit.objects.filter(city=by.city_id).order_by("valid_from").values_list("code", "kind__rank")
    )

    def place(action: Action) -> tuple[object, ...]:
        kind = kinds.get(action.first.unit_kind)
        rank = -ranks.get(action.first.old_code, 0) if action.kind == ABOLISH else kind.rank if kind else 0
        return action.on, _ORDER.index(action.kind), rank, action.first.row

    left = sorted(actions, key=place)
    ordered: list[Action] = []
    while left:
        day = [action for action in left if action.on == left[0].on]
        ready = next((action for action in day if not any(_waits(action, other) for other in day)), day[0])
        left.remove(ready)
        ordered.append(ready)
    return ordered


def _waits(action: Action, other: Action) -> bool:
    """Tell whether *action* needs *other* to be done before."""
    if action is other:
        return False
    taken = other.old_codes if other.kind != MOVE else ()
    made = other.new_codes or (other.old_codes if other.kind in (RENAME, SPLIT) else ())
    above = set(action.parents) & (set(made) | set(taken))
    code = set(action.new_codes) & (set(taken) - set(action.old_codes))
    # What stands below an abolished unit is moved away, merged or abolished before it.
    leaves = action.kind == ABOLISH and other.kind not in (FOUND, ABOLISH)
    return bool(above or code or leaves)


def _note(action: Action, refusal: Invalid, problems: Problems) -> None:
    for problem in refusal.problems:
        default = "旧所属コード" if action.first.old_code else "新所属コード"
        column = _COLUMNS.get(problem.field, default)
        problems.add(REORGANIZATION_FORM.sheet, action.first.row, column, problem.message)


# --- one change --------------------------------------------------------------------------------------------


def _do(by: Principal, action: Action) -> Effect:
    old = [_unit(by, row.old_code, action, expected=row.old_name) for row in _old_rows(action)]
    does: dict[str, Callable[[Principal, Action, list[Unit]], Sequence[Unit]]] = {
        MERGE: _merge,
        SPLIT: _split,
        RENAME: _rename,
        ABOLISH: _abolish,
        FOUND: _found,
        MOVE: _move,
    }
    return effect_of(
        by,
        old,
        action.on,
        LABELS[action.kind],
        lambda: does[action.kind](by, action, old),
        rows=action.numbers,
    )


def _old_rows(action: Action) -> list[ReorganizationRow]:
    seen: set[str] = set()
    rows = [row for row in action.rows if row.old_code]
    return [row for row in rows if not (row.old_code in seen or seen.add(row.old_code))]  # type: ignore[func-returns-value]


def _unit(by: Principal, code: str, action: Action, *, expected: str = "", fieldname: str = "unit") -> Unit:
    unit = Unit.objects.filter(valid_on(action.on), city=by.city_id, code=code).select_related("kind").first()
    if unit is None:
        raise refuse(
            f"所属コード{code}の組織は、{era_date(action.on)}にはありません。", label="組織", field=fieldname
        )
    if expected and "".join(unit.name.split()) != "".join(expected.split()):
        raise refuse(f"所属コード{code}は「{unit.name}」です。", label="組織", field=fieldname)
    return unit


def _kinds(by: Principal) -> dict[str, UnitKind]:
    rows = list(UnitKind.objects.filter(city=by.city_id))
    return {kind.name: kind for kind in rows} | {kind.code: kind for kind in rows}


def _kind(by: Principal, row: ReorganizationRow) -> UnitKind | None:
    if not row.unit_kind:
        return None
    kind = _kinds(by).get(row.unit_kind)
    if kind is None:
        raise refuse(f"種類「{row.unit_kind}」はありません。", label="種類", field="kind")
    return kind


def _new(by: Principal, row: ReorganizationRow, action: Action) -> NewUnit:
    parent = _unit(by, row.parent, action, fieldname="parent") if row.parent else None
    return NewUnit(row.name, code=row.code or None, kana=row.kana, kind=_kind(by, row), parent=parent)


def _merge(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    said = next((row for row in action.rows if row.name), action.first)
    into = Unit.objects.filter(valid_on(action.on), city=by.city_id, code=said.code).exclude(
        pk__in=[unit.pk for unit in old]
    )
    target = into.select_related("kind").first()
    if target is not None and said.name in ("", target.name):
        return [merge_units(by=by, units=old, on=action.on, into=target)]
    if not said.name:
        raise refuse("新しい組織の名称を入力してください。", label="新名称", field="name")
    return [merge_units(by=by, units=old, on=action.on, new=_new(by, said, action))]


def _split(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    parts = [_new(by, row, action) for row in action.rows]
    made = split_unit(by=by, unit=old[0], parts=parts, on=action.on)
    for unit in made[1:]:
        add_first_posts(by=by, unit=unit, on=action.on)
    return made


def _rename(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    row = action.first
    renamed = rename_unit(
        by=by, unit=old[0], name=row.name, kana=row.kana, code=row.code or None, on=action.on
    )
    if row.parent:
        move_unit(by=by, unit=renamed, parent=_unit(by, row.parent, action, fieldname="parent"), on=action.on)
    if kind := _kind(by, row):
        correct_unit(by=by, unit=renamed, kind=kind)
    return [renamed]


def _abolish(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    abolish_unit(by=by, unit=old[0], on=action.on)
    return []


def _move(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    parent = _unit(by, action.first.parent, action, fieldname="parent")
    move_unit(by=by, unit=old[0], parent=parent, on=action.on)
    return old


def _found(by: Principal, action: Action, old: list[Unit]) -> Sequence[Unit]:
    row = action.first
    kind = _kind(by, row)
    assert kind is not None  # the form asks for it
    parent = _unit(by, row.parent, action, fieldname="parent")
    unit = add_unit(
        by=by, parent=parent, kind=kind, code=row.code, name=row.name, kana=row.kana, on=action.on
    )
    add_first_posts(by=by, unit=unit, on=action.on)
    return [unit]
