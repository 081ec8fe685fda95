"""Lists of the rooms as header and rows, for workbooks and CSV. Each is scoped by the room's own query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.queries import findings_for
from tenken.journal.labels import operation_label
from tenken.journal.models import Entry
from tenken.journal.operations import note_access
from tenken.journal.queries import contents, entries
from tenken.organization.access import Principal, on_date, require
from tenken.organization.models import Assignment
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import VIEW_JOURNAL, VIEW_PEOPLE, VIEW_UNITS
from tenken.organization.queries import unit_lines

_BATCH = 1_000
_CHANGES_SHOWN = 2_000


@dataclass(frozen=True)
class Register:
    """A list ready to be written out."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = ()


def units(*, by: Principal, on: date) -> Register:
    """Return the units *by* may see on a date, in the order of the tree."""
    require(by, VIEW_UNITS)
    rows = [
        (
            line.unit.code,
            "　" * line.depth + line.unit.name,
            line.unit.kana,
            line.unit.kind.name,
            line.unit.valid_from,
        )
        for line in unit_lines(by, on=on)
    ]
    return Register(
        "組織", ("所属コード", "名称", "ふりがな", "種類", "開始日"), rows, (f"{era_date(on)}時点",)
    )


def people(*, by: Principal, on: date) -> Register:
    """Return who holds which post in the city on a date. Reading the people is noted."""
    require(by, VIEW_PEOPLE)
    held = (
        Assignment.objects.filter(valid_on(on), person__city=by.city_id)
        .select_related("person", "post__unit")
        .order_by("post__unit__code", "post__code", "person__number", "pk")
    )
    rows = [
        (
            row.person.number,
            row.person.name,
            row.person.kana,
            row.person.email,
            row.post.unit.code,
            row.post.unit.name,
            row.post.title,
            row.get_kind_display(),
            row.valid_from,
        )
        for row in held
    ]
    note_access(
        by=by,
        city_code=by.city_code,
        subject=("organization.person", ""),
        purpose="職員の一覧の出力",
        rows=len(rows),
    )
    header = ("職員番号", "氏名", "ふりがな", "メール", "所属コード", "所属", "職名", "区分", "発令日")
    return Register("職員", header, rows, (f"{era_date(on)}時点",))


def findings(*, by: Principal, on: date) -> Register:
    """Return the findings *by* may see, as they are now."""
    header = ("番号", "年度", "所属コード", "所属", "出所", "課題", "状態", "期限", "終了日")
    found = findings_for(on_date(by, on)).order_by("fiscal_year", "unit__code", "pk")
    rows = (
        (
            str(row),
            str(FiscalYear(row.fiscal_year)),
            row.unit.code,
            row.unit.name,
            row.get_origin_display(),
            row.title,
            row.get_status_display(),
            row.plan_due_on or row.due_on,
            row.closed_on,
        )
        for row in found
    )
    return Register("課題", header, rows)


def journal(*, by: Principal, on: date) -> Register:
    """Return the city's whole journal up to the end of a day, newest first."""
    require(by, VIEW_JOURNAL)
    header = (
        "番号",
        "記録日時",
        "業務日",
        "操作者",
        "氏名",
        "経路",
        "接続元",
        "操作",
        "対象",
        "内容",
        "ハッシュ",
    )
    return Register("操作証跡", header, _journal_rows(by.city_code, on))


def _journal_rows(city_code: str, on: date) -> Iterator[Sequence[Any]]:
    found = entries(city_code, until=on).iterator(chunk_size=_BATCH)
    while page := list(islice(found, _BATCH)):
        said = contents(page)
        for entry in page:
            yield _journal_row(entry, said.get(entry.pk))


def _journal_row(entry: Entry, content: Any) -> Sequence[Any]:
    name, address, changes = (
        ("", "", "（消去済み）")
        if content is None
        else (
            content.name,
            content.address,
            "、".join(f"{key}＝{value}" for key, value in content.changes.items())[:_CHANGES_SHOWN],
        )
    )
    return (
        entry.sequence,
        entry.recorded_at,
        entry.business_date,
        entry.actor_code,
        name,
        entry.channel,
        address,
        operation_label(entry.operation),
        f"{entry.subject_type} {entry.subject_id}".strip(),
        changes,
        entry.hash,
    )
