"""Lists that leave the product as files: Excel and CSV (CP932), under Japanese names."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import strip_tags
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeData

from tenken.common import clock
from tenken.common.spreadsheets import cp932_csv
from tenken.web.components.tables import DateColumn, NumberColumn
from tenken.workbooks.lists import list_workbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=Shift_JIS"
_KINDS = {"excel": "excel", "xlsx": "excel", "csv": "csv"}


def wants_export(request: HttpRequest) -> str:
    """Return "excel" or "csv" when the address asks for the list as a file (``?export=…``), else ''."""
    return _KINDS.get(request.GET.get("export", ""), "")


def export_table(table: Any, name: str, kind: str) -> HttpResponse:
    """Return a django-tables2 *table*, all its rows, as a file called *name* with today's date."""
    columns = [column for column in table.columns if not column.column.exclude_from_export]
    header = [strip_tags(str(column.header)) for column in columns]
    return export_rows(header, _rows(table, columns), name, kind, title=table.caption or name)


def export_rows(
    header: Sequence[str],
    rows: Iterator[Sequence[Any]] | Sequence[Sequence[Any]],
    name: str,
    kind: str,
    title: str = "",
) -> HttpResponse:
    """Return *rows* under *header* as a file: *kind* is "excel" or "csv". ``Invalid`` when CP932 cannot hold a character."""
    full_name = f"{name}_{clock.today():%Y%m%d}"
    if kind == "csv":
        return attachment(cp932_csv(header, rows), f"{full_name}.csv", CSV)
    return attachment(
        list_workbook(title=title or name, header=header, rows=rows), f"{full_name}.xlsx", EXCEL
    )


def attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    """Return *content* as a download called *name* (RFC 5987: every Japanese name survives)."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def disposition(name: str) -> str:
    """Return the ``Content-Disposition`` of a download called *name*; path separators and control characters go."""
    plain = "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)
    return content_disposition_header(as_attachment=True, filename=plain or "file") or "attachment"


def _rows(table: Any, columns: Sequence[Any]) -> Iterator[list[Any]]:
    for row in table.rows:
        yield [_cell(row, column) for column in columns]


def _cell(row: Any, column: Any) -> Any:
    if isinstance(column.column, NumberColumn | DateColumn) and column.accessor:
        raw = column.accessor.resolve(row.record, quiet=True)
        if isinstance(raw, int | float | date):
            return raw
    value = row.get_cell_value(column.name)
    if isinstance(value, SafeData):
        value = html.unescape(strip_tags(str(value))).strip()
    return None if value in ("", "—") else value
