"""What a form would change: held against the sheet as it stands. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Problem
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations.imported_answers import may_import
from tenken.inspection.states import EDITABLE
from tenken.organization.access import Principal
from tenken.workbooks.sheet_forms.content import (
    NOT_GIVEN,
    VERDICTS,
    AskedQuestion,
    Given,
    answers_of,
    form_questions,
)
from tenken.workbooks.sheet_forms.identity import FormIdentity, answer_digest
from tenken.workbooks.sheet_forms.reading import ReadForm, WrittenAnswer

Told = Callable[[int, int], None]
"""Hears how far the work is: (done, of how many)."""


@dataclass
class Compared:
    """One file: whose sheet it is for (None: nobody's), what it would change, why it is refused."""

    file_name: str
    sheet: Sheet | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    assets: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.problems:
            return "refused"
        return "changed" if self.changes or self.assets else "unchanged"


class Standing:
    """The sheets that forms came for, as they are: read once for all of them."""

    def __init__(self, by: Principal, programme: Programme, sheets: Sequence[int]) -> None:
        self.by, self.programme = by, programme
        rows = Sheet.objects.filter(programme=programme, pk__in=set(sheets), unit__city=by.city_id)
        self.sheets = {sheet.pk: sheet for sheet in rows.select_related("unit", "form")}
        for sheet in self.sheets.values():
            sheet.programme = programme
        self.answers = answers_of(sorted(self.sheets))
        self._questions: dict[int, tuple[AskedQuestion, ...]] = {}

    def questions(self, sheet: Sheet) -> tuple[AskedQuestion, ...]:
        """Return what *sheet* asks."""
        if sheet.form_id not in self._questions:
            self._questions[sheet.form_id] = form_questions(sheet.form_id)
        return self._questions[sheet.form_id]

    def sheet_for(self, identity: FormIdentity, only: int | None) -> Sheet | Problem:
        """Return the sheet a form is for, or why it cannot be taken."""
        if identity.city != self.programme.city.code:
            return Problem(f"ほかの市（団体コード{identity.city}）の様式です。")
        if identity.year != self.programme.fiscal_year:
            return Problem(
                f"{FiscalYear(identity.year)}の様式です。この点検は{FiscalYear(self.programme.fiscal_year)}です。"
            )
        if identity.programme != self.programme.pk:
            return Problem("ほかの点検の様式です。その点検のページで取り込んでください。")
        sheet = self.sheets.get(identity.sheet)
        if sheet is None:
            return Problem("この様式の点検シートがありません。")
        if sheet.form.sha256 != identity.form:
            return Problem("様式を発行したあとに設問が変わりました。様式を受け取り直してください。")
        return self.fillable(sheet, only)

    def fillable(self, sheet: Sheet, only: int | None) -> Sheet | Problem:
        """Return *sheet* if it can take answers from the one who sent the form, or why not."""
        if not may_import(self.by, sheet):
            return Problem("あなたの課公所の様式ではありません。")
        if only is not None and sheet.pk != only:
            return Problem(f"「{sheet.unit.name}」の様式です。この点検シートのものではありません。")
        if self.programme.status != Programme.Status.LAUNCHED:
            return Problem("この点検は終了しているため、取り込めません。")
        if sheet.status not in EDITABLE:
            return Problem(
                f"「{sheet.unit.name}」の点検シートは「{sheet.get_status_display()}」のため、取り込めません。"
            )
        return sheet


def compare_answers(
    found: Compared, form: ReadForm, now: dict[int, Given], issued: dict[int, tuple[int, str]] | None
) -> None:
    """Add to *found* what the answers of *form* would change. *issued*: what the form was written with; None: not known.

    A cell that was not touched since the form was written changes nothing. One that was, while the answer was saved
    on the page meanwhile, is a conflict, and the form is refused.
    """
    found.problems += form.problems
    for written in form.answers:
        given = now.get(written.question.pk, NOT_GIVEN)
        if written.values == given.values:
            continue
        if issued is not None:
            version, digest = issued.get(written.question.pk, (0, answer_digest("", "", "")))
            if answer_digest(*written.values) == digest:
                continue
            if version != given.version:
                found.problems.append(_conflict(written, given))
                continue
        elif not any(written.values):
            continue  # an unissued copy: an empty cell is no word to take an answer back
        found.changes.append(
            {
                "question": written.question.pk,
                "number": written.question.number,
                "place": written.place,
                "version": given.version,
                "before": list(given.values),
                "after": list(written.values),
            }
        )


def _conflict(written: WrittenAnswer, given: Given) -> Problem:
    return Problem(
        f"様式を受け取ったあとに、設問{written.question.number}の回答が画面で変わりました"
        f"（いまの回答：{in_words(given.values)}、様式：{in_words(written.values)}）。"
        "画面で直すか、様式を受け取り直してください。",
        written.place,
    )


def in_words(values: Sequence[str]) -> str:
    """Return an answer (verdict, reason, comment) as a person reads it."""
    verdict, reason, comment = values
    words = [VERDICTS.get(verdict, "（未回答）"), *(text for text in (reason, comment) if text)]
    return "／".join(words)


def refuse_twice(found: Sequence[Compared]) -> None:
    """Refuse all forms of a sheet that has several: nobody knows which is meant."""
    times = Counter(one.sheet.pk for one in found if one.sheet)
    for one in found:
        if one.sheet and times[one.sheet.pk] > 1:
            names = "、".join(
                f"「{other.file_name}」" for other in found if other.sheet and other.sheet.pk == one.sheet.pk
            )
            one.problems.append(Problem(f"「{one.sheet.unit.name}」の様式が2つ以上あります（{names}）。"))
