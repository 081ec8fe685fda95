"""Items and clauses as tables of Japanese words, and read back from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_place, cell_text
from tenken.policy.exchange.rows import BankRow, ClauseRow
from tenken.policy.models import CheckCategory, CheckItem, Clause
from tenken.policy.rules.codes import split_codes
from tenken.policy.rules.facts import FACT_KINDS, fact_name

PARTS: dict[str, str] = dict(CheckCategory._meta.get_field("part").choices or ())  # type: ignore[arg-type]
NATURES: dict[str, str] = dict(Clause.Nature.choices)
STANDING, CHOICE = "毎年", "選択"
BANK_HEADER = (
    "コード",
    "点検の種類",
    "調査項目コード",
    "調査項目",
    "点検内容",
    "目的",
    "確認方法",
    "適合の基準",
    "例",
    "証拠",
    "答えと突き合わせる記録",
    "根拠の条",
    "毎年の点検",
    "回答の有効期間（月）",
)
ASPECT = "運用面・技術面"  # files of before do not have it
CLAUSE_HEADER = ("章の番号", "章の題名", "コード", "番号", "見出し", "本文", "対象者", "性質", "具体化する条")
_HEADER_ROWS = 10  # a title and notes may stand above the header

Sheets = Mapping[str, Sequence[Sequence[object]]]


def bank_table(rows: Sequence[BankRow]) -> list[tuple[object, ...]]:
    """Return the rows under ``BANK_HEADER`` and ``ASPECT``."""
    return [
        (
            row.code,
            PARTS.get(row.part, row.part),
            row.category,
            row.category_name,
            row.question,
            row.purpose,
            row.how_to_check,
            row.good,
            "\n".join(row.examples),
            row.evidence,
            "、".join(fact_name(code) for code in row.facts),
            "、".join(row.clause_codes),
            STANDING if row.standing else CHOICE,
            row.answer_valid_months,
            CheckItem.Aspect(row.aspect).label if row.aspect else "",
        )
        for row in rows
    ]


def clause_table(rows: Sequence[ClauseRow], role_names: Mapping[str, str]) -> list[tuple[object, ...]]:
    """Return the rows under ``CLAUSE_HEADER``; roles by their names."""
    return [
        (
            row.chapter_number,
            row.chapter_title,
            row.code,
            row.number,
            row.heading,
            row.text,
            "、".join(role_names.get(code, code) for code in row.binds),
            NATURES[row.nature],
            "、".join(row.refines),
        )
        for row in rows
    ]


def read_bank_table(sheets: Sheets) -> list[BankRow]:
    """Return the items of a file with the columns of ``BANK_HEADER``, in any order, ``ASPECT`` if it is there. ``Invalid`` with
    every place."""
    reader = _Reader(sheets, BANK_HEADER, (ASPECT,))
    aspects = {aspect.label: aspect.value for aspect in CheckItem.Aspect}
    codes = {label: code for code, label in PARTS.items()}
    facts = {label: code for code, label in FACT_KINDS.items()}
    rows = [
        BankRow(
            code=line["コード"],
            part=reader.one_of(line, "点検の種類", codes),
            category=line["調査項目コード"],
            category_name=line["調査項目"],
            question=line["点検内容"],
            purpose=line["目的"],
            how_to_check=line["確認方法"],
            good=line["適合の基準"],
            examples=tuple(one.strip() for one in line["例"].splitlines() if one.strip()),
            evidence=line["証拠"],
            facts=tuple(reader.each_of(line, "答えと突き合わせる記録", facts)),
            clause_codes=tuple(split_codes(line["根拠の条"])),
            standing=reader.one_of(line, "毎年の点検", {STANDING: STANDING, CHOICE: ""}) == STANDING,
            answer_valid_months=reader.count(line, "回答の有効期間（月）"),
            aspect=reader.one_of(line, ASPECT, aspects) if line.get(ASPECT) else "",
            place=line.place,
        )
        for line in reader.lines()
    ]
    reader.done()
    return rows


def read_clause_table(sheets: Sheets, role_names: Mapping[str, str]) -> list[ClauseRow]:
    """Return the clauses of a file with the columns of ``CLAUSE_HEADER``. ``Invalid`` with every place."""
    reader = _Reader(sheets, CLAUSE_HEADER)
    roles = {name: code for code, name in role_names.items()}
    natures = {label: code for code, label in NATURES.items()}
    rows = [
        ClauseRow(
            chapter_number=line["章の番号"],
            chapter_title=line["章の題名"],
            code=line["コード"],
            number=line["番号"],
            heading=line["見出し"],
            text=line["本文"],
            binds=tuple(reader.each_of(line, "対象者", roles)),
            nature=reader.one_of(line, "性質", natures),
            refines=tuple(split_codes(line["具体化する条"])),
            place=line.place,
        )
        for line in reader.lines()
    ]
    reader.done()
    return rows


class _Line(dict[str, str]):
    """A row by its column's name; ``place`` and ``row`` say where it stands."""

    def __init__(self, values: Mapping[str, str], sheet: str, row: int) -> None:
        super().__init__(values)
        self.sheet, self.row = sheet, row
        self.place = cell_place(sheet, row)


class _Reader:
    """Finds the header, hands out the lines below it, and collects what is wrong with its place."""

    def __init__(self, sheets: Sheets, header: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.header, self.optional, self.problems = header, optional, list[Problem]()
        self.sheet, self.top, self.columns = self._find(sheets)
        self.rows = sheets[self.sheet]

    def _find(self, sheets: Sheets) -> tuple[str, int, dict[str, int]]:
        best: list[str] = list(self.header)
        for name, rows in sheets.items():
            for top, row in enumerate(rows[:_HEADER_ROWS]):
                columns = {cell_text(cell): place for place, cell in enumerate(row)}
                missing = [one for one in self.header if one not in columns]
                if not missing:
                    wanted = [*self.header, *(one for one in self.optional if one in columns)]
                    return name, top, {one: columns[one] for one in wanted}
                best = min(best, missing, key=len)
        raise Invalid(
            "この一覧の様式ではありません。書き出したファイルの見出しのまま使ってください。",
            [Problem(f"見出し「{one}」がありません。", "見出し", "file") for one in best],
        )

    def lines(self) -> Iterator[_Line]:
        seen: dict[str, str] = {}
        for number in range(self.top + 1, len(self.rows)):
            row = self.rows[number]
            values = {
                name: cell_text(row[place]) if place < len(row) else ""
                for name, place in self.columns.items()
            }
            if not any(values.values()):
                continue
            line = _Line(values, self.sheet, number)
            code = line["コード"]
            if code in seen:
                self._add(line, "コード", f"「{code}」が2度あります（先の行：{seen[code]}）。")
            seen[code] = line.place
            yield line

    def _add(self, line: _Line, column: str, message: str) -> None:
        place = cell_place(line.sheet, line.row, self.columns[column])
        self.problems.append(Problem(message, place, "file"))

    def one_of(self, line: _Line, column: str, choices: Mapping[str, str]) -> str:
        found = choices.get(line[column])
        if found is None:
            self._add(line, column, f"「{'」「'.join(choices)}」のどれかを入力してください。")
        return found or ""

    def each_of(self, line: _Line, column: str, choices: Mapping[str, str]) -> Iterator[str]:
        for word in (one.strip() for one in line[column].replace("\n", "、").split("、")):
            if word and word not in choices:
                self._add(line, column, f"「{word[:40]}」は選べません。")
            elif word:
                yield choices[word]

    def count(self, line: _Line, column: str) -> int:
        try:
            number = parse_count(line[column] or "0")
        except ValueError as error:
            self._add(line, column, str(error))
            return 0
        if number > 120:
            self._add(line, column, "120か月までです。")
        return min(number, 120)

    def done(self) -> None:
        if self.problems:
            raise Invalid("ファイルの内容に誤りがあります。何も取り込んでいません。", self.problems[:200])
