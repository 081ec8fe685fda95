"""A first guess of the mapping, from the texts in a city's own workbook. People correct it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from typing import Final

from tenken.common.japanese_text import search_key
from tenken.common.tabular_files import cell_text, column_letters
from tenken.common.workbook_cells import SheetCells, cell_address
from tenken.workbooks.own_forms.mapping import Mapping, mark_key

_ALIKE: Final = 0.6
_SEARCHED_ROWS: Final = 2_000
_HEADER_ABOVE: Final = 8
# The first word that a heading holds decides; the order matters (「前回の回答」 is no 回答).
_HEADINGS: Final = (
    ("last", ("前回", "前年", "昨年")),
    ("comment", ("コメント", "備考", "特記")),
    ("reason", ("理由", "具体", "課題の内容", "改善", "対応状況", "状況説明")),
    ("verdict", ("回答", "結果", "評価", "判定", "自己点検", "取組状況", "実施状況", "確認")),
)
_UNIT_CODE: Final = ("所属コード", "課コード", "所属番号", "組織コード")
_UNIT_NAME: Final = ("所属名", "課名", "課所名", "課公所名", "部署名", "所属", "課公所", "部署")
_MEANINGS: Final = {
    "conforms": ("○", "はい", "適合", "適", "良", "済", "実施", "できている", "a"),
    "issue": ("×", "いいえ", "課題あり", "不適合", "否", "未実施", "できていない", "b"),
    "not_applicable": ("-", "該当なし", "対象外", "非該当", "n/a", "c"),
}
_DEFAULT_MARKS: Final = {"○": "conforms", "×": "issue", "－": "not_applicable"}


@dataclass(frozen=True)
class KnownItem:
    """An item of the bank as it may stand in a form."""

    code: str
    text: str


def propose(
    sheets: dict[str, SheetCells],
    items: Iterable[KnownItem],
    choices: Pairs[str, Pairs[str, tuple[str, ...]]],
) -> Mapping:
    """Return the mapping of the sheet that holds most of the *items*; what is not found stays empty.

    *choices*: by sheet and column, the values that a cell's list offers.
    """
    wanted = list(items)
    best: dict[str, tuple[int, int, str]] = {}
    chosen = next(iter(sheets), "")
    for name, sheet in sheets.items():
        found = _matched(sheet, wanted)
        if len(found) > len(best):
            best, chosen = found, name
    if not best:
        return Mapping(sheet=chosen, marks=dict(_DEFAULT_MARKS))
    sheet = sheets[chosen]
    columns = _columns(sheet, min(row for row, _, _ in best.values()), max(c for _, c, _ in best.values()))
    return Mapping(
        sheet=chosen,
        unit_code=_beside(sheet, _UNIT_CODE),
        unit_name=_beside(sheet, _UNIT_NAME),
        rows={code: row for code, (row, _, _) in best.items()},
        texts={code: (cell_address(row, column), text) for code, (row, column, text) in best.items()},
        marks=_marks(choices.get(chosen, {}).get(columns["verdict"], ())),
        **columns,
    )


def _matched(sheet: SheetCells, items: list[KnownItem]) -> dict[str, tuple[int, int, str]]:
    """Return row, column and text of the cell that says what an item asks, the surest pairs first."""
    pairs = []
    wanted = [(item, search_key(item.text), _pairs_of(search_key(item.text))) for item in items]
    for row, column, text in _texts(sheet):
        key = search_key(text)
        if len(key) < 6:
            continue
        own = _pairs_of(key)
        for item, other, theirs in wanted:
            shared = len(own & theirs)
            alike = 1.0 if key == other else 2 * shared / (len(own) + len(theirs))
            if alike >= _ALIKE:
                pairs.append((-alike, row, column, item.code, text))
    found: dict[str, tuple[int, int, str]] = {}
    taken: set[int] = set()
    for _, row, column, code, text in sorted(pairs):
        if code not in found and row not in taken:
            found[code] = (row, column, text)
            taken.add(row)
    return found


def _texts(sheet: SheetCells) -> Iterator[tuple[int, int, str]]:
    for row, cells in enumerate(sheet.rows[:_SEARCHED_ROWS], start=1):
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, str) and cell.strip():
                yield row, column, cell.strip()


def _pairs_of(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))


def _columns(sheet: SheetCells, first: int, asked: int) -> dict[str, str]:
    """Return the columns of answers by the headings above the first question, right of the questions."""
    found = {"verdict": "", "reason": "", "comment": "", "last": ""}
    width = max((len(row) for row in sheet.rows), default=0)
    for column in range(asked + 1, width + 1):
        heading = "".join(
            cell_text(sheet.value(row, column)) for row in range(max(1, first - _HEADER_ABOVE), first)
        )
        for name, words in _HEADINGS:
            if any(word in heading for word in words):
                found[name] = found[name] or column_letters(column - 1)
                break
    return found


def _beside(sheet: SheetCells, labels: tuple[str, ...]) -> str:
    """Return the address of the cell to the right of the first label found, '' when there is none."""
    for label in labels:
        for row, column, text in _texts(sheet):
            if search_key(text).rstrip(":") == search_key(label):
                merged = sheet.merged_at(row, column)
                return cell_address(row, (merged[3] + 1 if merged else column) + 1)
    return ""


def _marks(choices: tuple[str, ...]) -> dict[str, str]:
    marks: dict[str, str] = {}
    for choice in choices:
        for code, words in _MEANINGS.items():
            if mark_key(choice).lower() in words:
                marks[choice] = code
    return marks if set(marks.values()) == set(_MEANINGS) else dict(_DEFAULT_MARKS)
