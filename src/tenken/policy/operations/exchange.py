"""Taking in a bank or a draft's text from a file: a difference first, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Problem, Stale
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy import sealing
from tenken.policy.exchange.rows import BankRow, ClauseRow, bank_rows
from tenken.policy.models import Chapter, CheckCategory, CheckItem, Clause, PolicyVersion
from tenken.policy.operations.bank import Wording, add_category, add_item, change_item, revise_item
from tenken.policy.operations.drafts import ClauseInput, add_chapter, add_clause
from tenken.policy.operations.guards import note, open_draft
from tenken.policy.permissions import CHANGE_BANK
from tenken.policy.rules.codes import stable_code

ADD, REVISE, MOVE, SAME = "追加", "改定", "変更", "変更なし"
_WORDS = ("question", "purpose", "how_to_check", "good", "examples", "evidence", "facts", "clause_codes")
_PLACE = ("category", "standing", "answer_valid_months", "aspect")
LABELS = {
    "question": "点検内容",
    "purpose": "目的",
    "how_to_check": "確認方法",
    "good": "適合の基準",
    "examples": "例",
    "evidence": "証拠",
    "facts": "答えと突き合わせる記録",
    "clause_codes": "根拠の条",
    "category": "調査項目",
    "standing": "毎年の点検",
    "answer_valid_months": "回答の有効期間（月）",
    "aspect": "運用面・技術面",
}


@dataclass(frozen=True)
class ItemChange:
    """What a row of the file would do to the bank: ``fields`` are those that differ, by ``LABELS``."""

    row: BankRow
    what: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class BankDifference:
    """A file held against the bank. ``mark`` stands for exactly this difference; ``absent``: items it does not name,
    which stay as they are."""

    changes: tuple[ItemChange, ...]
    absent: tuple[str, ...]
    mark: str

    def count(self, what: str) -> int:
        return sum(change.what == what for change in self.changes)

    @property
    def changing(self) -> tuple[ItemChange, ...]:
        return tuple(change for change in self.changes if change.what != SAME)


def bank_difference(*, by: Principal, rows: Sequence[BankRow], on: date) -> BankDifference:
    """Hold *rows* against the bank as it is on a date. Nothing is written. ``Invalid`` for codes that are none."""
    require(by, CHANGE_BANK)
    rows = _with_codes(rows)
    present = {row.code: row for row in bank_rows(by.city_id, on)}
    changes = tuple(_change(row, present.get(row.code)) for row in rows)
    absent = tuple(sorted(set(present) - {row.code for row in rows}))
    mark = sha256(
        canonical_json(
            [[change.row.code, change.what, list(change.fields), repr(change.row)] for change in changes]
        )
    )
    return BankDifference(changes, absent, mark)


def _with_codes(rows: Sequence[BankRow]) -> list[BankRow]:
    problems, kept = [], []
    for row in rows:
        try:
            kept.append(replace(row, code=stable_code(row.code)))
        except ValueError as error:
            problems.append(Problem(str(error), row.place, "file"))
    if problems:
        raise Invalid("ファイルの内容に誤りがあります。何も取り込んでいません。", problems)
    return kept


def _change(row: BankRow, present: BankRow | None) -> ItemChange:
    if present is None:
        return ItemChange(row, ADD)
    row = replace(row, aspect=row.aspect or present.aspect)  # a file of before leaves it
    fields = tuple(name for name in (*_WORDS, *_PLACE) if getattr(row, name) != getattr(present, name))
    if not fields:
        return ItemChange(row, SAME)
    return ItemChange(row, REVISE if set(fields) & set(_WORDS) else MOVE, fields)


@transaction.atomic
def apply_bank(*, by: Principal, rows: Sequence[BankRow], shown: str, on: date) -> BankDifference:
    """Write the difference that was *shown* (its ``mark``): new items, new wordings from *on* on, moves.

    ``Stale`` when the bank has changed since; ``Invalid`` with the place of every row that cannot be written, and then
    none is.
    """
    require(by, CHANGE_BANK)
    City.objects.select_for_update().get(pk=by.city_id)
    found = bank_difference(by=by, rows=rows, on=on)
    if found.mark != shown:
        raise Stale(
            "点検項目が、表示したあとに変わりました。もう一度ファイルを選んで、違いを確かめてください。"
        )
    problems: list[Problem] = []
    known = set(CheckCategory.objects.filter(city=by.city_id).values_list("code", flat=True))
    for change in found.changing:
        row = change.row
        try:
            if row.category not in known:
                add_category(by=by, code=row.category, name=row.category_name, part=row.part, on=on)
                known.add(row.category)
            _write(by, change, on)
        except Invalid as refusal:
            faults = refusal.problems or (Problem(refusal.message),)
            problems.extend(Problem(f"{one.place}：{one.message}", row.place, "file") for one in faults)
    if problems:
        raise Invalid("ファイルの内容に誤りがあります。何も取り込んでいません。", problems[:200])
    record(
        by=by,
        city_code=by.city_code,
        operation="policy.bank.import",
        subject=("organization.city", by.city_id),
        changes={change.row.code: [change.what, *change.fields] for change in found.changing},
        business_date=on,
    )
    return found


def _write(by: Principal, change: ItemChange, on: date) -> None:
    row = change.row
    wording = Wording(**{name: getattr(row, name) for name in _WORDS})
    if change.what == ADD:
        add_item(
            by=by,
            code=row.code,
            category=row.category,
            standing=row.standing,
            aspect=row.aspect or CheckItem.Aspect.OPERATIONAL,
            wording=wording,
            effective_from=on,
            on=on,
        )
    item = CheckItem.objects.select_related("category").get(city=by.city_id, code=row.code)
    if change.what == REVISE:
        revise_item(by=by, item=item, seen=_mark(item), wording=wording, effective_from=on, on=on)
    if set(change.fields) & {"category", "standing", "aspect"}:
        change_item(
            by=by,
            item=item,
            seen=_mark(item),
            category=row.category,
            standing=row.standing,
            aspect=row.aspect,
            on=on,
        )
    if item.answer_valid_months != row.answer_valid_months:
        CheckItem.objects.filter(pk=item.pk).update(answer_valid_months=row.answer_valid_months)


def _mark(item: CheckItem) -> str:
    return sealing.item_mark(item, item.revisions.order_by("-number").values_list("number", flat=True)[0])


@transaction.atomic
def replace_draft_content(
    *, by: Principal, version: PolicyVersion, seen: str, rows: Sequence[ClauseRow], on: date
) -> int:
    """Put *rows* in place of all that a draft says; return how many clauses. *seen*: ``sealing.version_mark`` as shown.

    What it changes against the version in force is seen on the draft's page before it is published. ``Invalid`` with
    the place of every row that cannot be written, and then the draft stays as it was.
    """
    draft = open_draft(by, version)
    if sealing.version_mark(draft) != seen:
        raise Stale("案が、表示したあとに変わりました。ページを開き直してください。")
    sources = dict(draft.clauses.values_list("code", "source"))
    Clause.objects.filter(version=draft).delete()
    Chapter.objects.filter(version=draft).delete()
    chapters: dict[tuple[str, str], Chapter] = {}
    problems: list[Problem] = []
    for row in rows:
        try:
            key = (row.chapter_number, row.chapter_title)
            if key not in chapters:
                chapters[key] = add_chapter(by=by, version=draft, number=key[0], title=key[1], on=on)
            typed = ClauseInput(row.number, row.heading, row.text, row.binds, row.nature, row.refines)
            clause = add_clause(by=by, chapter=chapters[key], code=row.code, typed=typed, on=on)
        except Invalid as refusal:
            faults = refusal.problems or (Problem(refusal.message),)
            problems.extend(Problem(f"{one.place}：{one.message}", row.place, "file") for one in faults)
            continue
        if source := sources.get(clause.code):
            Clause.objects.filter(pk=clause.pk).update(source=source)
    if problems:
        raise Invalid("ファイルの内容に誤りがあります。何も取り込んでいません。", problems[:200])
    note(by, draft, "draft.import", {"chapters": len(chapters), "clauses": len(rows)}, on)
    return len(rows)
