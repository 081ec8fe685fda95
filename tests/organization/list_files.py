"""Lists of April as tests write them: rows in the form's columns, as a workbook or as CSV."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from tenken.common.refusals import Invalid
from tenken.organization.imports.lists import ListForm


def workbook_of(form: ListForm, rows: Sequence[dict[str, Any]], *, sheet: str = "") -> bytes:
    """Return *rows* (by column) as a workbook with the form's sheet."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet or form.sheet
    page.append(list(form.columns))
    for row in rows:
        assert set(row) <= set(form.columns), row
        page.append([row.get(column) for column in form.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(form: ListForm, rows: Sequence[dict[str, Any]], encoding: str = "cp932") -> bytes:
    """Return the same as CSV."""
    lines = [",".join(form.columns), *(",".join(str(row.get(c, "")) for c in form.columns) for row in rows)]
    return "\r\n".join(lines).encode(encoding)


def told(refusal: Invalid) -> list[str]:
    """Return the problems as a person reads them."""
    return [str(problem) for problem in refusal.problems] or [refusal.message]
