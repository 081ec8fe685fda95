"""What stands in the sheets of a programme, read for many sections at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.inspection.models import Answer, Programme, Question, Sheet, SheetForm
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.organization.access import Principal
from tenken.organization.queries.naming import names_with_bureau
from tenken.workbooks.sheet_forms.assets import MainAsset, main_assets

VERDICTS = {"conforms": "適合", "issue": "課題あり", "not_applicable": "該当なし"}
_BATCH = 400


@dataclass(frozen=True)
class AskedQuestion:
    """One line of the sheet."""

    pk: int
    number: str
    category: str
    text: str
    good: str
    item_id: int
    item_code: str
    required: bool


@dataclass(frozen=True)
class Given:
    """The answer as it stands. ``verdict`` '': none; ``version`` 0: never answered."""

    verdict: str = ""
    reason: str = ""
    comment: str = ""
    version: int = 0

    @property
    def values(self) -> tuple[str, str, str]:
        return self.verdict, self.reason, self.comment


NOT_GIVEN = Given()


@dataclass(frozen=True)
class SectionSheet:
    """The sheet of one section. ``answers`` and ``last`` by question key; ``last`` is what the form shows of earlier years."""

    sheet: Sheet
    unit_code: str
    unit_name: str
    due: str
    answers: dict[int, Given]
    last: dict[int, str]
    assets: tuple[MainAsset, ...] = ()


@dataclass(frozen=True)
class ProgrammeSheets:
    """A programme's form and the sheets asked for, by bureau and unit code."""

    programme: Programme
    form: SheetForm
    questions: tuple[AskedQuestion, ...]
    sections: tuple[SectionSheet, ...]


def programme_sheets(
    by: Principal, programme: Programme, *, sheets: Iterable[int] | None = None, with_last: bool = True
) -> ProgrammeSheets:
    """Return the sheets of *programme* that *by* may see (of *sheets* alone, if given), in about eight queries.

    ``Missing`` when there is none.
    """
    rows = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme)
        .exclude(status=Sheet.Status.EXEMPTED)
        .select_related("unit", "system", "form")
        .order_by("bureau__code", "unit__code", "pk")
    )
    found = list(rows if sheets is None else rows.filter(pk__in=list(sheets)))
    if not found:
        raise Missing("点検シートがないか、見ることのできる範囲にありません。")
    questions = form_questions(found[0].form_id)
    answers = answers_of([sheet.pk for sheet in found])
    last = _last_answers(by, programme, found, questions) if with_last else {}
    assets = main_assets([sheet.pk for sheet in found]) if programme.with_risk_part else {}
    names = names_with_bureau(by.city, {sheet.unit_id for sheet in found}, by.on)
    due = self_inspection_end(programme)
    return ProgrammeSheets(
        programme,
        found[0].form,
        questions,
        tuple(
            SectionSheet(
                sheet,
                sheet.unit.code,
                _name(sheet, names),
                era_date(day) if (day := sheet.due_on or due) else "",
                answers.get(sheet.pk, {}),
                last.get(sheet.pk, {}),
                assets.get(sheet.pk, ()),
            )
            for sheet in found
        ),
    )


def _name(sheet: Sheet, names: dict[int, str]) -> str:
    name = names.get(sheet.unit_id) or sheet.unit.name
    return f"{name}（{sheet.system.name}）" if sheet.system else name


def self_inspection_end(programme: Programme) -> date | None:
    """Return the last day of the programme's self-inspection, None when it has no such stage."""
    return programme.stages.filter(kind="self_inspection").values_list("ends_on", flat=True).first()


def form_questions(form_id: int) -> tuple[AskedQuestion, ...]:
    """Return the questions of a form in their order."""
    rows = (
        Question.objects.filter(form=form_id)
        .order_by("order")
        .values_list(
            "pk",
            "number",
            "category__name",
            "revision__question",
            "revision__good",
            "revision__item_id",
            "revision__item__code",
            "required",
        )
    )
    return tuple(AskedQuestion(*row) for row in rows)


def answers_of(sheets: Sequence[int]) -> dict[int, dict[int, Given]]:
    """Return the answers of many sheets: by sheet, then by question."""
    found: dict[int, dict[int, Given]] = defaultdict(dict)
    for start in range(0, len(sheets), _BATCH):
        rows = Answer.objects.filter(sheet__in=sheets[start : start + _BATCH]).values_list(
            "sheet_id", "question_id", "verdict", "reason", "comment", "version"
        )
        for sheet, question, verdict, reason, comment, version in rows.iterator(chunk_size=5_000):
            found[sheet][question] = Given(verdict, reason, comment, version)
    return dict(found)


def _last_answers(
    by: Principal, programme: Programme, sheets: Sequence[Sheet], questions: Sequence[AskedQuestion]
) -> dict[int, dict[int, str]]:
    """Return what each section answered the last time it was asked, as words: by sheet, then by question."""
    earlier: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Sheet.objects.filter(
        programme__city=by.city_id,
        programme__code=programme.code,
        programme__fiscal_year__lt=programme.fiscal_year,
    )
    for unit, year, key in rows.values_list("unit_id", "programme__fiscal_year", "pk"):
        earlier[unit].append((year, key))
    tree = by.tree
    before: dict[int, list[tuple[int, int]]] = {}
    for sheet in sheets:
        lineage = tree.lineage_back([sheet.unit_id])
        before[sheet.pk] = sorted((one for unit in lineage for one in earlier.get(unit, ())), reverse=True)
    items = {question.item_id: question.pk for question in questions}
    latest = {key for found in before.values() for year, key in found if year == found[0][0]}
    answered = _answers_by_sheet(latest, set(items))
    rare = set(items) - {item for found in answered.values() for item in found}
    if rare:
        older = {key for found in before.values() for _, key in found} - latest
        for key, found in _answers_by_sheet(older, rare).items():
            answered.setdefault(key, {}).update(found)
    previous = programme.fiscal_year - 1
    return {sheet.pk: _in_words(before[sheet.pk], answered, items, previous) for sheet in sheets}


def _answers_by_sheet(sheets: set[int], items: set[int]) -> dict[int, dict[int, tuple[str, str]]]:
    found: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
    keys = sorted(sheets)
    for start in range(0, len(keys), _BATCH):
        rows = (
            Answer.objects.filter(sheet__in=keys[start : start + _BATCH])
            .exclude(verdict="")
            .values_list("sheet_id", "question__revision__item_id", "verdict", "reason")
        )
        for sheet, item, verdict, reason in rows.iterator(chunk_size=5_000):
            if item in items:
                found[sheet][item] = (verdict, reason)
    return dict(found)


def _in_words(
    before: list[tuple[int, int]],
    answered: dict[int, dict[int, tuple[str, str]]],
    items: dict[int, int],
    previous: int,
) -> dict[int, str]:
    said: dict[int, list[str]] = {}
    year_of: dict[int, int] = {}
    for year, key in before:  # the latest first
        for item, (verdict, reason) in answered.get(key, {}).items():
            question = items[item]
            if year_of.setdefault(question, year) != year:
                continue
            words = VERDICTS[verdict] + (f"：{reason}" if reason else "")
            said.setdefault(question, []).append(words)
    return {
        question: "\n".join(dict.fromkeys(words))
        if year_of[question] == previous
        else f"（{FiscalYear(year_of[question])}）" + "\n".join(dict.fromkeys(words))
        for question, words in said.items()
    }
