"""措置 by Excel: the findings that wait for a measure go out with empty columns, and come back as measures.

measures_workbook(by=by)                                    the file that goes out
found = measures_difference(by=by, name=…, content=…)       nothing is written
apply_measures(by=by, found=found, shown=found.digest)      writes what was shown, all of it or nothing

Who manages reports lays measures down; everybody else proposes them (``findings.operations.measures``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from tenken.common.era import era_date, parse_date
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.common.workbook_cells import read_cells
from tenken.findings.models import Finding
from tenken.findings.operations import MeasureData
from tenken.findings.operations.measure_bulk import MeasureLine, measure_many
from tenken.findings.permissions import REPORT_MEASURES
from tenken.findings.queries import my_measures, until_of
from tenken.findings.states.measures import BUDGET_STAGES, MEASURE_LABELS
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.workbooks.form_rows import FormRow, find_form
from tenken.workbooks.lists import list_workbook

TITLE: Final = "措置の報告"
GIVEN: Final = ("課題番号", "版", "報告書の番号", "課公所", "件名", "状態", "報告の期限")
SAID: Final = ("区分", "措置の日", "措置の内容", "予定を含む", "予定の期限", "予算の段階")
COLUMNS: Final = (*GIVEN, *SAID)
_YES, _NO = "○", "×"
_STATUS_CODES: Final = {label: code for code, label in MEASURE_LABELS.items()}
_STAGE_CODES: Final = {label: code for code, label in BUDGET_STAGES.items()}
_MAX_ROWS: Final = 2_000


@dataclass(frozen=True)
class MeasuresDifference:
    """What a file would write: one measure a line; ``digest`` stands for exactly that; ``empty``: rows left as they are."""

    name: str
    lines: tuple[tuple[Finding, MeasureLine], ...]
    empty: int
    digest: str

    @property
    def cells(self) -> list[tuple[str, str, str, str]]:
        """What is shown before it is written: number, title, printed status, text."""
        return [
            (
                str(finding),
                finding.title,
                f"【{MEASURE_LABELS[line.data.status]}】 {era_date(line.data.on)}" if line.data.on else "",
                line.data.text,
            )
            for finding, line in self.lines
        ]


def measures_workbook(*, by: Principal) -> bytes:
    """Return the findings whose measures wait for *by*'s sections as a workbook to fill in."""
    rows = list(my_measures(by).order_by("report_id", "report_order"))
    names = names_with_bureau(by.city, {row.unit_id for row in rows}, by.on)
    return list_workbook(
        title=TITLE,
        header=COLUMNS,
        rows=[
            (
                str(row),
                row.version,
                row.reference,
                names[row.unit_id],
                row.title,
                row.get_status_display(),
                until_of(row),
                *(None for _ in SAID),
            )
            for row in rows
        ],
        notes=(
            "措置のある行だけ、「区分」から右の列を入力してください。課題番号と版は変えないでください。",
            f"区分は「{'」「'.join(_STATUS_CODES)}」のどれか。措置済で、まだ行っていないことを含むときは「予定を含む」に「{_YES}」、含まないときは「{_NO}」を入力し、"
            f"含むときは期限も入力してください。予算の段階は「{'」「'.join(_STAGE_CODES)}」のどれか。",
        ),
    )


def measures_difference(*, by: Principal, name: str, content: bytes) -> MeasuresDifference:
    """Read a filled workbook and return the measures it would write.

    ``Invalid`` with sheet, row and column for another form, a formula, an unknown, doubled or stale finding and a value
    that cannot be read.
    """
    require_somewhere(by, REPORT_MEASURES)
    sheet, top, columns = find_form(read_cells(content, name), name, title=TITLE, columns=COLUMNS)
    reach = Finding.objects.restrict(by, REPORT_MEASURES).filter(track=Finding.Track.MEASURES)
    standing = {str(row): row for row in reach}
    problems: list[Problem] = []
    lines: list[tuple[Finding, MeasureLine]] = []
    seen: set[str] = set()
    empty = 0
    for number in range(top + 1, len(sheet.rows)):
        row = FormRow(sheet, number, columns, problems)
        if not row.filled():
            continue
        if len(seen) >= _MAX_ROWS:
            raise Invalid(f"一度に取り込めるのは{_MAX_ROWS:,}行までです。")
        if not any(row.text(one) for one in SAID):
            empty += 1
            continue
        finding = _finding(row, standing, seen)
        if finding is not None:
            lines.append((finding, _line(row, finding)))
    if problems:
        raise Invalid(f"「{name}」に取り込めないところが{len(problems)}か所あります。", problems[:200])
    digest = hashlib.sha256(repr([line for _, line in lines]).encode()).hexdigest()
    return MeasuresDifference(name, tuple(lines), empty, digest)


def apply_measures(*, by: Principal, found: MeasuresDifference, shown: str) -> int:
    """Write what *found* says and return how many measures. ``Stale`` when *shown* is of something else."""
    if shown != found.digest:
        raise Stale("表示したあとに内容が変わりました。ファイルをもう一度選んでください。")
    return len(measure_many(by=by, rows=[line for _, line in found.lines], source=found.name))


def _finding(row: FormRow, standing: dict[str, Finding], seen: set[str]) -> Finding | None:
    number = row.text("課題番号")
    finding = standing.get(number)
    if finding is None:
        row.wrong("課題番号", f"「{number[:40]}」という課題は、あなたが措置を報告する範囲にありません。")
    elif number in seen:
        row.wrong("課題番号", f"課題{number}の行が二つあります。")
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


def _line(row: FormRow, finding: Finding) -> MeasureLine:
    on: date | None = row.read("措置の日", parse_date)
    due: date | None = row.read("予定の期限", parse_date)
    data = MeasureData(
        status=row.read("区分", _status) or "",
        on=on,
        text=row.text("措置の内容"),
        promises=row.read("予定を含む", _mark),
        promise_due_on=due,
        budget_stage=row.read("予算の段階", _stage) or "",
    )
    return MeasureLine(finding.pk, finding.version, row.place, data)


def _status(text: str) -> str:
    if text not in _STATUS_CODES:
        raise ValueError(f"「{'」「'.join(_STATUS_CODES)}」のどれかを入力してください。")
    return _STATUS_CODES[text]


def _stage(text: str) -> str:
    if text not in _STAGE_CODES:
        raise ValueError(f"「{'」「'.join(_STAGE_CODES)}」のどれかを入力してください。")
    return _STAGE_CODES[text]


def _mark(text: str) -> bool:
    if text in (_YES, "〇", "◯"):
        return True
    if text in (_NO, "✕", "x", "X"):
        return False
    raise ValueError(f"含むときは「{_YES}」、含まないときは「{_NO}」を入力してください。")
