"""Tables handed in, added up again."""

from __future__ import annotations

from tenken.audit.fieldwork.rules.added_up import Flag, added_up
from tenken.audit.fieldwork.rules.table_columns import Column, ColumnKind, RowKind, parse_formula
from tenken.audit.fieldwork.seeing import sight_of
from tenken.audit.models import HandedInTable
from tenken.common.refusals import Missing
from tenken.organization.access import Principal


def columns_of(table: HandedInTable) -> tuple[Column, ...]:
    """Return what the columns of a table are taken for."""
    return tuple(
        Column(head, ColumnKind(said["kind"]), said["unit"], parse_formula(said["formula"], len(table.heads)))
        for head, said in zip(table.heads, table.columns, strict=True)
    )


def row_kinds_of(table: HandedInTable) -> tuple[RowKind, ...]:
    """Return what the rows of a table are taken for."""
    return tuple(RowKind(kind) for kind in table.row_kinds)


def flags_of(table: HandedInTable) -> tuple[Flag, ...]:
    """Return what in a table does not follow from its other figures."""
    return added_up(columns_of(table), row_kinds_of(table), table.rows)


def find_table(by: Principal, pk: int) -> HandedInTable:
    """Return a table handed in, for those who work on its audit; ``Missing`` for all others."""
    row = (
        HandedInTable.objects.select_related(
            "engagement__city", "engagement__unit", "engagement__system", "file", "question"
        )
        .filter(pk=pk, engagement__city=by.city_id)
        .first()
    )
    if row is None or not sight_of(by, row.engagement).works:
        raise Missing("提出された表が見つかりません。")
    return row
