"""Answers that come back in workbooks: many sheets, each all or nothing, under the rules of ``save_answer``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.inspection.models import Answer, Programme, Question, Sheet
from tenken.inspection.operations.answers import TEXT_LIMIT, GivenAnswer
from tenken.inspection.operations.risk import AssetRow, save_assets
from tenken.inspection.permissions import FILL_SHEETS, MANAGE_PROGRAMMES
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide

_BATCH = 200
_NAMES = ("verdict", "reason", "comment")


@dataclass(frozen=True)
class ImportedSheet:
    """The answers of one form. ``source``: the file they come from, for the journal."""

    sheet_id: int
    answers: tuple[GivenAnswer, ...]
    source: str = ""


def may_import(by: Principal, sheet: Sheet) -> bool:
    """Tell whether *by* may bring in answers of *sheet*: who may fill it in, and the secretariat for every section.

    The section still submits: what the secretariat brought in is looked at there.
    """
    return bool(decide(by, FILL_SHEETS, unit=sheet.unit)) or (
        sheet.unit.city_id == by.city_id and by.everywhere(MANAGE_PROGRAMMES)
    )


@transaction.atomic
def import_answers(
    *,
    by: Principal,
    sheets: Sequence[ImportedSheet],
    on: date | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> int:
    """Write the answers of *sheets* and return how many changed. One journal row a sheet holds its changes.

    *told* hears how many sheets are done. ``Denied``, ``Missing``, ``Stale`` (a sheet handed in, an answer saved
    since: versions count as in ``save_answer``) or ``Invalid``: nothing at all is written then.
    """
    if len({one.sheet_id for one in sheets}) != len(sheets):
        raise Invalid("同じ点検シートの様式が2つあります。")
    changed = 0
    for start in range(0, len(sheets), _BATCH):
        batch = sheets[start : start + _BATCH]
        changed += _import_batch(by, batch, on)
        told(start + len(batch))
    return changed


def _import_batch(by: Principal, batch: Sequence[ImportedSheet], on: date | None) -> int:
    keys = [one.sheet_id for one in batch]
    rows = Sheet.objects.select_for_update(of=("self",)).select_related("unit__city", "programme")
    locked = {sheet.pk: sheet for sheet in rows.filter(pk__in=keys).order_by("pk")}
    questions: dict[int, dict[int, str]] = defaultdict(dict)
    forms = {sheet.form_id for sheet in locked.values()}
    for form, key, number in Question.objects.filter(form__in=forms).values_list("form_id", "pk", "number"):
        questions[form][key] = number
    present: dict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(sheet__in=keys):
        present[answer.sheet_id][answer.question_id] = answer
    written: list[Answer] = []
    touched: list[Sheet] = []
    for one in batch:
        sheet = _checked_sheet(by, locked.get(one.sheet_id))
        changes = _change(by, sheet, one, questions[sheet.form_id], present[sheet.pk], written)
        if not changes:
            continue
        touched.append(sheet)
        record(
            by=by,
            city_code=sheet.unit.city.code,
            operation="inspection.answers.import",
            subject=("inspection.sheet", sheet.pk),
            changes={"source": one.source, "answers": changes},
            business_date=on,
        )
    Answer.objects.bulk_create(
        written,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["sheet", "question"],
        update_fields=[*_NAMES, "version", "carried_from", "answered_by", "answered_by_name", "answered_at"],
    )
    Sheet.objects.bulk_update(touched, ["status", "version", "issues"], batch_size=500)
    return len(written)


def _checked_sheet(by: Principal, sheet: Sheet | None) -> Sheet:
    if sheet is None:
        raise Missing("点検シートがありません。")
    if not may_import(by, sheet):
        raise Denied(f"「{sheet.unit.name}」の点検シートに回答を取り込める役割ではありません。")
    if sheet.programme.status != Programme.Status.LAUNCHED:
        raise Stale("この点検は終了しているため、取り込めません。")
    try:
        sheet.status = sheet_after(sheet.status, "answer")
    except Stale as refusal:
        raise Stale(f"{sheet.unit.name}：{refusal.message}") from None
    return sheet


def _change(
    by: Principal,
    sheet: Sheet,
    imported: ImportedSheet,
    numbers: dict[int, str],
    present: dict[int, Answer],
    written: list[Answer],
) -> list[dict[str, object]]:
    """Put the changed answers into *written*; return what the journal keeps of them."""
    changes: list[dict[str, object]] = []
    moment = clock.now()
    for given in imported.answers:
        number = numbers.get(given.question_id)
        if number is None:
            raise Missing(f"{sheet.unit.name}：この点検シートにない設問です。")
        answer = present.get(given.question_id)
        if given.version != (answer.version if answer else 0):
            raise Stale(f"{sheet.unit.name}の設問{number}は、差分を確かめたあとに画面で変更されました。")
        before = (answer.verdict, answer.reason, answer.comment) if answer else ("", "", "")
        after = _checked_values(sheet, number, given)
        if before == after:
            continue
        written.append(
            Answer(
                sheet=sheet,
                question_id=given.question_id,
                verdict=after[0],
                reason=after[1],
                comment=after[2],
                version=given.version + 1,
                carried_from=None,  # said anew: it no longer stands by an earlier answer
                answered_by=by.actor.code,
                answered_by_name=by.actor.name,
                answered_at=moment,
            )
        )
        sheet.issues += (after[0] == Answer.Verdict.ISSUE) - (before[0] == Answer.Verdict.ISSUE)
        changes.append(
            {
                "question": number,
                "before": dict(zip(_NAMES, before, strict=True)),
                "after": dict(zip(_NAMES, after, strict=True)),
            }
        )
    if changes:
        sheet.version += 1
    return changes


def _checked_values(sheet: Sheet, number: str, given: GivenAnswer) -> tuple[str, str, str]:
    place = f"{sheet.unit.name} 設問{number}"
    if given.verdict not in ("", *Answer.Verdict.values):
        raise Invalid("取り込めませんでした。", [Problem("結果の値が正しくありません。", place)])
    if max(len(given.reason), len(given.comment)) > TEXT_LIMIT:
        raise Invalid("取り込めませんでした。", [Problem(f"{TEXT_LIMIT:,}字までです。", place)])
    return given.verdict, given.reason, given.comment


@dataclass(frozen=True)
class ImportedAssets:
    """The main assets of one form: dicts of ``AssetRow``'s fields. ``mark``: of the list that was compared with."""

    sheet: Sheet
    rows: Sequence[dict[str, Any]]
    mark: str


@transaction.atomic
def import_assets(*, by: Principal, sheets: Sequence[ImportedAssets], on: date | None = None) -> None:
    """Write the main assets of *sheets*, as ``save_assets`` does, for those who may import.

    ``Denied``, ``Stale`` or ``Invalid``: nothing is written.
    """
    for one in sheets:
        sheet = Sheet.objects.select_related("unit__city", "programme").get(pk=one.sheet.pk)
        if not may_import(by, sheet):
            raise Denied(f"「{sheet.unit.name}」の点検シートに取り込める役割ではありません。")
        rows = [AssetRow(**{**row, "forms": tuple(row["forms"])}) for row in one.rows]
        # The secretariat, too, brings in what a section wrote: asked above, so nobody is asked again.
        save_assets(by=replace(by, unlimited=True), sheet=sheet, rows=rows, mark=one.mark, on=on)
