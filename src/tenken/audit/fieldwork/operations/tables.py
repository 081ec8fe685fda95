"""Tables handed in: kept as published, added up again; a figure that does not follow opens a reconciliation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction

from tenken.audit.fieldwork.operations.applying import (
    auditors_engagement,
    next_number,
    note,
    require_version,
)
from tenken.audit.fieldwork.operations.papers import FILES
from tenken.audit.fieldwork.operations.reconciling import CellOf, StatedFigure, open_reconciliation
from tenken.audit.fieldwork.queries.tables import columns_of, flags_of
from tenken.audit.fieldwork.rules.table_columns import (
    ColumnKind,
    RowKind,
    formula_text,
    guess_columns,
    guess_rows,
    parse_formula,
)
from tenken.audit.models import Engagement, HandedInTable, Question, Reconciliation
from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.common.tabular_files import column_letters
from tenken.files.kinds import TABLE_KINDS
from tenken.files.operations import store
from tenken.organization.access import Principal
from tenken.organization.names import Checks

SUBJECT = "audit.handed_in_table"
ROWS_LIMIT: Final = 500
COLUMNS_LIMIT: Final = 26
CELL_LIMIT: Final = 300


@transaction.atomic
def keep_table(
    *,
    by: Principal,
    engagement: Engagement,
    title: str,
    source: str,
    cells: Sequence[Sequence[str]],
    question_id: int | None = None,
    upload: tuple[str, Any] | None = None,
    on: date | None = None,
) -> HandedInTable:
    """Keep a table as published: *cells* with its head as the first row. What its columns and rows are is proposed.

    ``Invalid`` names title, source, cells. *upload*: the file it was read from, kept beside it.
    """
    engagement = auditors_engagement(by, engagement)
    checks = Checks()
    kept_title = checks.name(title, label="表の名", limit=200, field="title")
    kept_source = checks.name(source, label="出どころ", limit=200, field="source")
    heads, rows = _squared(cells, checks)
    checks.done()
    if question_id and not Question.objects.filter(pk=question_id, engagement=engagement).exists():
        raise Missing("質問が見つかりません。")
    file = (
        store(
            by=by,
            city_code=by.city_code,
            name=upload[0],
            stream=upload[1],
            subject=(FILES, engagement.pk),
            allowed=TABLE_KINDS,
        )
        if upload
        else None
    )
    columns = guess_columns(heads, rows)
    table = HandedInTable.objects.create(
        engagement=engagement,
        number=next_number(engagement.tables.all()),
        title=kept_title,
        source=kept_source,
        question_id=question_id,
        file=file,
        heads=heads,
        rows=rows,
        columns=[
            {"kind": one.kind, "unit": one.unit, "formula": formula_text(one.formula)} for one in columns
        ],
        row_kinds=list(guess_rows(columns, rows)),
        added_by=by.actor.code,
        added_by_name=by.actor.name,
        added_on=on or clock.today(),
    )
    changes = {"table": str(table), "title": kept_title, "source": kept_source, "heads": heads, "rows": rows}
    note(by, "audit.table.keep", (SUBJECT, table.pk), changes, on)
    return table


def _squared(cells: Sequence[Sequence[str]], checks: Checks) -> tuple[list[str], list[list[str]]]:
    """Return head and rows with blank rows and blank outer columns away, each row as long as the head."""
    filled = [[cell.strip() for cell in row] for row in cells if any(cell.strip() for cell in row)]
    width = max((len(row) for row in filled), default=0)
    full = [row + [""] * (width - len(row)) for row in filled]
    used = [place for place in range(width) if any(row[place] for row in full)]
    full = [[row[place] for place in used] for row in full]
    if len(full) < 2:
        checks.problem("見出しの行と、1行以上の値を入力してください。", label="表", field="cells")
        return [], []
    if len(full) - 1 > ROWS_LIMIT or len(used) > COLUMNS_LIMIT:
        checks.problem(f"表は{ROWS_LIMIT}行・{COLUMNS_LIMIT}列までです。", label="表", field="cells")
        return [], []
    for number, row in enumerate(full, start=1):
        for place, cell in enumerate(row):
            where = f"{number}行{column_letters(place)}列"
            checks.name(cell, label=where, limit=CELL_LIMIT, field="cells", required=False, lines=True)
    return full[0], full[1:]


@transaction.atomic
def settle_table(
    *,
    by: Principal,
    table: HandedInTable,
    columns: Sequence[tuple[str, str, str]],
    row_kinds: Sequence[str],
    version: int,
    on: date | None = None,
) -> HandedInTable:
    """Say what the columns (kind, unit, formula) and rows of a table are; its cells stay as published.

    ``Invalid`` names kind-<n>, unit-<n>, formula-<n> (columns from 0) and row-<n>.
    """
    engagement = auditors_engagement(by, table.engagement_id)
    row = _locked(engagement, table)
    require_version(row, version)
    problems = [*_column_problems(row, columns), *_row_problems(row, row_kinds)]
    if problems:
        raise Invalid("列・行の種類に誤りがあります。", problems)
    row.columns = [
        {"kind": kind, "unit": unit.strip(), "formula": formula_text(parse_formula(formula, len(row.heads)))}
        for kind, unit, formula in columns
    ]
    row.row_kinds = list(row_kinds)
    row.version += 1
    row.save()
    note(by, "audit.table.settle", (SUBJECT, row.pk), {"columns": row.columns, "rows": row.row_kinds}, on)
    return row


def _column_problems(table: HandedInTable, columns: Sequence[tuple[str, str, str]]) -> list[Problem]:
    if len(columns) != len(table.heads):
        return [Problem("列の数が表と違います。", "列", "columns")]
    found = []
    for place, (kind, unit, formula) in enumerate(columns):
        where = f"{column_letters(place)}列"
        if kind not in set(ColumnKind):
            found.append(Problem("種類を選んでください。", where, f"kind-{place}"))
        if len(unit.strip()) > 10:
            found.append(Problem("単位は10文字までです。", where, f"unit-{place}"))
        try:
            parsed = parse_formula(formula, len(table.heads))
        except ValueError as error:
            found.append(Problem(f"{error}", where, f"formula-{place}"))
            continue
        if parsed and any(column == place for column, _sign in (*parsed.part, *parsed.whole)):
            found.append(Problem("計算に、その列自身は使えません。", where, f"formula-{place}"))
        if parsed and (parsed.whole or parsed.of_total) != (kind == ColumnKind.PERCENT):
            wanted = "B/Cのような割り算" if kind == ColumnKind.PERCENT else "B+Cのような足し算・引き算"
            found.append(
                Problem(f"この種類の列の計算は、{wanted}にしてください。", where, f"formula-{place}")
            )
    return found


def _row_problems(table: HandedInTable, row_kinds: Sequence[str]) -> list[Problem]:
    if len(row_kinds) != len(table.rows):
        return [Problem("行の数が表と違います。", "行", "rows")]
    return [
        Problem("種類を選んでください。", f"{place + 1}行", f"row-{place}")
        for place, kind in enumerate(row_kinds)
        if kind not in set(RowKind)
    ]


@transaction.atomic
def reconcile_flag(
    *, by: Principal, table: HandedInTable, row: int, column: int, on: date | None = None
) -> Reconciliation:
    """Open a reconciliation over a figure that does not follow: as published against as computed. ``Stale`` when nothing
    is flagged there (any more)."""
    engagement = auditors_engagement(by, table.engagement_id)
    kept = _locked(engagement, table)
    flag = next(
        (
            one
            for one in flags_of(kept)
            if (one.row, one.column) == (row, column) and one.computed is not None
        ),
        None,
    )
    if flag is None or flag.stated is None or flag.computed is None:
        raise Stale("この数字には、合わないところがありません。")
    settled = columns_of(kept)[column]
    unit = "%" if settled.kind is ColumnKind.PERCENT else settled.unit.lstrip("百千万億")
    label = next((cell for cell in kept.rows[row] if cell), f"{row + 1}行")
    name = f"{kept.title}：{label}・{kept.heads[column] or column_letters(column)}"
    return open_reconciliation(
        by=by,
        engagement=engagement,
        subject=name[:200],
        figures=[
            StatedFigure(f"記載（{kept.source}）"[:200], flag.stated, unit),
            StatedFigure(f"計算（{flag.basis}）"[:200], flag.computed, unit),
        ],
        question_id=kept.question_id,
        cell=CellOf(kept.pk, row, column),
        on=on,
    )


def _locked(engagement: Engagement, table: HandedInTable) -> HandedInTable:
    row = HandedInTable.objects.select_for_update().filter(pk=table.pk, engagement=engagement).first()
    if row is None:
        raise Missing("提出された表が見つかりません。")
    return row
