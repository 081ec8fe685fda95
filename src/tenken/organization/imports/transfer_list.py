"""人事異動の一覧: who joins, moves, leaves and from when. Its form, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.organization.imports.cells import Problems
from tenken.organization.imports.lists import ListForm, cells_of, read_list, refuse_same_rows

JOIN, MOVE, LEAVE, CONCURRENT, ACTING, RELEASE = "join", "move", "leave", "concurrent", "acting", "release"
KINDS = {
    "採用": JOIN,
    "転入": JOIN,
    "異動": MOVE,
    "昇任": MOVE,
    "退職": LEAVE,
    "転出": LEAVE,
    "併任": CONCURRENT,
    "兼務": CONCURRENT,
    "事務取扱": ACTING,
    "解任": RELEASE,
}
_ONCE = (JOIN, MOVE, LEAVE)

TRANSFER_FORM = ListForm(
    sheet="人事異動",
    columns={
        "発令日": "新しい職に就く日。退職・転出では、画面で選んだとおり最後の日か、いなくなる日。解任は、その職でなくなる日。",
        "職員番号": "数字や英字。全角でもよい。先頭の0を落とさないよう、文字列で入力する。",
        "氏名": "登録と違う氏名は、番号の誤りを防ぐため取り込まない。",
        "ふりがな": "採用・転入で、新しく登録する職員だけ。",
        "メール": "採用・転入で、新しく登録する職員だけ。",
        "区分": "・".join(KINDS) + "のいずれか。",
        "旧所属コード": "今の所属。空欄でもよい。",
        "旧職": "今の職の職コードか職名。解任では必須。異動・昇任で空欄のときは、今の本務を解く。",
        "新所属コード": "新しい所属。退職・転出・解任では空欄。",
        "新職": "新しい職の職コードか職名（「課長」のように所属名を略してもよい）。退職・転出・解任では空欄。",
        "備考": "取り込まない。",
    },
    required=frozenset({"発令日", "職員番号", "氏名", "区分", "新所属コード", "新職"}),
    dates=frozenset({"発令日"}),
    names=frozenset({"氏名", "ふりがな"}),
    choices={"区分": tuple(KINDS)},
    examples=(
        (date(2014, 4, 1), "1000101", "緑 太郎", "", "", "異動", "", "", "101010", "課長", ""),
        (date(2014, 4, 1), "1000205", "青葉 花子", "", "", "昇任", "101010", "主査", "101020", "係長", ""),
        (
            date(2014, 4, 1),
            "1009001",
            "若葉 一",
            "わかば はじめ",
            "",
            "採用",
            "",
            "",
            "101010",
            "主事",
            "新規採用",
        ),
        (date(2014, 3, 31), "1000033", "松原 次郎", "", "", "退職", "", "", "", "", "定年"),
        (date(2014, 4, 1), "1000101", "緑 太郎", "", "", "併任", "", "", "101030", "課長", ""),
        (date(2014, 4, 1), "1000150", "桜 三郎", "", "", "解任", "101030", "課長", "", "", "併任を解く"),
    ),
    notes=(
        "1行に1つの発令を書きます。1人に異動と併任があるときは、2行に分けます。",
        "日付は、2014/4/1、平成26年4月1日、H26.4.1 のどれでも読み取ります。",
        "仕事は職に付きます。職に就いた人は、その日から課の点検票や課題を引き継ぎます。",
        "退職・転出した人は、その日から利用できなくなります。採用・転入した人の利用者名は職員番号です。",
        "セルの結合、数式の氏名、同じ行の繰返しは取り込めません。誤りが1つでもあれば、何も取り込みません。",
    ),
)


@dataclass(frozen=True)
class TransferRow:
    """One 発令. ``label`` is the 区分 as typed; posts are codes or titles as typed, '' where none."""

    row: int
    on: date
    number: str
    name: str
    kana: str
    email: str
    label: str
    kind: str
    old_unit: str
    old_post: str
    unit: str
    post: str


@dataclass(frozen=True)
class TransferFile:
    """What a transfer list says. ``sha256`` is that of its bytes."""

    name: str
    sha256: str
    rows: tuple[TransferRow, ...]


def read_transfer_file(name: str, content: bytes) -> TransferFile:
    """Read a 人事異動 list (.xlsx or .csv). ``Invalid`` with sheet, row and column of all that is wrong by itself."""
    read = read_list(TRANSFER_FORM, name, content)
    problems = Problems()
    refuse_same_rows(TRANSFER_FORM, read.rows, "職員番号", problems)
    rows = [row for number, cells in read.rows if (row := _row(number, cells, problems))]
    _refuse_doubles(rows, problems)
    problems.done()
    return TransferFile(read.name, read.sha256, tuple(rows))


def _row(number: int, row: dict[str, str], problems: Problems) -> TransferRow | None:
    cells = cells_of(TRANSFER_FORM, number, row, problems)
    kind = cells.choice("区分", KINDS)
    on = cells.day("発令日")
    if on is None and not row["発令日"]:
        cells.problem("発令日", "発令日を入力してください。")
    goes = kind in (JOIN, MOVE, CONCURRENT, ACTING)
    if not goes:
        for column in ("新所属コード", "新職"):
            if kind and row[column]:
                cells.problem(column, f"{row['区分']}では空欄にしてください。")
    elif not row["新職"]:
        cells.problem("新職", "新しい職を入力してください。")
    if kind == RELEASE and not row["旧職"]:
        cells.problem("旧職", "解く職を入力してください。")
    read = TransferRow(
        row=number,
        on=on or date.min,
        number=cells.code("職員番号", 20),
        name=cells.name("氏名", 100),
        kana=cells.name("ふりがな", 200, required=False),
        email=cells.email("メール"),
        label=row["区分"].strip(),
        kind=kind,
        old_unit=cells.code("旧所属コード", 20, required=False),
        old_post=cells.name("旧職", 120, required=False),
        unit=cells.code("新所属コード", 20, required=False) if goes else "",
        post=cells.name("新職", 120, required=False),
    )
    return read if kind and on else None


def _refuse_doubles(rows: list[TransferRow], problems: Problems) -> None:
    """One person joins, moves or leaves once a day, and is called the same in every row."""
    seen: dict[tuple[str, date], TransferRow] = {}
    named: dict[str, TransferRow] = {}
    for row in rows:
        first = named.setdefault(row.number, row)
        if first.name != row.name:
            problems.add(
                TRANSFER_FORM.sheet,
                row.row,
                "氏名",
                f"職員番号{row.number}の氏名が{first.row}行と違います。",
            )
        if row.kind not in _ONCE:
            continue
        earlier = seen.setdefault((row.number, row.on), row)
        if earlier is not row:
            problems.add(
                TRANSFER_FORM.sheet,
                row.row,
                "職員番号",
                f"職員番号{row.number}には、同じ日の「{earlier.label}」が{earlier.row}行にあります。",
            )
