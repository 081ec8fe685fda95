"""Found events as files, written row by row: what is held in memory does not grow with the result."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from tenken.common.clock import JAPAN
from tenken.common.japanese_text import cp932_problem
from tenken.common.refusals import Invalid, Problem
from tenken.common.spreadsheets import safe_cell
from tenken.files.kinds import Kind
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import arrow_schema
from tenken.telemetry.models import SearchExport
from tenken.telemetry.search.criteria import DISPOSITIONS, DRIVES
from tenken.telemetry.search.reading import SHOWN, Row

EXCEL_MOST: Final = 1_000_000
_PROBLEMS: Final = 20
_BATCH: Final = 5_000
_STATUSES: Final = {"success": "成功", "failure": "失敗"}

Names = Callable[[Row], tuple[str, str]]
"""A row → the names of its section and of its person."""

_PLAIN: Final = {
    "user": "アカウント",
    "device": "端末機番号",
    "computer": "コンピューター名",
    "address": "IPアドレス",
    "app": "アプリケーション",
    "process": "実行ファイル",
    "command_line": "コマンドライン",
    "title": "ウィンドウの題名",
    "path": "ファイル・フォルダ",
    "destination": "変更後・コピー先",
    "size": "大きさ（バイト）",
    "device_name": "外部機器",
    "device_serial": "外部機器のシリアル",
    "printer": "プリンター",
    "document": "印刷した文書",
    "pages": "ページ数",
    "mail_from": "差出人",
    "mail_to": "宛先",
    "unapproved_recipients": "許可されていない宛先の数",
    "subject": "件名",
    "attachments": "添付ファイル",
    "url": "URL",
    "host": "接続先",
    "bytes_out": "送信したバイト数",
    "message": "本文",
}
HEADER: Final = (
    "日時",
    "操作",
    "成否",
    "制御の結果",
    "所属コード",
    "所属",
    "職員番号",
    "氏名",
    *_PLAIN.values(),
    "ドライブ",
    "執務時間外",
    "送信元",
    "受信原本の番号",
    "受信原本の中の順",
)


def _starts(start: bytes, name: str) -> Callable[[BinaryIO], None]:
    def check(stream: BinaryIO) -> None:
        stream.seek(0)
        if not stream.read(len(start)).startswith(start):
            raise Invalid(f"{name}として書けませんでした。もう一度出力してください。")

    return check


def _anything(stream: BinaryIO) -> None:
    """What was written here as text is text."""


_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Final[Mapping[str, Kind]] = {
    SearchExport.Format.CSV: Kind("CSV", ("csv",), "text/csv; charset=Shift_JIS", _anything),
    SearchExport.Format.CSV_UTF8: Kind("CSV", ("csv",), "text/csv; charset=utf-8", _anything),
    SearchExport.Format.EXCEL: Kind("Excel", ("xlsx",), _SHEET, _starts(b"PK\x03\x04", "Excel")),
    SearchExport.Format.PARQUET: Kind(
        "Parquet", ("parquet",), "application/vnd.apache.parquet", _starts(b"PAR1", "Parquet")
    ),
}


def write(format_: str, path: Path, rows: Iterable[Row], names: Names) -> None:
    """Write *rows* to *path*. ``Invalid`` when the format cannot hold them, with the places."""
    if format_ == SearchExport.Format.PARQUET:
        _parquet(path, rows)
    elif format_ == SearchExport.Format.EXCEL:
        _excel(path, (_cells(row, names) for row in rows))
    else:
        _csv(path, (_cells(row, names) for row in rows), cp932=format_ == SearchExport.Format.CSV)


def _cells(row: Row, names: Names) -> list[Any]:
    section, person = names(row)
    first = [
        row["ts"].astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        BY_CODE[row["op"]].label if row["op"] in BY_CODE else row["op"],
        _STATUSES.get(row["status"], row["status"]),
        DISPOSITIONS.get(row["disposition"], row["disposition"]),
        row["section"],
        section,
        row["person"],
        person,
    ]
    last = [
        DRIVES.get(row["drive"], row["drive"]),
        "○" if row["off_hours"] else "",
        row["source"],
        str(row["payload"]),  # longer than the figures a spreadsheet keeps
        row["seq"],
    ]
    plain = ["\n".join(value) if isinstance(value := row[name], list) else value for name in _PLAIN]
    return [safe_cell(value) for value in (*first, *plain, *last)]


def _csv(path: Path, lines: Iterable[Sequence[Any]], *, cp932: bool) -> None:
    encoding = "cp932" if cp932 else "utf-8-sig"
    problems: list[Problem] = []
    with open(path, "w", encoding=encoding, errors="replace" if cp932 else "strict", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADER)
        for number, line in enumerate(lines, start=2):
            if cp932:
                problems += _not_in_cp932(number, line)
                if len(problems) >= _PROBLEMS:
                    break
            writer.writerow(line)
    if problems:
        raise Invalid(
            "CSV（CP932）にできない文字があります。「CSV（UTF-8・BOM付き）」かExcelで出力してください。",
            problems[:_PROBLEMS],
        )


def _not_in_cp932(number: int, line: Sequence[Any]) -> Iterator[Problem]:
    for column, cell in zip(HEADER, line, strict=True):
        if isinstance(cell, str) and (char := cp932_problem(cell)):
            yield Problem(
                f"「{char}」（U+{ord(char):04X}）はCP932で表せません。", f"{number}行「{column}」列"
            )


def _excel(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("操作ログ")
    sheet.freeze_panes = "A2"
    sheet.append(HEADER)
    for line in lines:
        sheet.append(line)
    book.save(path)


def _parquet(path: Path, rows: Iterable[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["ts", "payload", "seq", *SHOWN.split(", ")]
    schema = pa.schema([arrow_schema().field(name) for name in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        if batch:
            writer.write_table(pa.Table.from_pylist(batch, schema))
