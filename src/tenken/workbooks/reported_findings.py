"""The findings of an audit report by Excel: an empty form out, filled in back, shown, and written all of it or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from tenken.common.era import parse_date
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.common.workbook_cells import read_cells
from tenken.findings.models import AuditReport, Finding
from tenken.findings.operations import ReportedFinding, report_findings
from tenken.findings.permissions import MANAGE_REPORTS
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.workbooks.form_rows import FormRow, find_form
from tenken.workbooks.lists import list_workbook

TITLE: Final = "監査結果報告書の課題"
COLUMNS: Final = (
    "区分",
    "報告書の番号",
    "着眼点",
    "視点",
    "見出し",
    "件名",
    "内容",
    "課公所コード",
    "回答の期限",
)
_KINDS: Final = {label: code for code, label in Finding.Kind.choices}
_PERSPECTIVES: Final = {label: code for code, label in Finding.Perspective.choices}
_MAX_ROWS: Final = 2_000


@dataclass(frozen=True)
class ReportedDifference:
    """What a file would add to a report. ``digest`` stands for exactly that; ``units``: names of the sections by key."""

    name: str
    rows: tuple[ReportedFinding, ...]
    units: dict[int, str]
    digest: str


def reported_workbook(*, by: Principal, report: AuditReport) -> bytes:
    """Return the empty form of *report*, with its kinds and viewpoints in the notes."""
    require(by, MANAGE_REPORTS)
    viewpoints = "、".join(one["code"] for one in report.viewpoints) or "なし"
    return list_workbook(
        title=f"{TITLE}（{report.title}）",
        header=COLUMNS,
        rows=[],
        notes=(
            f"1行に1件を入力してください。区分は「{'」「'.join(_KINDS)}」のどれか。",
            f"着眼点は、この報告書の番号（{viewpoints}）。視点は「{'」「'.join(_PERSPECTIVES)}」のどれか。"
            "課公所コードが空のときは、報告書の監査対象の課公所になります。",
        ),
    )


def reported_difference(
    *, by: Principal, report: AuditReport, name: str, content: bytes
) -> ReportedDifference:
    """Read a filled form and return what it would add. ``Invalid`` with sheet, row and column for what cannot be read."""
    require(by, MANAGE_REPORTS)
    sheet, top, columns = find_form(read_cells(content, name), name, title=TITLE, columns=COLUMNS)
    units = dict(Unit.objects.filter(valid_on(by.on), city=by.city_id).values_list("code", "pk"))
    problems: list[Problem] = []
    rows: list[ReportedFinding] = []
    for number in range(top + 1, len(sheet.rows)):
        row = FormRow(sheet, number, columns, problems)
        if not row.filled():
            continue
        if len(rows) >= _MAX_ROWS:
            raise Invalid(f"一度に取り込めるのは{_MAX_ROWS:,}行までです。")
        rows.append(_row(row, units))
    if not problems and not rows:
        problems.append(Problem("課題の行がありません。", f"シート「{sheet.name}」"))
    if problems:
        raise Invalid(f"「{name}」に取り込めないところが{len(problems)}か所あります。", problems[:200])
    keys = {row.unit_id or report.unit_id for row in rows} - {None}
    names = names_with_bureau(by.city, (key for key in keys if key is not None), by.on)
    digest = hashlib.sha256(repr((report.pk, rows)).encode()).hexdigest()
    return ReportedDifference(name, tuple(rows), names, digest)


def apply_reported(
    *, by: Principal, report: AuditReport, found: ReportedDifference, shown: str
) -> list[Finding]:
    """Open what *found* says. ``Stale`` when *shown* (the digest that was confirmed) is of something else."""
    if shown != found.digest:
        raise Stale("表示したあとに内容が変わりました。ファイルをもう一度選んでください。")
    return report_findings(by=by, report=report, rows=found.rows)


def _row(row: FormRow, units: dict[str, int]) -> ReportedFinding:
    def unit(text: str) -> int:
        if text not in units:
            raise ValueError(f"「{text[:40]}」というコードの課公所は、今日の時点でありません。")
        return units[text]

    def kind(text: str) -> str:
        return _code(text, _KINDS)

    read = ReportedFinding(
        kind=row.read("区分", kind) or "",
        title=row.text("件名"),
        detail=row.text("内容"),
        unit_id=row.read("課公所コード", unit),
        reference=row.text("報告書の番号"),
        heading=row.text("見出し"),
        viewpoint=row.text("着眼点"),
        perspective=row.read("視点", lambda text: _code(text, _PERSPECTIVES)) or "",
        due_on=row.read("回答の期限", parse_date),
    )
    if not row.text("区分"):
        row.wrong("区分", "区分を入力してください。")
    if not read.title:
        row.wrong("件名", "件名を入力してください。")
    return replace(read, place=row.place)


def _code(text: str, codes: dict[str, str]) -> str:
    if text not in codes:
        raise ValueError(f"「{'」「'.join(codes)}」のどれかを入力してください。")
    return codes[text]
