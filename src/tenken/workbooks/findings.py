"""The section's open findings as a workbook, with columns for plan and report, and back: read → difference → written.

findings_workbook(by=by)                                    the file that goes out
found = findings_difference(by=by, name=…, content=…)       nothing is written
apply_findings(by=by, found=found, shown=found.digest)      writes what was shown, all of it or nothing
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tenken.common.era import era_date, parse_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.common.workbook_cells import read_cells
from tenken.findings.models import Finding
from tenken.findings.operations.bulk import Improvement, improve_many
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.findings.states import MEASURE_LEVELS, WITH_SECTION, Plan, Report
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.workbooks.form_rows import FormRow, find_form
from tenken.workbooks.lists import list_workbook

TITLE: Final = "課題の改善計画と改善報告"
GIVEN: Final = ("番号", "版", "課公所", "課題", "状態", "期限")
PLAN: Final = ("改善計画", "担当", "改善予定日", "対策の区分", "予算が必要", "予算額（円）", "予算の年度")
REPORT: Final = ("改善内容", "改善実施日")
COLUMNS: Final = (*GIVEN, *PLAN, *REPORT)
_YES: Final = "○"
_LEVEL_CODES: Final = {label: code for code, label in MEASURE_LEVELS.items()}
_MAX_ROWS: Final = 2_000


@dataclass(frozen=True)
class Change:
    """What one row changes: the finding, its place in the file, and (column, before, after)."""

    finding: Finding
    improvement: Improvement
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class FindingsDifference:
    """What a file would write. ``digest`` stands for exactly that; ``unchanged`` counts the rows that say nothing new."""

    name: str
    changes: tuple[Change, ...]
    unchanged: int
    digest: str


def findings_workbook(*, by: Principal) -> bytes:
    """Return the findings that wait for *by*'s sections, the earliest number first, as a workbook to fill in."""
    rows = _open(by)
    names = names_with_bureau(by.city, {row.unit_id for row in rows}, by.on)
    return list_workbook(
        title=TITLE,
        header=COLUMNS,
        rows=[
            (
                str(row),
                row.version,
                names[row.unit_id],
                row.title,
                row.get_status_display(),
                row.plan_due_on or row.due_on,
                *(_shown(row)[name] for name in (*PLAN, *REPORT)),
            )
            for row in rows
        ],
        notes=(
            "「改善計画」から右の列を入力して、課題のページから取り込んでください。番号と版は変えないでください。",
            f"対策の区分は「{'」か「'.join(_LEVEL_CODES)}」、予算が必要なときは「{_YES}」を入力してください。",
        ),
    )


def findings_difference(*, by: Principal, name: str, content: bytes) -> FindingsDifference:
    """Read a filled workbook and return what it would change.

    ``Invalid`` with sheet, row and column for another form, a formula, an unknown, foreign, doubled or stale finding and
    a value that cannot be read.
    """
    require_somewhere(by, IMPROVE_FINDINGS)
    sheets = read_cells(content, name)
    sheet, top, columns = find_form(sheets, name, title=TITLE, columns=COLUMNS)
    standing = {str(row): row for row in _open(by, any_status=True)}
    problems: list[Problem] = []
    changes: list[Change] = []
    seen: set[str] = set()
    unchanged = 0
    for number in range(top + 1, len(sheet.rows)):
        row = FormRow(sheet, number, columns, problems)
        if not row.filled():
            continue
        if len(seen) >= _MAX_ROWS:
            raise Invalid(f"一度に取り込めるのは{_MAX_ROWS:,}行までです。")
        finding = _finding(row, standing, seen)
        if finding is None:
            continue
        change = _change(row, finding)
        unchanged += change is None
        changes += [change] if change else []
    if problems:
        raise Invalid(f"「{name}」に取り込めないところが{len(problems)}か所あります。", problems[:200])
    said = [(one.improvement, one.cells) for one in changes]
    return FindingsDifference(
        name, tuple(changes), unchanged, hashlib.sha256(repr(said).encode()).hexdigest()
    )


def apply_findings(*, by: Principal, found: FindingsDifference, shown: str) -> list[Finding]:
    """Write what *found* says. ``Stale`` when *shown* (the digest that was confirmed) is of something else."""
    if shown != found.digest:
        raise Stale("表示したあとに内容が変わりました。ファイルをもう一度選んでください。")
    return improve_many(by=by, rows=[change.improvement for change in found.changes], source=found.name)


def _open(by: Principal, *, any_status: bool = False) -> list[Finding]:
    rows = Finding.objects.restrict(by, IMPROVE_FINDINGS).select_related("unit")
    if not any_status:
        rows = rows.filter(status__in=WITH_SECTION)
    return list(rows.order_by("fiscal_year", "number"))


def _shown(row: Finding) -> dict[str, Any]:
    """Return plan and report of a finding as the file has them."""
    return {
        "改善計画": row.plan or None,
        "担当": row.plan_owner or None,
        "改善予定日": row.plan_due_on,
        "対策の区分": MEASURE_LEVELS.get(row.measure_level),
        "予算が必要": _YES if row.plan_needs_budget else None,
        "予算額（円）": row.budget_yen,
        "予算の年度": row.budget_year,
        "改善内容": row.action or None,
        "改善実施日": row.action_on,
    }


# --- reading ----------------------------------------------------------------------------------------------


def _finding(row: FormRow, standing: dict[str, Finding], seen: set[str]) -> Finding | None:
    number = row.text("番号")
    finding = standing.get(number)
    if finding is None:
        row.wrong("番号", f"「{number[:40]}」という課題は、あなたの課公所にありません。")
    elif number in seen:
        row.wrong("番号", f"課題{number}の行が二つあります。")
    elif row.text("版") != str(finding.version):
        row.wrong(
            "版",
            f"出力したあとに課題{number}が変更されました（いまの版は{finding.version}）。出力し直してください。",
        )
    else:
        seen.add(number)
        return finding
    seen.add(number)
    return None


def _change(row: FormRow, finding: Finding) -> Change | None:
    before = {name: _words(value) for name, value in _shown(finding).items()}
    level = row.read("対策の区分", _level)
    needs = row.read("予算が必要", _mark)
    plan_due = row.read("改善予定日", parse_date)
    action_on = row.read("改善実施日", parse_date)
    yen = row.read("予算額（円）", parse_count)
    year = row.read("予算の年度", _fiscal_year)
    after = {
        "改善計画": row.text("改善計画"),
        "担当": row.text("担当"),
        "改善予定日": _words(plan_due),
        "対策の区分": MEASURE_LEVELS[level] if level else "",
        "予算が必要": _YES if needs else "",
        "予算額（円）": _words(yen),
        "予算の年度": _words(year),
        "改善内容": row.text("改善内容"),
        "改善実施日": _words(action_on),
    }
    cells = tuple((name, before[name], after[name]) for name in after if before[name] != after[name])
    if not cells:
        return None
    changed = {name for name, _, _ in cells}
    plan = (
        Plan(after["改善計画"], after["担当"], plan_due, bool(needs), level or "", None, yen, year)
        if changed & set(PLAN)
        else None
    )
    report = Report(after["改善内容"], action_on) if changed & set(REPORT) else None
    return Change(finding, Improvement(finding.pk, finding.version, row.place, plan, report), cells)


def _words(value: Any) -> str:
    if isinstance(value, date):
        return era_date(value)
    return "" if value is None else str(value)


def _level(text: str) -> str:
    if text not in _LEVEL_CODES:
        raise ValueError(
            f"「{text[:40]}」は選べません。「{'」か「'.join(_LEVEL_CODES)}」を入力してください。"
        )
    return _LEVEL_CODES[text]


def _mark(text: str) -> bool:
    if text not in (_YES, "〇", "◯"):
        raise ValueError(f"必要なときは「{_YES}」を入力し、そうでないときは空にしてください。")
    return True


def _fiscal_year(text: str) -> int:
    """Read 2027, 2027年度 or 令和9年度."""
    plain = text.removesuffix("度").removesuffix("年")
    if plain.isascii() and plain.isdigit() and len(plain) == 4:
        return int(plain)
    try:
        return FiscalYear.of(parse_date(f"{plain}年4月1日" if "元" not in plain else f"{plain}年5月1日")).year
    except ValueError:
        raise ValueError(f"「{text[:40]}」は年度として読めません（例：2027、令和9年度）。") from None
