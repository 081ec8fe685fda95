"""Bringing in past years: what sections answered before this system, in bulk and said to be so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.inspection.models import Answer, Programme, Question, Sheet, SheetAsset, SheetRisk
from tenken.inspection.operations.answers import TEXT_LIMIT
from tenken.inspection.operations.programmes import locked_programme, unchanged_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.states import programme_after
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require


@dataclass(frozen=True)
class HistoricAnswer:
    """One answer of a past sheet. ``verdict``: conforms, issue or not_applicable."""

    item_code: str
    verdict: str
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True)
class HistoricAsset:
    """One main information asset of a past sheet. ``asset_id``: its row in the ledger; ``decided``: (threat, treatment,
    note) of each risk that was decided on."""

    name: str
    classification: str
    amount: int | None
    forms: tuple[str, ...]
    location: str = ""
    asset_id: int | None = None
    decided: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class HistoricSheet:
    """One section's past sheet, or that of one of its systems, handed in and accepted on the dates given."""

    unit_id: int
    submitted_on: date
    accepted_on: date
    answers: tuple[HistoricAnswer, ...]
    assets: tuple[HistoricAsset, ...] = ()
    system_id: int | None = None

    @property
    def subject(self) -> tuple[int, int | None]:
        return self.unit_id, self.system_id


@transaction.atomic
def record_past_launch(
    *, by: Principal, programme: Programme, version: int, launched_on: date, on: date | None = None
) -> Programme:
    """Mark a planned programme as one that ran, from a day on, and whose sheets are not kept here: nobody is asked.

    Its stages, visits and findings can be recorded then. ``Invalid`` for a year that has not ended.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
    if FiscalYear(programme.fiscal_year).ends_on >= clock.today():
        raise Invalid("終わった年度の点検だけを、点検シートなしで記録できます。")
    programme.status = programme_after(programme.status, "launch")
    programme.launched_on, programme.launched_at = launched_on, clock.now()
    programme.version += 1
    programme.save(update_fields=["status", "launched_on", "launched_at", "version"])
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.past",
        subject=("inspection.programme", programme.pk),
        changes={"launched_on": launched_on},
        business_date=on or launched_on,
    )
    return programme


@transaction.atomic
def record_history(
    *, by: Principal, programme: Programme, rows: Sequence[HistoricSheet], on: date | None = None
) -> dict[tuple[int, str], int]:
    """Write the answers of *rows* into the untouched sheets of a launched programme and mark them accepted.

    Returns the key of each answer that is an issue, by (key of the unit, or of the system where systems are asked; item
    code), so that its finding can point at it.
    One journal row holds the digest of all that came in. No approval trail is made up: the dates are what the
    source says. ``Invalid`` for units without a sheet, items the form lacks, or anything given twice; ``Stale`` for a
    sheet already begun. Nothing is written then.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("過去の回答を取り込めるのは、実施中の点検だけです。")
    sheets = {
        (sheet.unit_id, sheet.system_id): sheet
        for sheet in Sheet.objects.select_for_update(of=("self",)).filter(
            programme=programme, unit__in=[row.unit_id for row in rows]
        )
    }
    questions = {
        question.revision.item.code: question
        for question in Question.objects.filter(form__programme=programme).select_related("revision__item")
    }
    _check(rows, sheets, questions)
    moment = clock.now()
    answers = [
        Answer(
            sheet=sheets[row.subject],
            question=questions[answer.item_code],
            verdict=answer.verdict,
            reason=answer.reason,
            comment=answer.comment,
            answered_by=by.actor.code,
            answered_by_name=by.actor.name,
            answered_at=moment,
        )
        for row in rows
        for answer in row.answers
    ]
    Answer.objects.bulk_create(answers, batch_size=2_000)
    _state_assets(rows, sheets)
    _accept(rows, sheets)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.history.record",
        subject=("inspection.programme", programme.pk),
        changes={"sheets": len(rows), "answers": len(answers), "sha256": _digest(rows)},
        business_date=on,
    )
    issues = Answer.objects.filter(sheet__in=sheets.values(), verdict="issue").values_list(
        "sheet__unit_id", "sheet__system_id", "question__revision__item__code", "pk"
    )
    return {(system or unit, item): key for unit, system, item, key in issues}


_Sheets = dict[tuple[int, int | None], Sheet]


def _check(rows: Sequence[HistoricSheet], sheets: _Sheets, questions: dict[str, Question]) -> None:
    problems = []
    seen: set[tuple[int, int | None]] = set()
    for row in rows:
        sheet = sheets.get(row.subject)
        if row.subject in seen:
            problems.append(Problem("同じ組織が2回あります。", f"組織{row.unit_id}"))
        seen.add(row.subject)
        if row.accepted_on < row.submitted_on:
            problems.append(Problem("受付日が提出日より前です。", f"組織{row.unit_id}"))
        if sheet is None:
            problems.append(Problem("この点検の対象ではありません。", f"組織{row.unit_id}"))
        elif sheet.status != Sheet.Status.NOT_STARTED:
            raise Stale("記入の始まった点検シートには、過去の回答を取り込めません。")
        problems += _answer_problems(row, questions)
    if problems:
        raise Invalid("過去の回答を取り込めません。", problems[:200])


def _answer_problems(row: HistoricSheet, questions: dict[str, Question]) -> Iterator[Problem]:
    seen: set[str] = set()
    for answer in row.answers:
        place = f"組織{row.unit_id} {answer.item_code}"
        if answer.item_code not in questions:
            yield Problem("この点検にない点検項目です。", place)
        if answer.item_code in seen:
            yield Problem("同じ点検項目が2回あります。", place)
        if answer.verdict not in Answer.Verdict.values:
            yield Problem("結果の値が正しくありません。", place)
        if max(len(answer.reason), len(answer.comment)) > TEXT_LIMIT:
            yield Problem(f"理由とコメントは、それぞれ{TEXT_LIMIT:,}字までです。", place)
        seen.add(answer.item_code)


def _state_assets(rows: Sequence[HistoricSheet], sheets: _Sheets) -> None:
    given = [
        (
            SheetAsset(
                sheet=sheets[row.subject],
                order=order,
                name=one.name,
                classification=one.classification,
                amount=one.amount,
                forms=list(one.forms),
                location=one.location,
                asset_id=one.asset_id,
            ),
            one.decided,
        )
        for row in rows
        for order, one in enumerate(row.assets, start=1)
    ]
    SheetAsset.objects.bulk_create([asset for asset, _ in given], batch_size=500)
    SheetRisk.objects.bulk_create(
        [
            SheetRisk(sheet_asset=asset, threat=threat, treatment=treatment, note=note)
            for asset, decided in given
            for threat, treatment, note in decided
        ],
        batch_size=500,
    )


def _accept(rows: Sequence[HistoricSheet], sheets: _Sheets) -> None:
    for row in rows:
        sheet = sheets[row.subject]
        sheet.status = Sheet.Status.ACCEPTED
        sheet.submitted_on, sheet.accepted_on = row.submitted_on, row.accepted_on
        sheet.issues = sum(answer.verdict == "issue" for answer in row.answers)
        sheet.version += 1
    Sheet.objects.bulk_update(
        sheets.values(), ["status", "submitted_on", "accepted_on", "issues", "version"], batch_size=200
    )


def _digest(rows: Sequence[HistoricSheet]) -> str:
    return sha256(
        canonical_json(
            [
                [row.unit_id, row.submitted_on, row.accepted_on]
                + [[a.item_code, a.verdict, a.reason, a.comment] for a in row.answers]
                + [asdict(asset) for asset in row.assets]
                for row in rows
            ]
        )
    )
