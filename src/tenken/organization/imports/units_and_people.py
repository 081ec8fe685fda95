"""Reading the organisation's file: rows as records, and every problem that the file shows by itself."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenken.common.refusals import Invalid
from tenken.common.tabular_files import cell_text, read_table_file
from tenken.organization.imports.cells import Cells, Problems, header_of
from tenken.organization.imports.columns import COLUMNS, MANY_SEATS, ONE_SEAT, PEOPLE, UNITS

_SEPARATORS = re.compile(r"[、,，;\n]+")
_KINDS = {"本務": "main", "": "main", "兼務": "concurrent", "事務取扱": "acting"}


@dataclass(frozen=True)
class UnitRow:
    """A row of the sheet 組織. ``kind`` and ``body`` are names or codes as typed."""

    row: int
    code: str
    name: str
    kana: str
    kind: str
    parent: str
    body: str


@dataclass(frozen=True)
class PersonRow:
    """A row of the sheet 職員: one person in one post, or (``post`` '') without one.

    ``roles``: (name or code, unit code or '' for the post's own).
    """

    row: int
    number: str
    name: str
    kana: str
    email: str
    unit: str
    post: str
    title: str
    single_seat: bool
    roles: tuple[tuple[str, str], ...]
    kind: str
    starts: date | None
    ends: date | None


@dataclass(frozen=True)
class OrganizationFile:
    """What a file says. ``sha256`` is that of its bytes."""

    name: str
    sha256: str
    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]


def read_organization_file(name: str, content: bytes) -> OrganizationFile:
    """Read an .xlsx with the sheets 組織 and 職員 (or one of them), or a .csv of either.

    ``Invalid`` names sheet, row and column of everything that is wrong by itself; what is wrong against the city is
    told by ``difference``.
    """
    sheets = {
        sheet: [[cell_text(cell) for cell in row] for row in rows]
        for sheet, rows in read_table_file(content, name).items()
    }
    if "" in sheets:
        sheets = {_sheet_of_csv(sheets[""]): sheets[""]}
    if not set(sheets) & set(COLUMNS):
        raise Invalid(
            f"シート「{UNITS}」も「{PEOPLE}」もありません。この画面から出力した様式を使ってください。"
        )
    problems = Problems()
    cells = {sheet: list(_records(sheet, sheets[sheet], problems)) for sheet in COLUMNS if sheet in sheets}
    problems.done()
    units = [_unit(number, row, problems) for number, row in cells.get(UNITS, ())]
    people = [_person(number, row, problems) for number, row in cells.get(PEOPLE, ())]
    _refuse_doubles(units, people, problems)
    problems.done()
    if not units and not people:
        raise Invalid("取り込む行がありません。")
    return OrganizationFile(name, hashlib.sha256(content).hexdigest(), tuple(units), tuple(people))


def _sheet_of_csv(rows: list[list[str]]) -> str:
    header = {header_of(cell) for cell in rows[0]} if rows else set()
    for sheet, columns in COLUMNS.items():
        if columns[0] in header and columns[1] in header:
            return sheet
    raise Invalid("CSVの1行目が、組織の様式とも職員の様式とも違います。")


def _records(sheet: str, rows: list[list[str]], problems: Problems) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number, cells by column) of each row that is not empty."""
    header = [header_of(cell) for cell in rows[0]] if rows else []
    for column in COLUMNS[sheet]:
        if header.count(column) != 1:
            told = "ありません" if column not in header else "2つ以上あります"
            problems.add(sheet, 1, column, f"見出し「{column}」が{told}。")
    unknown = [cell for cell in header if cell and cell not in COLUMNS[sheet]]
    for cell in unknown:
        problems.add(sheet, 1, cell[:20], f"見出し「{cell[:20]}」は、この様式にありません。")
    if problems.found:
        return
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            padded = row + [""] * (len(header) - len(row))
            yield number, {column: padded[header.index(column)] for column in COLUMNS[sheet]}


def _unit(number: int, row: dict[str, str], problems: Problems) -> UnitRow:
    cells = Cells(UNITS, number, row, problems)
    return UnitRow(
        row=number,
        code=cells.code("所属コード", 20),
        name=cells.name("名称", 100),
        kana=cells.name("ふりがな", 200, required=False),
        kind=cells.name("種類", 30),
        parent=cells.code("上位所属コード", 20),
        body=cells.name("実施機関", 60, required=False),
    )


def _person(number: int, row: dict[str, str], problems: Problems) -> PersonRow:
    cells = Cells(PEOPLE, number, row, problems)
    post = cells.code("職コード", 30, required=False)
    kind = _KINDS.get(row["区分"].strip())
    if kind is None:
        cells.problem("区分", "本務・兼務・事務取扱のいずれかにしてください。")
    seats = unicodedata.normalize("NFKC", row["定員"]).strip()
    if seats not in ("", "1", ONE_SEAT, MANY_SEATS):
        cells.problem("定員", f"「{ONE_SEAT}」か「{MANY_SEATS}」にしてください。")
    starts, ends = cells.day("発令日"), cells.day("解令日")
    if starts and ends and ends <= starts:
        cells.problem("解令日", "解令日は発令日より後の日付にしてください。")
    if not post and (row["役割"] or row["発令日"] or row["職名"]):
        cells.problem("職コード", "職コードを入力してください。")
    return PersonRow(
        row=number,
        number=cells.code("職員番号", 20),
        name=cells.name("氏名", 100),
        kana=cells.name("ふりがな", 200, required=False),
        email=cells.email("メール"),
        unit=cells.code("所属コード", 20, required=bool(post)),
        post=post,
        title=cells.name("職名", 120, required=bool(post)),
        single_seat=seats != MANY_SEATS,
        roles=_roles(row["役割"]),
        kind=kind or "main",
        starts=starts,
        ends=ends,
    )


def _roles(text: str) -> tuple[tuple[str, str], ...]:
    """Read 「情報管理者、事務局＠991015」: roles, each with the unit it is for where that is not the post's own."""
    roles = []
    for part in _SEPARATORS.split(text):
        name, _, unit = part.replace("＠", "@").partition("@")
        if name.strip():
            roles.append((name.strip(), unicodedata.normalize("NFKC", unit).strip()))
    return tuple(dict.fromkeys(roles))


def _refuse_doubles(units: list[UnitRow], people: list[PersonRow], problems: Problems) -> None:
    """The same unit twice; a person or a post that two rows describe differently."""
    seen: dict[str, int] = {}
    for unit in units:
        if unit.code and (first := seen.setdefault(unit.code, unit.row)) != unit.row:
            problems.add(UNITS, unit.row, "所属コード", f"所属コード{unit.code}は{first}行にもあります。")
    persons: dict[str, PersonRow] = {}
    posts: dict[str, PersonRow] = {}
    for row in people:
        first_row = persons.setdefault(row.number, row)
        if (first_row.name, first_row.kana, first_row.email) != (row.name, row.kana, row.email):
            problems.add(
                PEOPLE,
                row.row,
                "氏名",
                f"職員番号{row.number}の氏名・ふりがな・メールが{first_row.row}行と違います。",
            )
        if not row.post:
            continue
        post = posts.setdefault(row.post, row)
        if (post.unit, post.title, post.single_seat, post.roles) != (
            row.unit,
            row.title,
            row.single_seat,
            row.roles,
        ):
            problems.add(
                PEOPLE,
                row.row,
                "職コード",
                f"職コード{row.post}の所属・職名・定員・役割が{post.row}行と違います。",
            )
