"""Tables that vendors hand in (CSV, Excel): a mapping says which column is what, and is proposed from the header."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tenken.audit.technical.readers.making import (
    Hosts,
    cves_in,
    cwes_in,
    host_of,
    make_host,
    make_record,
    moment,
    port_number,
    reference_list,
    score_of,
)
from tenken.audit.technical.readers.severities import WORDS, of_score
from tenken.audit.technical.readers.sources import AsUtf8, Told, is_workbook, lines, marked_encoding, opened
from tenken.audit.technical.readers.table_words import COLUMNS, folded
from tenken.audit.technical.records import SEVERITIES, ScannedHost, ScanRecord
from tenken.common.clock import JAPAN
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import MAX_COLUMNS, cell_place, cell_text, read_table_file

MAX_WORKBOOK: Final = 50 * 1024 * 1024
_LONGEST_LINE: Final = 1024 * 1024
_HEADER_WITHIN: Final = 20
_SAMPLES: Final = 5
_ADDRESS = re.compile(r"[A-Za-z0-9._:\-]+", re.ASCII)
_SEPARATORS = re.compile(r"[\s,、;；]+")


@dataclass(frozen=True)
class TableMapping:
    """Which column (from 0) of a table holds what; None where none does. ``title`` is the one that must be there.

    ``sheet``: the sheet of a workbook, '' for the first. ``header_row``: the row of the header, from 0. ``severities``: what a
    word in the table means ({"5": "critical"}), asked before the words everybody uses. ``tool``: whose table it is.
    """

    title: int | None = None
    host: int | None = None
    host_name: int | None = None
    severity: int | None = None
    score: int | None = None
    vector: int | None = None
    cve: int | None = None
    cwe: int | None = None
    port: int | None = None
    protocol: int | None = None
    service: int | None = None
    description: int | None = None
    solution: int | None = None
    output: int | None = None
    location: int | None = None
    rule: int | None = None
    reference: int | None = None
    operating_system: int | None = None
    seen_at: int | None = None
    severities: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int = 0
    tool: str = "table"

    @classmethod
    def propose(
        cls, header: Sequence[str], *, sheet: str = "", header_row: int = 0, tool: str = "table"
    ) -> TableMapping:
        """Return the mapping that the words of *header* suggest. A column serves once; an exact word goes before a
        part of one."""
        names = [folded(name) for name in header]
        columns: dict[str, int] = {}
        for exact in (True, False):
            for part, words in COLUMNS.items():
                if part in columns:
                    continue
                for word in words:
                    found = [
                        index
                        for index, name in enumerate(names)
                        if index not in columns.values()
                        and (name == word if exact else len(word) > 1 and word in name)
                    ]
                    if found:
                        columns[part] = found[0]
                        break
        parts: dict[str, Any] = {**columns}
        return cls(**parts, sheet=sheet, header_row=header_row, tool=tool)

    def columns(self) -> dict[str, int]:
        """Return the columns that are mapped, by the part they hold."""
        return {
            item.name: value
            for item in fields(self)
            if item.name in COLUMNS and (value := getattr(self, item.name)) is not None
        }


@dataclass(frozen=True)
class TableHeader:
    """A table before it is mapped: its sheets, the header that was found (``row`` from 0), some rows below it."""

    sheets: tuple[str, ...]
    sheet: str
    row: int
    columns: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]

    def propose(self, tool: str = "table") -> TableMapping:
        return TableMapping.propose(self.columns, sheet=self.sheet, header_row=self.row, tool=tool)


def table_header(path: Path, *, sheet: str = "") -> TableHeader:
    """Return the header of the table in *path*: of its first 20 rows the one whose words we know most of.

    ``Invalid`` when the file is damaged, has no such sheet, or no row that could be a header.
    """
    sheets, rows = _rows(path, sheet, None)
    first = []
    for number, row in rows:
        first.append((number, tuple(cell_text(cell)[:200] for cell in row)))
        if len(first) >= _HEADER_WITHIN + _SAMPLES:
            break
    candidates = [(number, cells) for number, cells in first[:_HEADER_WITHIN] if sum(map(bool, cells)) >= 2]
    if not candidates:
        raise Invalid("表に見出しの行がありません。見出しの下に1件ずつ並べた表を送ってください。")
    known = {number: len(TableMapping.propose(cells).columns()) for number, cells in candidates}
    at, columns = max(candidates, key=lambda candidate: (known[candidate[0]], -candidate[0]))
    samples = tuple(cells for number, cells in first if number > at and any(cells))[:_SAMPLES]
    return TableHeader(sheets, sheet or (sheets[0] if sheets else ""), at, columns, samples)


def severity_words(path: Path, mapping: TableMapping, most: int = 50) -> tuple[str, ...]:
    """Return the words of the severity column that mean nothing to us yet: what a person has to say of this table."""
    if mapping.severity is None:
        return ()
    found: dict[str, None] = {}
    for _number, cells in _bodies(path, mapping, None):
        word = _cell(cells, mapping.severity)
        if _meaning(word, score_of(_cell(cells, mapping.score)), mapping) is None:
            found[word] = None
            if len(found) >= most:
                break
    return tuple(found)


def read_table(
    path: Path, mapping: TableMapping | None = None, told: Told | None = None
) -> Iterator[ScannedHost | ScanRecord]:
    """Yield the rows of a table. ``Invalid``, with row and column, for a row that cannot be understood."""
    mapping = mapping or table_header(path).propose()
    if mapping.title is None:
        raise Invalid("どの列が脆弱性の名称か分かりません。列の対応を指定してください。")
    hosts = Hosts()
    for number, cells in _bodies(path, mapping, told):
        for record in _records(number, cells, mapping):
            if hosts.is_new(record.host):
                yield make_host(
                    record.host,
                    host_name=record.host_name,
                    operating_system=record.operating_system,
                    seen_at=record.seen_at,
                )
            yield record


def _bodies(path: Path, mapping: TableMapping, told: Told | None) -> Iterator[tuple[int, list[object]]]:
    _sheets, rows = _rows(path, mapping.sheet, told)
    mapped = mapping.columns().values()
    for number, row in rows:
        if number > mapping.header_row and any(_cell(row, column) for column in mapped):
            yield number, row


def _records(number: int, cells: list[object], mapping: TableMapping) -> Iterator[ScanRecord]:
    def text(part: str) -> str:
        return _cell(cells, getattr(mapping, part))

    title, word = text("title"), text("severity")
    if not title:
        if not word:
            return  # a remark below or between the rows
        raise _refusal(mapping, number, mapping.title, "名称がありません。")
    score, vector = score_of(text("score")), text("vector")
    severity = _severity(number, word, score, mapping)
    location = text("location")
    url_host, url_port, _scheme = host_of(location) if "://" in location else ("", None, "")
    cves = cves_in(text("cve"), title)
    for host, port in _hosts(text("host")) or [(url_host, url_port)]:
        yield make_record(
            tool=mapping.tool,
            rule=text("rule") or (cves[0] if len(cves) == 1 else title),
            title=title,
            severity=severity,
            host=host,
            host_name=text("host_name"),
            port=port_number(text("port").partition("/")[0]) or port,
            protocol=text("protocol") or text("port").partition("/")[2],
            service=text("service"),
            location=location,
            score=score,
            vector=vector,
            cves=cves,
            cwes=cwes_in([text("cwe")]),
            description=text("description"),
            solution=text("solution"),
            output=text("output"),
            references=reference_list([text("reference")]),
            operating_system=text("operating_system"),
            seen_at=_moment(cells, mapping.seen_at),
        )


def _hosts(text: str) -> list[tuple[str, int | None]]:
    """Return the hosts of a cell with their ports: addresses, URLs, several of them, or one name in words."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    if "://" not in text and not all(_ADDRESS.fullmatch(part) for part in parts):
        return [(text, None)]
    found = dict.fromkeys((host, port) for host, port, _scheme in map(host_of, parts[:1_000]) if host)
    return list(found) or [(text, None)]


def _severity(number: int, word: str, score: float | None, mapping: TableMapping) -> str:
    """Return our level of *word*; '' where the score says it."""
    found = _meaning(word, score, mapping)
    if found is None:
        message = f"深刻度「{word[:40]}」の意味が分かりません。値の対応を指定してください。"
        raise _refusal(mapping, number, mapping.severity, message)
    return found


def _meaning(word: str, score: float | None, mapping: TableMapping) -> str | None:
    """Return our level of *word*, '' where the score says it, None where a person has to. 9.8 is a score; 5 may be one, or
    the worst of five levels, and is taken for nothing without a score beside it."""
    if not word:
        return ""
    if found := _known_severity(word, mapping):
        return found
    if (rated := score_of(word)) is None or ("." not in word and score is None):
        return None
    return of_score(rated) if score is None else ""


def _known_severity(word: str, mapping: TableMapping) -> str:
    found = mapping.severities.get(word) or WORDS.get(folded(word), "")
    return found if found in SEVERITIES else ""


def _moment(cells: list[object], column: int | None) -> datetime | None:
    value = cells[column] if column is not None and column < len(cells) else None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=JAPAN)).astimezone(UTC)
    return moment(cell_text(value))


def _cell(cells: Sequence[object], column: int | None) -> str:
    return cell_text(cells[column]) if column is not None and 0 <= column < len(cells) else ""


def _refusal(mapping: TableMapping, row: int, column: int | None, message: str) -> Invalid:
    place = cell_place(mapping.sheet, row, column)
    return Invalid(f"{place}：{message}", [Problem(message, place)])


# --- rows -------------------------------------------------------------------------------------------------


def _rows(
    path: Path, sheet: str, told: Told | None
) -> tuple[tuple[str, ...], Iterator[tuple[int, list[object]]]]:
    """Return the names of the sheets (none for a CSV) and the rows of *sheet* with their numbers from 0."""
    if not is_workbook(path):
        return (), _csv_rows(path, told)
    size = path.stat().st_size
    if size > MAX_WORKBOOK:
        raise Invalid(
            f"Excelのファイルが大きすぎます（{MAX_WORKBOOK // 1024**2}MBまで）。CSVで送ってください。"
        )
    sheets = read_table_file(path.read_bytes(), "表.xlsx", max_bytes=MAX_WORKBOOK)
    name = sheet or next(iter(sheets), "")
    if name not in sheets:
        raise Invalid(f"シート「{name}」がありません。")
    if told:
        told(size, size)
    return tuple(sheets), enumerate(sheets[name])


def _csv_rows(path: Path, told: Told | None) -> Iterator[tuple[int, list[object]]]:
    encoding = _encoding(path)
    with opened(path, told) as source:
        text = (f"{line.decode('utf-8')}\n" for _n, line in lines(AsUtf8(source, encoding), _LONGEST_LINE))
        head: list[str] = []
        for line in text:
            head.append(line)
            if (line.strip() and any(mark in line for mark in ",\t;")) or len(head) >= _HEADER_WITHIN:
                break
        delimiter = max(",\t;", key=head[-1].count) if head else ","
        reader = csv.reader(_chained(head, text), delimiter=delimiter, strict=True)
        try:
            for number, row in enumerate(reader):
                if len(row) > MAX_COLUMNS:
                    raise Invalid(f"{reader.line_num}行目：列が多すぎます（{MAX_COLUMNS:,}列まで）。")
                yield number, list(row)
        except csv.Error:
            raise Invalid(
                f"CSVとして読み取れません（{max(1, reader.line_num):,}行目）。"
                '引用符（"）が閉じていないか、位置が正しくないか、1つのセルが長すぎます。'
            ) from None


def _chained(head: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from head
    yield from rest


def _encoding(path: Path) -> str:
    """Return the encoding of a CSV: its mark, or the first of UTF-8 and CP932 that reads all of it."""
    with opened(path) as source:
        start = source.read()
    if marked := marked_encoding(start):
        return marked
    furthest = 0
    for encoding in ("utf-8", "cp932"):
        line = _wrong_line(path, encoding)
        if not line:
            return encoding
        furthest = max(furthest, line)
    raise Invalid(
        f"文字コードを読み取れません（{furthest:,}行目）。UTF-8かCP932（シフトJIS）で保存し直してください。"
    )


def _wrong_line(path: Path, encoding: str) -> int:
    """Return the line where *path* is not in *encoding* or holds a null character, 0 when it all is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with opened(path) as source:
        while True:
            piece = source.read()
            if b"\0" in piece:
                raise Invalid(
                    f"{line + piece[: piece.find(0)].count(10):,}行目：文字のファイルではありません。"
                )
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return line + error.object.count(b"\n", 0, error.start)
            if not piece:
                return 0
            line += piece.count(b"\n")
