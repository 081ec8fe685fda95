"""A city's own form written for a section: the city's workbook, its layout kept, with what is known put in."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

import openpyxl

from tenken.common.refusals import Invalid
from tenken.common.spreadsheets import safe_cell
from tenken.workbooks.own_forms.mapping import Mapping, column_number, place_of
from tenken.workbooks.sheet_forms.content import ProgrammeSheets, SectionSheet
from tenken.workbooks.sheet_forms.identity import HIDDEN_SHEET, seal
from tenken.workbooks.sheet_forms.writing import section_identity

_MOST_CHOICES: Final = 20


def write_own_form(
    template: bytes,
    mapping: Mapping,
    sheets: ProgrammeSheets,
    section: SectionSheet,
    *,
    key: int,
    version: int,
) -> bytes:
    """Return the city's form for *section* as .xlsx. *key* and *version*: of the template, so that it is known again."""
    book = _load(template)
    sheet = book[mapping.sheet]
    for address, text in ((mapping.unit_code, section.unit_code), (mapping.unit_name, section.unit_name)):
        if address:
            _put(sheet, *place_of(address), text)
    for question in sheets.questions:
        row = mapping.rows.get(question.item_code)
        if row is None:
            continue
        if mapping.last and (last := section.last.get(question.pk)):
            _put(sheet, row, column_number(mapping.last), last)
        if given := section.answers.get(question.pk):
            texts = (mapping.mark_for(given.verdict), given.reason, given.comment)
            for column, text in zip((mapping.verdict, mapping.reason, mapping.comment), texts, strict=True):
                if column:
                    _put(sheet, row, column_number(column), text)
    identity = section_identity(sheets, section, template=key, template_version=version)
    hidden = book.create_sheet(HIDDEN_SHEET)
    hidden.sheet_state = "veryHidden"
    for row, piece in enumerate(seal(identity), start=1):
        hidden.cell(row, 1, piece)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def offered_choices(data: bytes) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what the lists in a workbook's cells offer: by sheet, then by column."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for sheet in _load(data).worksheets:
        columns = found.setdefault(sheet.title, {})
        for rule in sheet.data_validations.dataValidation:
            formula = str(rule.formula1 or "")
            if rule.type == "list" and formula.startswith('"'):
                choices = tuple(one.strip() for one in formula.strip('"').split(","))[:_MOST_CHOICES]
                for letters in _columns_of(rule):
                    columns.setdefault(letters, choices)
    return found


def _columns_of(rule: Any) -> Iterator[str]:
    for area in rule.sqref.ranges:
        for column in range(area.min_col, min(area.max_col, area.min_col + 50) + 1):
            yield openpyxl.utils.get_column_letter(column)


def _load(data: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that are not kept, such as sparklines
            return openpyxl.load_workbook(io.BytesIO(data))
    except Exception as error:  # openpyxl raises whatever its XML makes it stumble over
        raise Invalid("様式を読み取れません。Excelで開いて、保存し直してから送ってください。") from error


def _put(sheet: Any, row: int, column: int, text: str) -> None:
    """Write *text* into a cell, or into the first one of the merged range that covers it."""
    for area in sheet.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            row, column = area.min_row, area.min_col
            break
    cell = sheet.cell(row, column)
    cell.value = safe_cell(text) or None
    if text:
        cell.number_format = "@"
