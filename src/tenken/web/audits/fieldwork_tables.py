"""Tables handed in: taken over as published, added up again, a reconciliation opened with one press."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import keep_table, reconcile_flag, settle_table
from tenken.audit.fieldwork.queries.tables import find_table, flags_of
from tenken.audit.fieldwork.rules.added_up import Flag
from tenken.audit.fieldwork.rules.figures import printed
from tenken.audit.fieldwork.rules.table_columns import COLUMN_LABELS, ROW_LABELS
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS
from tenken.audit.models import HandedInTable
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_text, column_letters, read_table_file
from tenken.organization.names import refuse
from tenken.web.audits.fieldwork_forms import TableForm
from tenken.web.audits.fieldwork_lists import HandedInTableTable
from tenken.web.audits.fieldwork_pages import crumbs_to, step, tabs_of, working_engagement
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def handed_in(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The tables of one audit with how many figures of each do not follow."""
    by = request.principal
    engagement, sight = working_engagement(by, engagement_id)
    rows = list(engagement.tables.all())
    for row in rows:
        row.flag_count = len(flags_of(row))
    table = HandedInTableTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"提出された表_{engagement}", kind)
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "heading": "提出された表の確かめ",
        "tabs": tabs_of(engagement, sight, "audits-tables"),
        "table": table,
        "new_url": reverse("audits-table-new", args=[engagement_id])
        if engagement.status in OPEN_TO_PAPERS
        else "",
        "new_label": "表を取り込む",
        "export": export_addresses(request),
        "crumbs": crumbs_to(by, engagement, ("表の確かめ", "")),
    }
    return render(request, "web/audits/fieldwork/list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_table(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Take a table over: pasted, or as a file."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    index = reverse("audits-tables", args=[engagement_id])

    def operation(said: dict[str, Any]) -> HandedInTable:
        file = said["file"]
        cells = _of_file(file) if file else _pasted(said["cells"])
        if file:
            file.seek(0)
        return keep_table(
            by=by,
            engagement=engagement,
            title=said["title"],
            source=said["source"],
            cells=cells,
            upload=(file.name, file) if file else None,
        )

    return step(
        request,
        TableForm(request.POST or None, request.FILES or None),
        operation,
        engagement=engagement,
        title="表を取り込む",
        submit="取り込んで確かめる",
        back=index,
        to=lambda made: reverse("audits-table", args=[made.pk]),
        done="表を取り込みました。",
        via=[("表の確かめ", index)],
        text="表の値は、記載のとおりに残します。計と割合を計算し直して、合わないところを示します。",
    )


def _pasted(text: str) -> list[list[str]]:
    """Return the cells of what was pasted: tabs between them as a spreadsheet gives them, or commas."""
    if not text.strip():
        raise refuse("表を貼り付けるか、ファイルを選んでください。", label="表の貼り付け", field="cells")
    delimiter = "\t" if "\t" in text else ","
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        raise refuse("貼り付けた表を読み取れません。", label="表の貼り付け", field="cells") from None


def _of_file(file: Any) -> list[list[str]]:
    """Return the cells of the first sheet with anything in it."""
    sheets = read_table_file(file.read(), file.name)
    for rows in sheets.values():
        if any(cell_text(cell) for row in rows for cell in row):
            return [[cell_text(cell) for cell in row] for row in rows]
    raise refuse("表に値がありません。", label="ExcelかCSVのファイル", field="file")


@signed_in
@require_safe
def table(request: SignedInRequest, table_id: int) -> HttpResponse:
    """Show one table as published, with what does not follow beside it."""
    row = find_table(request.principal, table_id)
    if kind := wants_export(request):
        header = ["行", "列", "記載", "計算", "差", "内容"]
        return export_rows(
            header, [_exported(row, flag) for flag in flags_of(row)], f"合わない数字_{row}", kind
        )
    return _page(request, row)


def _exported(row: HandedInTable, flag: Flag) -> tuple[Any, ...]:
    return (
        _row_name(row, flag.row),
        row.heads[flag.column] or column_letters(flag.column),
        flag.published,
        None if flag.computed is None else printed(flag.computed),
        None if flag.difference is None else printed(flag.difference),
        flag.sentence,
    )


def _row_name(row: HandedInTable, place: int) -> str:
    return next((cell for cell in row.rows[place] if cell), f"{place + 1}行")


def _page(
    request: SignedInRequest,
    row: HandedInTable,
    typed: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    flags = flags_of(row)
    by_cell = {(flag.row, flag.column): flag for flag in flags}
    opened = {(one.row, one.column): one for one in row.reconciliations.all() if one.row is not None}
    said = typed or {}
    columns = [
        {
            "letter": column_letters(place),
            "head": head,
            "place": place,
            "kind": said.get(f"kind-{place}", column["kind"]),
            "unit": said.get(f"unit-{place}", column["unit"]),
            "formula": said.get(f"formula-{place}", column["formula"]),
            "number": column["kind"] != "label",
        }
        for place, (head, column) in enumerate(zip(row.heads, row.columns, strict=True))
    ]
    rows = [
        {
            "place": place,
            "kind": said.get(f"row-{place}", row.row_kinds[place]),
            "cells": [
                {
                    "text": cell,
                    "number": columns[at]["number"],
                    "flag": by_cell.get((place, at)),
                    "computed": _computed(by_cell.get((place, at))),
                }
                for at, cell in enumerate(cells)
            ],
        }
        for place, cells in enumerate(row.rows)
    ]
    context = {
        "table": row,
        "columns": columns,
        "rows": rows,
        "column_kinds": COLUMN_LABELS.items(),
        "row_kinds": ROW_LABELS.items(),
        "flags": [
            {
                "flag": flag,
                "where": f"{_row_name(row, flag.row)}・{row.heads[flag.column] or column_letters(flag.column)}",
                "opened": opened.get((flag.row, flag.column)),
            }
            for flag in flags
        ],
        "problems": problems,
        "may_write": row.engagement.status in OPEN_TO_PAPERS,
        "export": export_addresses(request),
        "crumbs": crumbs_to(
            request.principal,
            row.engagement,
            ("表の確かめ", reverse("audits-tables", args=[row.engagement_id])),
            (str(row), ""),
        ),
    }
    status = 422 if problems else 200
    return render(request, "web/audits/fieldwork/table.html", context, status=status)


def _computed(flag: Flag | None) -> str:
    return "" if flag is None or flag.computed is None else printed(flag.computed)


@signed_in
@require_POST
def settle(request: SignedInRequest, table_id: int) -> HttpResponse:
    """Say what the columns and rows are."""
    by = request.principal
    row = find_table(by, table_id)
    typed = {name: str(value) for name, value in request.POST.items()}
    try:
        settle_table(
            by=by,
            table=row,
            columns=[
                (typed.get(f"kind-{n}", ""), typed.get(f"unit-{n}", ""), typed.get(f"formula-{n}", ""))
                for n in range(len(row.heads))
            ],
            row_kinds=[typed.get(f"row-{n}", "") for n in range(len(row.rows))],
            version=whole_number(typed.get("version", "")),
        )
    except Invalid as refusal:
        return _page(request, row, typed, refusal.problems)
    messages.success(request, "列と行の種類を変えて、確かめ直しました。")
    return redirect("audits-table", table_id=table_id)


@signed_in
@require_POST
def reconcile(request: SignedInRequest, table_id: int) -> HttpResponse:
    """Open a reconciliation over a figure that does not follow (``row``, ``column``)."""
    row = find_table(request.principal, table_id)
    place = whole_number(request.POST.get("row", ""))
    column = whole_number(request.POST.get("column", ""))
    made = reconcile_flag(by=request.principal, table=row, row=place, column=column)
    messages.success(request, f"数の照合{made}を始めました。")
    return redirect("audits-reconciliation", reconciliation_id=made.pk)
