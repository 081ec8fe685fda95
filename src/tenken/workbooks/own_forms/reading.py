"""A city's own form that comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_text
from tenken.common.workbook_cells import SheetCells
from tenken.inspection.models import Programme, Sheet
from tenken.workbooks.own_forms.mapping import Mapping, column_number, place_of
from tenken.workbooks.sheet_forms.content import AskedQuestion
from tenken.workbooks.sheet_forms.reading import ReadForm, WrittenAnswer, cell_value, place


def unit_code_in(sheets: dict[str, SheetCells], mapping: Mapping) -> str:
    """Return the code of the section as it stands in the form, '' when there is none."""
    sheet = sheets.get(mapping.sheet)
    if sheet is None or not mapping.unit_code:
        return ""
    return cell_text(sheet.value(*place_of(mapping.unit_code)))


def sheets_by_unit(programme: Programme, codes: set[str]) -> dict[str, list[int]]:
    """Return the programme's sheets of the sections with *codes* (a section has several when systems are inspected)."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Sheet.objects.filter(programme=programme, unit__code__in=codes)
    for code, key in rows.values_list("unit__code", "pk"):
        found[code].append(key)
    return found


def read_own_form(
    sheets: dict[str, SheetCells], mapping: Mapping, questions: Sequence[AskedQuestion], unit_code: str
) -> ReadForm:
    """Read the answers where *mapping* says they stand. ``Invalid`` when the mapped sheet is missing.

    Questions that the form does not hold are left alone.
    """
    sheet = sheets.get(mapping.sheet)
    if sheet is None:
        raise Invalid(f"シート「{mapping.sheet}」がありません。登録した市の様式に記入してください。")
    form = ReadForm()
    shown = unit_code_in(sheets, mapping)
    if mapping.unit_code and shown != unit_code:
        where = place(mapping.sheet, *place_of(mapping.unit_code))
        form.problems.append(Problem(f"所属コードが「{unit_code}」ではなく「{shown}」です。", where))
    for question in questions:
        if row := mapping.rows.get(question.item_code):
            _read_row(sheet, mapping, question, row, form)
    return form


def _read_row(sheet: SheetCells, mapping: Mapping, question: AskedQuestion, row: int, form: ReadForm) -> None:
    if known := mapping.texts.get(question.item_code):
        at = place_of(known[0])
        if "".join(cell_text(sheet.value(*at)).split()) != "".join(known[1].split()):
            form.problems.append(
                Problem(
                    "設問の文が様式と違います。行を動かしたり、書き換えたりしないでください。",
                    place(sheet.name, *at),
                )
            )
            return
    before = len(form.problems)
    verdict, reason, comment = (
        _text(sheet, mapping, row, column, form)
        for column in (mapping.verdict, mapping.reason, mapping.comment)
    )
    code = mapping.verdict_of(verdict)
    where = place(sheet.name, row, column_number(mapping.verdict))
    if code is None:
        marks = "・".join(mapping.marks)
        form.problems.append(Problem(f"「{verdict[:40]}」は回答の印ではありません（{marks}）。", where))
    if len(form.problems) == before:
        form.answers.append(WrittenAnswer(question, code or "", reason, comment, where))


def _text(sheet: SheetCells, mapping: Mapping, row: int, column: str, form: ReadForm) -> str:
    if not column:
        return ""
    number = column_number(column)
    merged = sheet.merged_at(row, number)
    if merged is None:
        return cell_value(sheet, row, number, form.problems)
    covered = [other for other in mapping.rows.values() if merged[0] < other <= merged[2] + 1]
    if len(covered) > 1:
        form.problems.append(
            Problem(
                "いくつかの設問にまたがって結合されています。結合を解除してください。",
                place(sheet.name, row, number),
            )
        )
        return ""
    return cell_value(sheet, merged[0] + 1, merged[1] + 1, form.problems, may_merge=True)
