"""CSV files of asset managers, filters and mail gateways, as events by a mapping."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from tenken.common.clock import JAPAN
from tenken.common.refusals import Invalid
from tenken.common.tabular_files import column_letters
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.wire.csv_mappings import LEAVE_OUT, REST, CsvMapping, heading_key, meaning, propose
from tenken.telemetry.wire.values import column_value, events_table, moment

__all__ = ["CsvSample", "look", "propose", "read_csv"]

ROWS_AT_ONCE: Final = 20_000
_LOOK_BYTES: Final = 512 * 1024
_LOOK_LINES: Final = 30
_LONGEST_LINE: Final = 256 * 1024
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class CsvSample:
    """What the head of a file shows. ``header_line``: the line of the headings, from 1; ``rows``: some below them."""

    encoding: str
    delimiter: str
    header_line: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def look(head: bytes, *, encoding: str = "", delimiter: str = "", rows: int = 200) -> CsvSample:
    """Return what *head* (the beginning of a file) shows; *encoding* and *delimiter* where they are known.

    ``Invalid`` when there are no headings to be found.
    """
    encoding = encoding or _encoding(head)
    lines = head[:_LOOK_BYTES].decode(encoding, "replace").lstrip("\ufeff").splitlines()
    if len(head) >= _LOOK_BYTES and len(lines) > 1:
        lines.pop()
    delimiter = delimiter or _delimiter(lines[:_LOOK_LINES])
    reader = csv.reader((f"{line}\n".replace("\0", "") for line in lines), delimiter=delimiter)
    found: list[tuple[int, tuple[str, ...]]] = []
    try:
        for row in islice(reader, rows + _LOOK_LINES):
            found.append((reader.line_num, tuple(cell.strip() for cell in row)))
    except csv.Error:
        pass
    place = _header_place([row for _, row in found[:_LOOK_LINES]])
    if place is None:
        raise Invalid("CSVの見出しの行が見つかりません。1行に1件、先頭に見出しのあるCSVを選んでください。")
    line, header = found[place]
    return CsvSample(
        encoding, delimiter, line, header, tuple(row for _, row in found[place + 1 :] if any(row))[:rows]
    )


def read_csv(file: BinaryIO, mapping: CsvMapping, *, received: datetime) -> Iterator[Parsed]:
    """Yield the events of *file* by *mapping*, some thousands at a time; what cannot be read is a reject with its place,
    whose bytes are a file of its own: the headings and the record.

    *file* is read once, from where it stands. ``Invalid`` when its headings are not the mapping's: nothing was yielded.
    """
    head = file.read(_LOOK_BYTES)
    sample = look(head, encoding=mapping.encoding, delimiter=mapping.delimiter, rows=1)
    reading = _Reading(sample, mapping, received)
    lines = _Lines(file, head, sample.encoding)
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for cells in lines.records(sample.delimiter, after=sample.header_line):
        try:
            if isinstance(cells, str):
                raise _Unreadable(cells)
            if any(cells):
                rows.append(reading.event(cells))
        except _Unreadable as error:
            place = f"{lines.first}行目{error.place}"
            rejects.append(Reject(place, error.reason, lines.headings + lines.raw()))
        if len(rows) + len(rejects) >= ROWS_AT_ONCE:
            yield Parsed(events_table(rows), rejects=tuple(rejects))
            rows, rejects = [], []
    if rows or rejects:
        yield Parsed(events_table(rows), rejects=tuple(rejects))


class _Unreadable(Exception):  # noqa: N818 - becomes a reject
    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


class _Lines:
    """The lines of a file as text, remembering the bytes and the first line of the record being read."""

    def __init__(self, file: BinaryIO, head: bytes, encoding: str) -> None:
        self._file, self._head, self._encoding = file, head, encoding
        self._number = 0
        self._taken: list[bytes] = []
        self._undecoded = False
        self.first = 0
        self.headings = b""

    def raw(self) -> bytes:
        return b"".join(self._taken)[:_LONGEST_LINE]

    def records(self, delimiter: str, *, after: int) -> Iterator[list[str] | str]:
        """Yield the cells of each record below line *after*; a sentence for one that cannot be read."""
        reader = csv.reader(self._text(), delimiter=delimiter)
        while True:
            self._taken, self._undecoded, self.first = [], False, self._number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield "CSVとして読み取れません（引用符が閉じていないか、長すぎる項目があります）。"
                continue
            if self._number <= after:
                self.headings = self.raw()
                continue
            yield "文字コードを読み取れません。" if self._undecoded else cells

    def _text(self) -> Iterator[str]:
        for line in self._raw_lines():
            self._number += 1
            self._taken.append(line)
            try:
                yield line.decode(self._encoding).replace("\0", "")
            except UnicodeDecodeError:
                self._undecoded = True
                yield line.decode(self._encoding, "backslashreplace").replace("\0", "")

    def _raw_lines(self) -> Iterator[bytes]:
        if self._encoding == "utf-16":
            rest = (self._head + self._file.read()).decode("utf-16", "replace")
            self._encoding = "utf-8"
            yield from rest.encode().splitlines(keepends=True)
            return
        pending = self._head.removeprefix(b"\xef\xbb\xbf")
        while piece := pending or self._file.read(_LOOK_BYTES):
            *lines, pending = piece.split(b"\n")
            yield from (line + b"\n" for line in lines)
            if len(pending) > _LONGEST_LINE or not (more := self._file.read(_LOOK_BYTES)):
                if pending:
                    yield pending
                pending = b""
            else:
                pending += more


class _Reading:
    """Rows of one file by one mapping."""

    def __init__(self, sample: CsvSample, mapping: CsvMapping, received: datetime) -> None:
        self._received = received
        self._constants = {name: column_value(name, value) for name, value in mapping.constants.items()}
        rules = {heading_key(rule.heading): rule for rule in mapping.columns}
        keys = [heading_key(heading) for heading in sample.header]
        wanted = {key for key, rule in rules.items() if rule.column == "ts"}
        if not wanted <= set(keys):
            missing = "、".join(f"「{rules[key].heading}」" for key in sorted(wanted - set(keys)))
            raise Invalid(f"ファイルの見出しが対応づけと違います（{missing}がありません）。")
        self._headings = sample.header
        self._rules = [rules.get(key) for key in keys]
        self._tables = [
            {heading_key(word): value for word, value in rule.values.items()} if rule else {}
            for rule in self._rules
        ]

    def event(self, cells: Sequence[str]) -> dict[str, Any]:
        """Return the event of one record. ``_Unreadable`` with the column when it has no moment."""
        if any(cells[len(self._headings) :]):
            raise _Unreadable("列の数が見出しより多い行です。")
        row: dict[str, Any] = dict(self._constants)
        rest: dict[str, str] = {}
        moments: list[tuple[int, str]] = []
        for place, cell in enumerate(cells[: len(self._headings)]):
            rule, text = self._rules[place], cell.strip()
            if not text or (rule and rule.column == LEAVE_OUT):
                continue
            column = rule.column if rule else REST
            if column == "ts":
                moments.append((place, text))
            elif column == REST:
                rest[self._headings[place]] = text
            else:
                self._put(place, column, text, row, rest)
        row["ts"] = self._moment(moments)
        row["rest"] = rest
        _finish(row)
        return row

    def _put(self, place: int, column: str, text: str, row: dict[str, Any], rest: dict[str, str]) -> None:
        heading = self._headings[place]
        told = self._tables[place].get(heading_key(text)) or meaning(column, text)
        if told:
            row[column] = told
            if column == "op":
                rest[heading] = text
        elif column == "op":
            rest[heading] = text
        elif column in ("path", "destination") and (before := row.get(column)):
            row[column] = _joined_path(before, text)
        elif column in ("mail_to", "attachments"):
            row[column] = [*row.get(column, ()), *_list(text)]
        elif column in row and column not in self._constants:
            rest[heading] = text
        else:
            row[column] = column_value(column, text)

    def _moment(self, moments: list[tuple[int, str]]) -> datetime:
        text = " ".join(text for _, text in moments)
        place = (
            moments[0][0]
            if moments
            else next(i for i, rule in enumerate(self._rules) if rule and rule.column == "ts")
        )
        rule = self._rules[place]
        found = _formatted(text, rule.format) if rule and rule.format else moment(text)
        if found is None:
            reason = f"「{text[:40]}」は日時として読めません。" if text else "日時がありません。"
            raise _Unreadable(reason, f" {column_letters(place)}列（{self._headings[place]}）")
        return found


def _formatted(text: str, written: str) -> datetime | None:
    try:
        found = datetime.strptime(unicodedata.normalize("NFKC", text), written)  # noqa: DTZ007 - Japan's, below
    except ValueError:
        return None
    return moment((found if found.tzinfo else found.replace(tzinfo=JAPAN)).isoformat())


def _finish(row: dict[str, Any]) -> None:
    """Settle what follows from several columns: an overridden filter is an operation; a URL names its host."""
    row.setdefault("op", "log")
    if row.get("disposition") == "overridden" and row["op"] in ("web", "log"):
        row["op"] = "web_override"
    if row.get("op") == "logon" and row.get("status") == "failure":
        row["op"] = "logon_failure"
    if row["op"] in ("web", "web_upload", "web_override"):
        row.setdefault("log_category", "proxy")  # so that Sigma's rules about proxies look at it
    if (url := row.get("url")) and not row.get("host"):
        try:
            row["host"] = urlsplit(url if "//" in url else f"//{url}").hostname or ""
        except ValueError:
            row["host"] = ""


def _list(text: str) -> list[str]:
    for mark in (";", "；", "\n", "、", ","):
        if mark in text:
            return [part for piece in text.split(mark) if (part := piece.strip())]
    return [text]


def _joined_path(before: str, text: str) -> str:
    """Return folder and name as one path; a full path among the two is it."""
    full = [part for part in (text, before) if part[1:3] == ":\\" or part.startswith(("\\\\", "/"))]
    if len(full) == 2 or (full and full[0] == text):
        return full[0]
    folder, name = (before, text) if full else ((text, before) if "\\" in text else (before, text))
    return folder.rstrip("\\") + "\\" + name


def _encoding(head: bytes) -> str:
    if head[:2] in _UTF16:
        return "utf-16"
    body = head.removeprefix(b"\xef\xbb\xbf")
    # A character may be cut at the end of what is looked at.
    body = body[: body.rfind(b"\n") + 1] or body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _delimiter(lines: Sequence[str]) -> str:
    """Return the mark that divides the most lines alike."""

    def regularity(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines if line.count(mark)]
        most = max(set(counts), key=counts.count, default=0)
        return counts.count(most) * bool(most), most

    return max((",", "\t", ";", "|"), key=regularity)


def _header_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first row that looks like headings: as wide as most, hardly a gap, no dates, no numbers."""
    widths = [sum(bool(cell) for cell in row) for row in rows]
    widest = max(widths, default=0)
    if widest < 2:
        return None
    for place, row in enumerate(rows):
        named = [cell for cell in row if cell]
        if len(named) < max(2, widest * 0.6) or len({heading_key(cell) for cell in named}) < len(named):
            continue
        if not any(moment(cell) or cell.replace(".", "").isdigit() for cell in named):
            return place
    return None
