"""A spreadsheet from outside, opened only after it proved to be what its name says and of a size to be opened."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from tenken.common.refusals import Invalid
from tenken.common.spreadsheets import safe_cell

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
_CHUNK = 1 << 20

Sheets = dict[str, list[list[str]]]


def read_sheets(name: str, content: bytes) -> Sheets:
    """Return the sheets of an .xlsx by name, or a .csv (CP932 or UTF-8) as the sheet "": rows of cells as text.

    Dates become ISO, whole numbers lose their point. ``Invalid`` when the file is too large, packed beyond reason,
    damaged, or not what its name says.
    """
    if len(content) > MAX_BYTES:
        raise Invalid(f"ファイルが大きすぎます（{MAX_BYTES // 1024 // 1024}MBまで）。")
    if not content:
        raise Invalid("ファイルが空です。")
    ending = name.lower().rpartition(".")[2]
    if ending == "xlsx":
        return _workbook(content)
    if ending == "csv":
        return {"": _csv(content)}
    raise Invalid("Excel（.xlsx）かCSV（.csv）のファイルを選んでください。")


def _workbook(content: bytes) -> Sheets:
    _refuse_bomb(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets: Sheets = {}
        for sheet_name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(sheet_name)
            if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
                raise Invalid(
                    f"シート「{sheet_name}」が大きすぎます（{MAX_ROWS:,}行、{MAX_COLUMNS}列まで）。"
                )
            sheets[sheet_name] = [
                [_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
            ]
    except (CalamineError, ValueError, OSError) as error:
        raise Invalid("Excelファイルとして読めません。壊れているか、別の形式のファイルです。") from error
    return sheets


def _refuse_bomb(content: bytes) -> None:
    """Unpack every part, counting: what a part declares may be false. Nothing is kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= {part.filename for part in parts}:
                raise Invalid("Excelファイル（.xlsx）ではありません。")
            declared = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or declared > MAX_UNPACKED or declared > MAX_RATIO * len(content):
                raise Invalid("展開すると大きすぎるファイルです。読み込みませんでした。")
            for part in parts:
                with package.open(part) as stream:
                    while stream.read(_CHUNK):
                        pass
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Invalid("Excelファイルとして読めません。壊れているか、別の形式のファイルです。") from error


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text  # as safe_cell wrote it


def _csv(content: bytes) -> list[list[str]]:
    if b"\x00" in content or content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Invalid("CSVファイルではありません。")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("CSVの文字コードを読み取れません。CP932（Shift_JIS）かUTF-8で保存してください。")
    try:
        rows = [
            [_text(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)
        ]
    except csv.Error as error:
        raise Invalid('CSVとして読めません。引用符（"）の対応を確かめてください。') from error
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        raise Invalid(f"CSVが大きすぎます（{MAX_ROWS:,}行、{MAX_COLUMNS}列まで）。")
    return rows
