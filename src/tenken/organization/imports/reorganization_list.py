"""組織改正一覧: what becomes of which unit from when. Its form, and reading it into actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.organization.imports.cells import Problems
from tenken.organization.imports.lists import ListForm, cells_of, read_list, refuse_same_rows

MERGE, SPLIT, RENAME, ABOLISH, FOUND, MOVE = "merge", "split", "rename", "abolish", "found", "move"
KINDS = {"統合": MERGE, "分割": SPLIT, "改称": RENAME, "廃止": ABOLISH, "新設": FOUND, "移管": MOVE}
LABELS = {kind: label for label, kind in KINDS.items()}
_MUST = {
    MERGE: ("旧所属コード", "新所属コード"),
    SPLIT: ("旧所属コード", "新名称"),
    RENAME: ("旧所属コード", "新名称"),
    ABOLISH: ("旧所属コード",),
    FOUND: ("新所属コード", "新名称", "種類", "上位所属コード"),
    MOVE: ("旧所属コード", "上位所属コード"),
}
_MUST_NOT = {
    ABOLISH: ("新所属コード", "新名称", "種類", "上位所属コード"),
    FOUND: ("旧所属コード",),
    MOVE: ("新所属コード", "新名称", "種類"),
}

REORGANIZATION_FORM = ListForm(
    sheet="組織改正",
    columns={
        "施行日": "新しい組織になる最初の日。",
        "区分": "・".join(KINDS) + "のいずれか。",
        "旧所属コード": "今の組織。新設では空欄。",
        "旧名称": "今の名称。書くと、登録と合うか確かめる。",
        "新所属コード": "新しい組織。改称と分割の1行目では、空欄なら今のコードを引き継ぐ。",
        "新名称": "新しい名称。今ある組織に統合するときは、その組織の名称か空欄。",
        "ふりがな": "新しい名称のふりがな。",
        "種類": "局・部・課など。空欄なら今と同じ。新設では必須。",
        "上位所属コード": "どの組織の下か（施行日からのコード）。空欄なら今と同じ。新設と移管では必須。",
        "備考": "取り込まない。",
    },
    required=frozenset({"施行日", "区分", "旧所属コード", "新所属コード", "新名称"}),
    dates=frozenset({"施行日"}),
    names=frozenset({"旧名称", "新名称", "ふりがな"}),
    choices={"区分": tuple(KINDS)},
    examples=(
        (
            date(2014, 4, 1),
            "統合",
            "101010",
            "管理課",
            "101010",
            "総務課",
            "そうむか",
            "",
            "",
            "2課を新しい1課に",
        ),
        (
            date(2014, 4, 1),
            "統合",
            "101020",
            "庶務課",
            "101010",
            "総務課",
            "",
            "",
            "",
            "同じ新所属コードの行が1つの統合",
        ),
        (
            date(2014, 4, 1),
            "分割",
            "201010",
            "福祉課",
            "201010",
            "高齢福祉課",
            "",
            "",
            "",
            "1行目が職と職員を引き継ぐ",
        ),
        (
            date(2014, 4, 1),
            "分割",
            "201010",
            "福祉課",
            "201011",
            "障害福祉課",
            "",
            "",
            "",
            "2行目からは新しい職を置く",
        ),
        (date(2014, 4, 1), "改称", "301010", "市民課", "", "戸籍住民課", "こせきじゅうみんか", "", "", ""),
        (date(2014, 4, 1), "廃止", "401010", "臨時対策室", "", "", "", "", "", ""),
        (date(2014, 4, 1), "新設", "", "", "401090", "防災課", "ぼうさいか", "課", "401000", ""),
        (date(2014, 4, 1), "移管", "501010", "統計課", "", "", "", "", "101000", "局を移る"),
    ),
    notes=(
        "統合は、統合される組織ごとに1行ずつ書き、新所属コードを同じにします。はじめの行の組織の職が引き継がれます。",
        "今ある組織に統合するときは、新所属コードにその組織のコードを書き、その組織の行は書きません。",
        "分割は、分かれた後の組織ごとに1行ずつ書き、旧所属コードを同じにします。",
        "新設した課と、分割の2行目からの課には、課長の職（情報管理者）と課員の職を置きます。",
        "日付は、2014/4/1、平成26年4月1日、H26.4.1 のどれでも読み取ります。",
        "セルの結合、数式の名称、同じ行の繰返しは取り込めません。誤りが1つでもあれば、何も取り込みません。",
    ),
)


@dataclass(frozen=True)
class ReorganizationRow:
    """A row as read; codes and names are '' where left out, ``unit_kind`` a name or code as typed."""

    row: int
    on: date
    kind: str
    old_code: str
    old_name: str
    code: str
    name: str
    kana: str
    unit_kind: str
    parent: str


@dataclass(frozen=True)
class Action:
    """One change: the rows that say it, the first of which leads."""

    on: date
    kind: str
    rows: tuple[ReorganizationRow, ...]

    @property
    def first(self) -> ReorganizationRow:
        return self.rows[0]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(row.row for row in self.rows)

    @property
    def old_codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.old_code for row in self.rows if row.old_code))

    @property
    def new_codes(self) -> tuple[str, ...]:
        return tuple(row.code for row in self.rows if row.code)

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(row.parent for row in self.rows if row.parent)


@dataclass(frozen=True)
class ReorganizationFile:
    """What a 組織改正一覧 says, in the order of its rows. ``sha256`` is that of its bytes."""

    name: str
    sha256: str
    actions: tuple[Action, ...]


def read_reorganization_file(name: str, content: bytes) -> ReorganizationFile:
    """Read a 組織改正一覧 (.xlsx or .csv). ``Invalid`` with sheet, row and column of all that is wrong by itself."""
    read = read_list(REORGANIZATION_FORM, name, content)
    problems = Problems()
    refuse_same_rows(REORGANIZATION_FORM, read.rows, "区分", problems)
    rows = [row for number, cells in read.rows if (row := _row(number, cells, problems))]
    problems.done()
    actions = _actions(rows, problems)
    _refuse_twice(actions, problems)
    problems.done()
    return ReorganizationFile(read.name, read.sha256, tuple(actions))


def _row(number: int, row: dict[str, str], problems: Problems) -> ReorganizationRow | None:
    cells = cells_of(REORGANIZATION_FORM, number, row, problems)
    kind = cells.choice("区分", KINDS)
    on = cells.day("施行日")
    if on is None and not row["施行日"]:
        cells.problem("施行日", "施行日を入力してください。")
    for column in _MUST.get(kind, ()):
        if not row[column]:
            cells.problem(column, f"{row['区分']}では、{column}を入力してください。")
    for column in _MUST_NOT.get(kind, ()):
        if row[column]:
            cells.problem(column, f"{row['区分']}では、空欄にしてください。")
    read = ReorganizationRow(
        row=number,
        on=on or date.min,
        kind=kind,
        old_code=cells.code("旧所属コード", 20, required=False),
        old_name=cells.name("旧名称", 100, required=False),
        code=cells.code("新所属コード", 20, required=False),
        name=cells.name("新名称", 100, required=False),
        kana=cells.name("ふりがな", 200, required=False),
        unit_kind=cells.name("種類", 30, required=False),
        parent=cells.code("上位所属コード", 20, required=False),
    )
    return read if kind and on else None


def _actions(rows: list[ReorganizationRow], problems: Problems) -> list[Action]:
    """Join the rows of one merger (same new code) and of one split (same old code)."""
    grouped: dict[tuple[object, ...], list[ReorganizationRow]] = {}
    for row in rows:
        own = {MERGE: row.code, SPLIT: row.old_code}.get(row.kind, row.row)
        grouped.setdefault((row.on, row.kind, own), []).append(row)
    actions = []
    for (_, kind, _), group in grouped.items():
        if kind == SPLIT and len(group) < 2:
            _problem(
                problems, group[0], "旧所属コード", "分割は、分かれた後の組織を2行以上に書いてください。"
            )
        if kind == SPLIT:
            for row in group[1:]:
                if not row.code:
                    _problem(
                        problems, row, "新所属コード", "分割の2行目からは、新所属コードを入力してください。"
                    )
        if kind == MERGE:
            _refuse_disagreement(group, problems)
        actions.append(Action(group[0].on, str(kind), tuple(group)))
    return actions


def _refuse_disagreement(group: list[ReorganizationRow], problems: Problems) -> None:
    """What one merger makes is said once, or always the same."""
    for column, field in (("新名称", "name"), ("種類", "unit_kind"), ("上位所属コード", "parent")):
        saying = [row for row in group if getattr(row, field)]
        for row in saying:
            if getattr(row, field) != getattr(saying[0], field):
                _problem(problems, row, column, f"同じ統合の{saying[0].row}行と違います。")


def _refuse_twice(actions: Iterable[Action], problems: Problems) -> None:
    """No unit ends twice on a day, no code is given twice."""
    ending: dict[tuple[date, str], int] = {}
    given: dict[tuple[date, str], int] = {}
    for action in actions:
        for code in action.old_codes:
            first = ending.setdefault((action.on, code), action.first.row)
            if first != action.first.row:
                _problem(
                    problems, action.first, "旧所属コード", f"所属コード{code}の改正が{first}行にもあります。"
                )
        for row in action.rows if action.kind != MERGE else action.rows[:1]:
            first = given.setdefault((action.on, row.code), row.row) if row.code else row.row
            if first != row.row:
                _problem(problems, row, "新所属コード", f"新所属コード{row.code}は{first}行にもあります。")


def _problem(problems: Problems, row: ReorganizationRow, column: str, message: str) -> None:
    problems.add(REORGANIZATION_FORM.sheet, row.row, column, message)
