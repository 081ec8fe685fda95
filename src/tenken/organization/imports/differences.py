"""What a file would change, and what of it the city refuses. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from tenken.journal.canonical import canonical_json, sha256
from tenken.organization.access import Principal, require
from tenken.organization.imports.cells import Problems
from tenken.organization.imports.columns import PEOPLE, UNITS
from tenken.organization.imports.standing import Standing, standing_of
from tenken.organization.imports.units_and_people import OrganizationFile, PersonRow, UnitRow
from tenken.organization.models import Assignment, Unit
from tenken.organization.operations.office_heads import DEPUTY
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.organization.rules.cycle import Placed, first_cycle
from tenken.organization.rules.seats import Held, clash

ADDED, CHANGED, SAME = "追加", "変更", "変更なし"


@dataclass(frozen=True)
class Change:
    """One row of the difference: what happens to what; ``details`` are (label, before, after) of what differs."""

    sheet: str
    row: int
    what: str
    subject: str
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Difference:
    """What a file would do on a date. ``digest`` stands for exactly this difference of exactly this file."""

    on: date
    changes: list[Change] = field(default_factory=list)
    absent_units: list[str] = field(default_factory=list)
    grants: list[tuple[str, str, str]] = field(default_factory=list)
    revocations: list[tuple[str, str, str]] = field(default_factory=list)
    ends: list[tuple[PersonRow, Assignment]] = field(default_factory=list)
    appointments: list[PersonRow] = field(default_factory=list)
    sha256: str = ""

    def counts(self, sheet: str) -> dict[str, int]:
        """Return how many rows of a sheet are 追加, 変更, 変更なし."""
        found = Counter(change.what for change in self.changes if change.sheet == sheet)
        return {what: found[what] for what in (ADDED, CHANGED, SAME)}

    @property
    def nothing_to_do(self) -> bool:
        return all(change.what == SAME for change in self.changes)

    @property
    def digest(self) -> str:
        rows = [[c.sheet, c.row, c.what, c.subject, [list(d) for d in c.details]] for c in self.changes]
        return sha256(self.sha256, self.on.isoformat(), canonical_json(rows))


def difference(*, by: Principal, file: OrganizationFile, on: date) -> Difference:
    """Hold *file* against the city as it stands on a date.

    ``Invalid`` with every row the city refuses: unknown codes, rings, overlapping assignments. What stands but is not
    in the file stays as it is.
    """
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)
    standing = standing_of(by.city, on)
    found, problems = Difference(on=on, sha256=file.sha256), Problems()
    planned = _Planned(standing, file)
    for row in file.units:
        _compare_unit(row, planned, found, problems)
    _refuse_rings(planned, problems)
    told: set[str] = set()
    for person in file.people:
        _compare_person(person, planned, found, problems, told)
    if file.units:
        named = {row.code for row in file.units} | {standing.root.code}
        found.absent_units = [unit.name for code, unit in standing.units.items() if code not in named]
    problems.done()
    return found


class _Planned:
    """The city as it stands, with the file's units over it."""

    def __init__(self, standing: Standing, file: OrganizationFile) -> None:
        self.standing = standing
        self.rows = {row.code: row for row in file.units}
        self.parents = standing.parents | {row.code: row.parent for row in file.units}
        self.held = {code: [_held(row) for row in rows] for code, rows in standing.held.items()}

    def knows_unit(self, code: str) -> bool:
        return code in self.rows or code in self.standing.units

    def office_class(self, code: str) -> int | None:
        row = self.rows.get(code)
        kind = self.standing.kind(row.kind) if row else None
        kind = kind or (self.standing.units[code].kind if code in self.standing.units else None)
        return kind.office_class if kind else None

    def section_above(self, code: str) -> str:
        """Return the code of the nearest unit above that answers sheets, or the unit's own."""
        seen: set[str] = set()
        above = self.parents.get(code)
        while above and above not in seen:
            seen.add(above)
            row, unit = self.rows.get(above), self.standing.units.get(above)
            kind = self.standing.kind(row.kind) if row else (unit.kind if unit else None)
            if kind and kind.answers_sheets:
                return above
            above = self.parents.get(above)
        return code


def _held(row: Assignment) -> Held:
    return Held(row.person.number, row.kind, row.valid_from, row.valid_to)


# --- 組織 --------------------------------------------------------------------------------------------------


def _compare_unit(row: UnitRow, planned: _Planned, found: Difference, problems: Problems) -> None:
    standing = planned.standing
    unit = standing.units.get(row.code)
    kind, body = standing.kind(row.kind), standing.bodies.get(row.body)
    if row.code == standing.root.code:
        problems.add(UNITS, row.row, "所属コード", "市そのものは書かないでください。")
        return
    if kind is None or kind.rank == 0:
        problems.add(UNITS, row.row, "種類", f"種類「{row.kind}」はありません。")
    if row.body and body is None:
        problems.add(UNITS, row.row, "実施機関", f"実施機関「{row.body}」はありません。")
    if not planned.knows_unit(row.parent):
        problems.add(UNITS, row.row, "上位所属コード", f"所属コード{row.parent}の組織はありません。")
    if unit is None:
        found.changes.append(Change(UNITS, row.row, ADDED, f"{row.code} {row.name}"))
        return
    if unit.valid_to is not None:
        problems.add(UNITS, row.row, "所属コード", f"「{unit.name}」は{unit.valid_to}で終わる組織です。")
    details = _unit_details(row, unit, standing.parents.get(row.code, ""), kind, body)
    if any(label == "名称" for label, *_ in details) and unit.valid_from >= found.on:
        problems.add(
            UNITS,
            row.row,
            "名称",
            f"「{unit.name}」は{unit.valid_from}からの組織です。改称はそれより後です。",
        )
    found.changes.append(
        Change(UNITS, row.row, CHANGED if details else SAME, f"{unit.code} {unit.name}", details)
    )


def _unit_details(
    row: UnitRow, unit: Unit, parent: str, kind: object, body: object
) -> tuple[tuple[str, str, str], ...]:
    pairs = (
        ("名称", unit.name, row.name),
        ("ふりがな", unit.kana, row.kana),
        ("種類", unit.kind.name, getattr(kind, "name", row.kind)),
        ("上位", parent, row.parent),
        ("実施機関", unit.body.name if unit.body else "", getattr(body, "name", "")),
    )
    return tuple(
        (label, before, after)
        for label, before, after in pairs
        if before != after and not (label == "実施機関" and not after)
    )


def _refuse_rings(planned: _Planned, problems: Problems) -> None:
    codes = sorted({*planned.parents, *planned.parents.values()})
    number = {code: index for index, code in enumerate(codes)}
    day = planned.standing.on
    ring = first_cycle(
        [Placed(number[unit], number[parent], day) for unit, parent in planned.parents.items()], day
    )
    if ring is None:
        return
    names = [codes[unit] for unit in ring.units]
    for code in names:
        if code in planned.rows:
            problems.add(
                UNITS,
                planned.rows[code].row,
                "上位所属コード",
                f"組織が自分自身の下に来てしまいます（{' → '.join([*names, names[0]])}）。",
            )


# --- 職員 --------------------------------------------------------------------------------------------------


def _compare_person(
    row: PersonRow, planned: _Planned, found: Difference, problems: Problems, told: set[str]
) -> None:
    """Compare a row: the person (once), the post (once), the assignment."""
    person = planned.standing.people.get(row.number)
    details: list[tuple[str, str, str]] = []
    added = False
    if f"person:{row.number}" not in told:
        told.add(f"person:{row.number}")
        added = person is None
        if person is not None:
            pairs = (
                ("氏名", person.name, row.name),
                ("ふりがな", person.kana, row.kana),
                ("メール", person.email, row.email),
            )
            details += [pair for pair in pairs if pair[1] != pair[2]]
    if row.post:
        if f"post:{row.post}" not in told:
            told.add(f"post:{row.post}")
            details += _compare_post(row, planned, found, problems)
        details += _compare_assignment(row, planned, found, problems)
    what = ADDED if added else CHANGED if details else SAME
    subject = f"{row.number} {row.name}" + (f"（{row.title}）" if row.post else "")
    found.changes.append(Change(PEOPLE, row.row, what, subject, tuple(details)))


def _compare_post(
    row: PersonRow, planned: _Planned, found: Difference, problems: Problems
) -> list[tuple[str, str, str]]:
    standing = planned.standing
    post = standing.posts.get(row.post)
    if not planned.knows_unit(row.unit):
        problems.add(PEOPLE, row.row, "所属コード", f"所属コード{row.unit}の組織はありません。")
        return []
    details: list[tuple[str, str, str]] = []
    if post is None:
        details.append(("職", "", f"{row.post} {row.title}"))
    elif post.unit.code != row.unit:
        problems.add(
            PEOPLE,
            row.row,
            "所属コード",
            f"職コード{row.post}は「{post.unit.name}」の職です。別の組織の職には別の職コードを付けてください。",
        )
    else:
        if post.title != row.title:
            details.append(("職名", post.title, row.title))
        if post.single_seat != row.single_seat:
            details.append(("定員", _seats(post.single_seat), _seats(row.single_seat)))
    return details + _compare_roles(row, planned, found, problems)


def _seats(single: bool) -> str:
    return "1人" if single else "複数"


def _compare_roles(
    row: PersonRow, planned: _Planned, found: Difference, problems: Problems
) -> list[tuple[str, str, str]]:
    wanted: set[tuple[str, str]] = set()
    for typed, unit in row.roles:
        role = planned.standing.role(typed)
        if role is None:
            problems.add(PEOPLE, row.row, "役割", f"役割「{typed}」はありません。")
        elif unit and not planned.knows_unit(unit):
            problems.add(PEOPLE, row.row, "役割", f"役割「{typed}」の範囲の所属コード{unit}はありません。")
        else:
            wanted.add((role.code, unit or _own_scope(role.code, row.unit, planned)))
    has = planned.standing.grants.get(row.post, set())
    found.grants += [(row.post, *grant) for grant in sorted(wanted - has)]
    found.revocations += [(row.post, *grant) for grant in sorted(has - wanted)]
    return [] if wanted == has else [("役割", _told(has, row, planned), _told(wanted, row, planned))]


def _own_scope(role: str, unit: str, planned: _Planned) -> str:
    """A role is for the post's own unit; the head of a 三種公所 is deputy of the section above."""
    return planned.section_above(unit) if role == DEPUTY and planned.office_class(unit) == 3 else unit


def _told(grants: set[tuple[str, str]], row: PersonRow, planned: _Planned) -> str:
    names = (
        planned.standing.roles[role].name + ("" if unit == row.unit else f"＠{unit}")
        for role, unit in sorted(grants)
    )
    return "、".join(names)


def _compare_assignment(
    row: PersonRow, planned: _Planned, found: Difference, problems: Problems
) -> list[tuple[str, str, str]]:
    starts = row.starts or found.on
    rows = planned.standing.held.get(row.post, [])
    same = [
        held
        for held in rows
        if held.person.number == row.number
        and (held.valid_from == row.starts or (row.starts is None and held.is_valid_on(found.on)))
    ]
    if same:
        return _compare_held(row, same[0], planned, found, problems)
    _refuse_too_early(row, starts, planned, problems)
    new = Held(row.number, row.kind, starts, row.ends)
    _refuse_clash(row, new, planned, problems)
    planned.held.setdefault(row.post, []).append(new)
    found.appointments.append(row)
    return [("発令", "", f"{starts}から" + (f"{row.ends}の前日まで" if row.ends else ""))]


def _compare_held(
    row: PersonRow, held: Assignment, planned: _Planned, found: Difference, problems: Problems
) -> list[tuple[str, str, str]]:
    if held.kind != row.kind:
        problems.add(
            PEOPLE, row.row, "区分", "区分は変えられません。解令日を入れ、新しい行で発令してください。"
        )
    if held.valid_to == row.ends:
        return []
    if row.ends is not None and row.ends <= held.valid_from:
        problems.add(PEOPLE, row.row, "解令日", f"発令日（{held.valid_from}）より後の日付にしてください。")
    others = planned.held[row.post]
    others.remove(_held(held))
    new = Held(row.number, held.kind, held.valid_from, row.ends)
    _refuse_clash(row, new, planned, problems)
    others.append(new)
    found.ends.append((row, held))
    return [("解令日", str(held.valid_to or ""), str(row.ends or ""))]


def _refuse_clash(row: PersonRow, new: Held, planned: _Planned, problems: Problems) -> None:
    found = clash(new, planned.held.get(row.post, []), single_seat=row.single_seat)
    if found and found.same_person:
        problems.add(PEOPLE, row.row, "発令日", f"同じ職に{found.other.period}の発令があります。")
    elif found:
        problems.add(
            PEOPLE,
            row.row,
            "発令日",
            f"この職には職員番号{found.other.person}の本務の発令（{found.other.period}）があります。",
        )


def _refuse_too_early(row: PersonRow, starts: date, planned: _Planned, problems: Problems) -> None:
    post, unit = planned.standing.posts.get(row.post), planned.standing.units.get(row.unit)
    begins = post.valid_from if post else unit.valid_from if unit else planned.standing.on
    if starts < begins:
        problems.add(
            PEOPLE,
            row.row,
            "発令日",
            f"この職（または組織）は{begins}からです。それ以後の発令日にしてください。",
        )
    if post is not None and post.valid_to is not None and (row.ends is None or row.ends > post.valid_to):
        problems.add(PEOPLE, row.row, "解令日", f"この職は{post.valid_to}で終わります。")
