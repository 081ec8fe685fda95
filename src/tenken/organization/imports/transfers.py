"""What a transfer list would change: who joins, leaves, moves, and what it leaves undone. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from tenken.common.era import era_date
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid
from tenken.journal.canonical import canonical_json, sha256
from tenken.organization.access import Principal, require
from tenken.organization.imports.cells import Problems
from tenken.organization.imports.personnel import Personnel, Slot, personnel_of
from tenken.organization.imports.transfer_list import (
    ACTING,
    CONCURRENT,
    JOIN,
    LEAVE,
    MOVE,
    RELEASE,
    TRANSFER_FORM,
    TransferFile,
    TransferRow,
)
from tenken.organization.models import Assignment, Post
from tenken.organization.permissions import CHANGE_PEOPLE
from tenken.organization.rules.seats import clash

JOINS, LEAVES, MOVES, BESIDES, SAME = "採用・転入", "退職・転出", "異動・昇任", "併任・解任", "変更なし"
OUTCOMES = (JOINS, LEAVES, MOVES, BESIDES, SAME)
_OUTCOME = {JOIN: JOINS, LEAVE: LEAVES, MOVE: MOVES, CONCURRENT: BESIDES, ACTING: BESIDES, RELEASE: BESIDES}
_HOLDS_AS = {
    JOIN: Assignment.Kind.MAIN,
    MOVE: Assignment.Kind.MAIN,
    CONCURRENT: Assignment.Kind.CONCURRENT,
    ACTING: Assignment.Kind.ACTING,
}


@dataclass(frozen=True)
class Transfer:
    """One row of the difference: what becomes of whom, from what to what; ``on`` is the first day of the new."""

    row: int
    what: str
    label: str
    on: date
    number: str
    name: str
    before: str
    after: str


@dataclass
class TransferDifference:
    """What a list would do. ``digest`` stands for exactly this difference of exactly this file."""

    sha256: str
    last_day: bool
    changes: list[Transfer] = field(default_factory=list)
    vacancies: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)
    joiners: list[TransferRow] = field(default_factory=list)
    leavers: list[tuple[str, date]] = field(default_factory=list)
    ended: list[tuple[Slot, date]] = field(default_factory=list)
    begun: list[Slot] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many rows come to what."""
        found = Counter(change.what for change in self.changes)
        return {what: found[what] for what in OUTCOMES}

    @property
    def nothing_to_do(self) -> bool:
        return all(change.what == SAME for change in self.changes)

    @property
    def digest(self) -> str:
        rows = [[c.row, c.what, c.on.isoformat(), c.number, c.before, c.after] for c in self.changes]
        return sha256(self.sha256, str(self.last_day), canonical_json([rows, self.vacancies]))


@dataclass
class _Plan:
    """A row with what it names in the city."""

    row: TransferRow
    on: date
    target: Post | None
    ends: list[Slot]
    same: bool


def transfer_difference(*, by: Principal, file: TransferFile, last_day: bool = True) -> TransferDifference:
    """Hold a transfer list against the city.

    *last_day*: the 発令日 of 退職 and 転出 is the last day in service (3月31日付け); otherwise the first day without.
    ``Invalid`` with the place of every row the city refuses: a person unknown or called otherwise, a post or
    section that is not there, a seat with two holders, someone who joins but is there.
    """
    require(by, CHANGE_PEOPLE)
    return _Comparison(by, file, last_day).run()


class _Refused(Exception):  # noqa: N818 - a refusal is an answer
    """The city refuses a row: at which column, and why."""

    def __init__(self, column: str, message: str) -> None:
        self.column, self.message = column, message


class _Comparison:
    """Plays the list, day by day: all that ends first, then all that begins, so that the order of rows is free."""

    def __init__(self, by: Principal, file: TransferFile, last_day: bool) -> None:
        self.file, self.last_day = file, last_day
        days = [self.day_of(row) for row in file.rows]
        self.staff: Personnel = personnel_of(by.city, min(days))
        self.names = self.staff.unit_names(max(days))
        self.found = TransferDifference(file.sha256, last_day)
        self.problems = Problems()
        self.joining = {row.number for row in file.rows if row.kind == JOIN}

    def day_of(self, row: TransferRow) -> date:
        """Return the first day on which the row counts."""
        if row.kind == LEAVE and self.last_day:
            if row.on == date.max:
                raise Invalid("発令日が遠すぎます。")
            return row.on + timedelta(days=1)
        return row.on

    def run(self) -> TransferDifference:
        rows = sorted(self.file.rows, key=lambda row: (self.day_of(row), row.row))
        for day, group in groupby(rows, key=self.day_of):
            plans = []
            for row in group:
                try:
                    plans.append(self.plan(row, day))
                except _Refused as refused:
                    self.refuse(row, refused.column, refused.message)
            for plan in plans:
                self.end(plan)
            for plan in plans:
                self.begin(plan)
        self.problems.done()
        self.found.begun = [slot for slot in self.staff.slots() if slot.assignment is None]
        self.tell_vacancies()
        self.found.changes.sort(key=lambda change: change.row)
        return self.found

    def refuse(self, row: TransferRow, column: str, message: str) -> None:
        self.problems.add(TRANSFER_FORM.sheet, row.row, column, message)

    # --- one row -----------------------------------------------------------------------------------------

    def plan(self, row: TransferRow, on: date) -> _Plan:
        """Return what the row comes to."""
        person = self.staff.people.get(row.number)
        if person is None and row.number not in self.joining:
            told = f"職員番号{row.number}の職員はいません。新しい職員なら、区分を採用か転入にしてください。"
            raise _Refused("職員番号", told)
        if person is not None and search_key(person.name) != search_key(row.name):
            raise _Refused("氏名", f"職員番号{row.number}は「{person.name}」です。")
        if row.kind in (MOVE, CONCURRENT, ACTING) and self.has_left(row, on):
            told = f"{row.name}は退職しています。戻る職員は、区分を採用か転入にしてください。"
            raise _Refused("区分", told)
        target = None
        if row.kind in _HOLDS_AS:
            target = self.post(row, "新所属コード", row.unit, "新職", row.post, on)
        if target is not None and self.stands(row, target, on):
            return _Plan(row, on, target, [], same=True)
        return _Plan(row, on, target, self.what_ends(row, target, on), same=False)

    def stands(self, row: TransferRow, target: Post, on: date) -> bool:
        """Tell whether exactly this 発令 is there already, or the person goes on in the post they alone hold."""
        kind = _HOLDS_AS[row.kind]
        running = self.staff.running(row.number, on)
        own = [slot for slot in running if slot.post.pk == target.pk and slot.kind == kind]
        if row.kind == MOVE and own and own[0].starts != on:
            return not any(slot.kind == kind and slot.post.pk != target.pk for slot in running)
        return bool(own) and (row.kind != JOIN or own[0].starts == on)

    def what_ends(self, row: TransferRow, target: Post | None, on: date) -> list[Slot]:
        running = self.staff.running(row.number, on)
        mains = [slot for slot in running if slot.kind == Assignment.Kind.MAIN]
        if row.kind == JOIN:
            if mains:
                told = self.staff.told(mains[0].post, self.names)
                raise _Refused("区分", f"{row.name}は在職しています（{told}）。異動ではありませんか。")
            return []
        if row.kind in (CONCURRENT, ACTING):
            return []
        if row.kind == LEAVE:
            later = [slot for slot in self.staff.by_person.get(row.number, ()) if slot.starts > on]
            if later:
                told = f"{era_date(later[0].starts)}からの発令（{later[0].post.title}）があります。先に取り消してください。"
                raise _Refused("区分", told)
            return running
        return self.named(row, running if row.kind == RELEASE else mains, target, on)

    def named(self, row: TransferRow, slots: list[Slot], target: Post | None, on: date) -> list[Slot]:
        """Return those of *slots* that 旧所属 and 旧職 name; all of them when they are left out."""
        chosen = [slot for slot in slots if target is None or slot.post.pk != target.pk]
        if row.old_post:
            codes = {slot.post.code for slot in chosen}
            hit = [
                post
                for day in (on, on - timedelta(days=1))  # the post may have its new name from this very day
                for post in self.staff.find_posts(self.staff.unit(row.old_unit, day), row.old_post, day)
                if post.code in codes
            ]
            known = {post.code for post in hit}
            chosen = [slot for slot in chosen if slot.post.code in known] or [
                slot
                for slot in chosen
                if not row.old_unit and search_key(slot.post.title).endswith(search_key(row.old_post))
            ]
        elif row.old_unit:
            units = {unit.pk for unit in self.staff.units.get(row.old_unit, ())}
            chosen = [slot for slot in chosen if slot.post.unit_id in units]
        if not chosen and (row.old_post or row.old_unit) and not self.staff.ended(row.number, on):
            column = "旧職" if row.old_post else "旧所属コード"
            has = "、".join(slot.post.title for slot in slots) or "職なし"
            raise _Refused(column, f"{row.name}は、この職に就いていません（今の職：{has}）。")
        return chosen

    def post(
        self, row: TransferRow, unit_column: str, code: str, post_column: str, typed: str, on: date
    ) -> Post:
        unit = self.staff.unit(code, on) if code else None
        if code and unit is None:
            raise _Refused(unit_column, f"所属コード{code}の組織は、{era_date(on)}にはありません。")
        found = self.staff.find_posts(unit, typed, on)
        if len(found) == 1:
            return found[0]
        if unit is None:
            raise _Refused(unit_column, "所属コードを入力してください。")
        if found:
            codes = "、".join(post.code for post in found[:5])
            told = f"「{typed}」は{unit.name}に{len(found)}つあります。職コードで書いてください（{codes}）。"
            raise _Refused(post_column, told)
        titles = "、".join(self.staff.titles(unit, on)[:6]) or "ありません"
        raise _Refused(post_column, f"「{typed}」という職は{unit.name}にありません（ある職：{titles}）。")

    # --- playing -----------------------------------------------------------------------------------------

    def end(self, plan: _Plan) -> None:
        row, on = plan.row, plan.on
        left = plan.ends or ([] if row.kind != MOVE else self.staff.ended(row.number, on))
        before = [self.staff.told(slot.post, self.names) for slot in left]
        after = self.staff.told(plan.target, self.names) if plan.target else ""
        same = plan.same or (row.kind in (LEAVE, RELEASE) and not plan.ends and not self.signs_in(row, on))
        self.found.changes.append(
            Transfer(
                row.row,
                SAME if same else _OUTCOME[row.kind],
                row.label,
                on,
                row.number,
                row.name,
                after if plan.same else "、".join(before),
                after,
            )
        )
        for slot in plan.ends:
            slot.ends = on
            self.found.ended.append((slot, on))
        if row.kind == LEAVE and not same:
            self.found.leavers.append((row.number, on))

    def has_left(self, row: TransferRow, on: date) -> bool:
        """Tell whether the person's account ended before, and no row above brings them back."""
        person = self.staff.people.get(row.number)
        account = self.staff.accounts.get(person.pk) if person else None
        ended = account is not None and account.valid_to is not None and account.valid_to <= on
        return ended and not self.staff.running(row.number, on) and row.number not in self.joining

    def signs_in(self, row: TransferRow, on: date) -> bool:
        person = self.staff.people.get(row.number)
        account = self.staff.accounts.get(person.pk) if person else None
        return (
            row.kind == LEAVE and account is not None and (account.valid_to is None or account.valid_to > on)
        )

    def begin(self, plan: _Plan) -> None:
        row, target = plan.row, plan.target
        if target is None or plan.same:
            return
        slot = Slot(row.number, target, _HOLDS_AS[row.kind], plan.on, target.valid_to)
        others = [other.held for other in self.staff.by_post.get(target.pk, ())]
        found = clash(slot.held, others, single_seat=target.single_seat)
        if found and found.same_person:
            self.refuse(row, "新職", f"{row.name}は、この職に{found.other.period}の発令があります。")
        elif found:
            self.refuse(
                row,
                "新職",
                f"定員1人の「{target.title}」に、2人が就くことになります（{self.other(found.other.person, target)}）。",
            )
        self.staff.add(slot)
        if row.kind == JOIN:
            self.found.joiners.append(row)
        if row.kind == MOVE:
            self.remaining(row, plan.on)

    def other(self, number: object, post: Post) -> str:
        """Return who sits there, and whether by this list or from before."""
        slot = next(slot for slot in self.staff.by_post[post.pk] if slot.number == number)
        person = self.staff.people.get(str(number))
        since = (
            "この一覧の別の行"
            if slot.assignment is None
            else f"{era_date(slot.starts)}から在任。異動か退職の行がありません"
        )
        return f"{number} {person.name if person else ''}：{since}"

    def remaining(self, row: TransferRow, on: date) -> None:
        kept = [
            slot.post
            for slot in self.staff.running(row.number, on)
            if slot.kind != Assignment.Kind.MAIN and slot.assignment is not None
        ]
        self.found.remaining += [
            f"{row.number} {row.name}の{self.staff.told(post, self.names)}" for post in kept
        ]

    def tell_vacancies(self) -> None:
        """Name the single seats that somebody leaves and nobody takes."""
        told: set[int] = set()
        for slot, day in self.found.ended:
            post = slot.post
            if post.pk in told or not post.single_seat or not post.is_valid_on(day):
                continue
            told.add(post.pk)
            if not any(other.on(day) for other in self.staff.by_post[post.pk]):
                self.found.vacancies.append(f"{self.staff.told(post, self.names)}（{era_date(day)}から）")
